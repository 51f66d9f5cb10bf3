// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>
#include <vector>

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rfsn::base {
namespace {

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
constexpr auto sha256_starts = mbedtls_sha256_starts;
constexpr auto sha256_update = mbedtls_sha256_update;
constexpr auto sha256_finish = mbedtls_sha256_finish;
#else
constexpr auto sha256_starts = mbedtls_sha256_starts_ret;
constexpr auto sha256_update = mbedtls_sha256_update_ret;
constexpr auto sha256_finish = mbedtls_sha256_finish_ret;
#endif

std::string hex_of(const unsigned char* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(size * 2);
    for (std::size_t i = 0; i < size; ++i) {
        text.push_back(digits[bytes[i] >> 4U]);
        text.push_back(digits[bytes[i] & 0xFU]);
    }
    return text;
}

}  // namespace

struct Sha256::State {
    mbedtls_sha256_context context;
};

// The functions' return codes speak of hardware accelerators only; the software implementation always returns 0.
Sha256::Sha256() : state_(std::make_unique<State>()) {
    mbedtls_sha256_init(&state_->context);
    static_cast<void>(sha256_starts(&state_->context, 0));
}

Sha256::~Sha256() {
    mbedtls_sha256_free(&state_->context);
}

Sha256& Sha256::update(std::string_view bytes) {
    if (!bytes.empty()) {
        static_cast<void>(
            sha256_update(&state_->context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
    }
    return *this;
}

Sha256& Sha256::field(std::string_view bytes) {
    std::array<char, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
        length[i] = static_cast<char>(static_cast<unsigned char>((std::uint64_t{bytes.size()} >> (8 * i)) & 0xFFU));
    }
    return update({length.data(), length.size()}).update(bytes);
}

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    static_cast<void>(sha256_finish(&state_->context, digest.data()));
    return hex_of(digest.data(), digest.size());
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    // Fails only for an unknown digest.
    static_cast<void>(mbedtls_md_hmac(
        mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data()));
    return hex_of(digest.data(), digest.size());
}

std::string random_hex(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = getrandom(bytes.data() + done, count - done, 0);
        if (got < 0 && errno != EINTR) {
            std::abort();  // no kernel since 3.17 lacks it, and nothing else would do
        }
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return hex_of(bytes.data(), bytes.size());
}

std::string sha256_hex(std::string_view bytes) {
    return Sha256().update(bytes).hex();
}

std::uint64_t fast_hash(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace rfsn::base
