// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

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
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(digest.size() * 2);
    for (const unsigned char byte : digest) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 0xFU]);
    }
    return text;
}

std::string sha256_hex(std::string_view bytes) {
    return Sha256().update(bytes).hex();
}

std::uint64_t fast_hash(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace rfsn::base
