// SPDX-License-Identifier: MIT
// What .NET Core 3.1 asks of OpenSSL 1.1 and OpenSSL 3 calls by other names: enough to start the SDK on a system that has
// only the newer one. For tests.
#include <stddef.h>

int EVP_MD_get_size(const void* md);
void* SSL_get1_peer_certificate(const void* ssl);
void ERR_new(void);
void ERR_set_debug(const char* file, int line, const char* function);
void ERR_set_error(int library, int reason, const char* format, ...);

void ERR_put_error(int library, int function, int reason, const char* file, int line) {
    (void)function;
    ERR_new();
    ERR_set_debug(file, line, "");
    ERR_set_error(library, reason, NULL);
}

int EVP_MD_size(const void* md) {
    return EVP_MD_get_size(md);
}

void* SSL_get_peer_certificate(const void* ssl) {
    return SSL_get1_peer_certificate(ssl);
}
