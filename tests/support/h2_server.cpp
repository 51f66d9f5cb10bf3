// SPDX-License-Identifier: MIT
// A scripted server for tests and benchmarks: HTTP/2 over TLS on loopback by nghttp2 and OpenSSL, HTTP/1.1 where ALPN
// does not give h2. It says on stdout "PORT", writes its certificate (made at the start) to --cert FILE, answers the
// n-th request by the n-th line of --script FILE (the last one repeats), and logs every request to --log FILE.
//
// A line of the script is a JSON object:
//   status, headers {name: value}, body (text, or any JSON value), delay_ms (before the headers)
//   chunks: [[text, ms], ...]   sent one by one, each after waiting, instead of body
//   repeat: [text, ms, times]   the same chunk again and again, before what is left of `chunks`
//   size: N                     a body of so many bytes more
//   gzip: true                  the body is sent compressed
//   end: "rst" | "goaway" | "cut" | "hang"   how it ends instead of properly: after the chunks
//   if_path, if_header          the line only counts for requests whose path or headers hold that text; others get 404
//   if_body: text               the line answers only requests whose body holds that text, wherever it stands in the
//   script:
//                               the n-th such request the n-th line with that text (the last one repeats). A script
//                               with such lines has no others; what no line fits gets 404
// --rate R --burst B: a token bucket of the server's own: 429 with retry-after-ms, and x-ratelimit-* on every answer.
// --streams N: SETTINGS_MAX_CONCURRENT_STREAMS. --h1: ALPN knows only http/1.1.
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>

#include "support/h2_server_connection.hpp"

namespace {

using namespace rfsn::test::h2;

/// A key and a certificate for localhost and 127.0.0.1, which signs itself.
void use_new_certificate(SSL_CTX* context, const std::string& file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), static_cast<long>(getpid()));
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    X509_set_pubkey(cert, key);
    X509_NAME* const name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(cert, name);
    for (const auto& [nid, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                     std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
        X509_add_ext(cert, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(cert, key, EVP_sha256());
    if (SSL_CTX_use_certificate(context, cert) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1) {
        die("no certificate");
    }
    if (FILE* const out = fopen(file.c_str(), "w")) {
        PEM_write_X509(out, cert);
        fclose(out);
    } else {
        die("cannot write " + file);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void* only_h1) {
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const unsigned char one[] = "\x08http/1.1";
    const bool h1 = *static_cast<const bool*>(only_h1);
    unsigned char* selected = nullptr;
    const int result = SSL_select_next_proto(&selected, out_size, h1 ? one : both, h1 ? 9 : 12, in, in_size);
    *out = selected;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--h1") {
            options.only_h1 = true;
            continue;
        }
        if (i + 1 >= argc) {
            die("no value for " + name);
        }
        const std::string value = argv[++i];
        if (name == "--cert") {
            options.cert = value;
        } else if (name == "--log") {
            options.log = value;
        } else if (name == "--script") {
            options.script = value;
        } else if (name == "--rate") {
            options.rate = std::atof(value.c_str());
        } else if (name == "--burst") {
            options.burst = std::atof(value.c_str());
        } else if (name == "--streams") {
            options.streams = static_cast<std::uint32_t>(std::atol(value.c_str()));
        } else {
            die("unknown option " + name);
        }
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> owned(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX* const context = owned.get();
    use_new_certificate(context, options.cert);
    bool only_h1 = options.only_h1;
    SSL_CTX_set_alpn_select_cb(context, select_protocol, &only_h1);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    Server server(options);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 512) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        die("cannot listen");
    }
    std::cout << ntohs(address.sin_port) << std::endl;
    std::vector<std::unique_ptr<Connection>> connections;
    for (;;) {
        std::vector<pollfd> polled{{0, POLLIN, 0}, {listener, POLLIN, 0}};
        std::optional<Clock::time_point> due;
        for (const auto& connection : connections) {
            polled.push_back(
                {connection->fd(), static_cast<short>(POLLIN | (connection->wants_write() ? POLLOUT : 0)), 0});
            if (const auto at = connection->next_due()) {
                due = due ? std::min(*due, *at) : *at;
            }
        }
        int timeout = -1;
        if (due) {
            const auto left = std::chrono::ceil<milliseconds>(*due - Clock::now()).count();
            timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
        }
        poll(polled.data(), polled.size(), timeout);
        std::array<char, 256> ignored{};
        if (polled[0].revents != 0 && read(0, ignored.data(), ignored.size()) <= 0) {
            return 0;  // whoever started us is gone
        }
        if (polled[1].revents != 0) {
            for (int fd = 0; (fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
                const int on = 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                connections.push_back(std::make_unique<Connection>(server, context, fd));
            }
        }
        for (const auto& connection : connections) {
            connection->readable();
            connection->advance();
        }
        connections.erase(std::remove_if(connections.begin(), connections.end(),
                                         [](const auto& connection) { return connection->dead(); }),
                          connections.end());
    }
}
