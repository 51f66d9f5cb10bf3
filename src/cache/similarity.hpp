// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rfsn::cache {

/// A text's place by feature hashing: runs of 3 to 5 bytes, words and pairs of words, counted into signed buckets. The
/// same in every process. It does not see that one operator was flipped: what it finds are candidates to prove, never
/// answers.
class Vector {
   public:
    static constexpr std::size_t size = 1024;

    [[nodiscard]] static Vector of(std::string_view text);
    /// From bytes(); nullopt for anything else.
    [[nodiscard]] static std::optional<Vector> from_bytes(std::string_view bytes);
    [[nodiscard]] std::string bytes() const;
    /// Cosine; 0 if either is empty.
    [[nodiscard]] double similarity(const Vector& other) const;

   private:
    std::array<std::int8_t, size> buckets_{};
};

}  // namespace rfsn::cache
