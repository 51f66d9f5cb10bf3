// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rfsn::base {

/// SHA-256 (FIPS 180-4), for everything that is stored or trusted.
class Sha256 {
   public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    Sha256& update(std::string_view bytes);
    /// A length-prefixed field, so that ("ab","c") and ("a","bc") differ.
    Sha256& field(std::string_view bytes);
    /// 64 lower-case hex digits; the object may not be used afterwards.
    [[nodiscard]] std::string hex();

   private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104), 64 lower-case hex digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
/// `count` bytes from the kernel's generator, two lower-case hex digits each.
[[nodiscard]] std::string random_hex(std::size_t count);
/// XXH3, for in-process tables only; never stored.
[[nodiscard]] std::uint64_t fast_hash(std::string_view bytes);

}  // namespace rfsn::base
