// SPDX-License-Identifier: MIT
#include "cache/similarity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace rfsn::cache {
namespace {

/// FNV-1a: written down here because stored vectors depend on it.
constexpr std::uint64_t fnv(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = 14695981039346656037ULL ^ seed;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211ULL;
    }
    hash ^= hash >> 33U;
    hash *= 0xff51afd7ed558ccdULL;
    return hash ^ (hash >> 33U);
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

class Counts {
   public:
    void add(std::string_view feature, std::uint64_t seed) {
        const std::uint64_t hash = fnv(feature, seed);
        counts_[hash % Vector::size] += (hash >> 40U & 1U) != 0 ? 1 : -1;
    }
    [[nodiscard]] const std::array<int, Vector::size>& get() const { return counts_; }

   private:
    std::array<int, Vector::size> counts_{};
};

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_word(text[end])) {
            ++end;
        }
        if (end == i) {
            end = i + 1;
        }
        if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') {
            words.push_back(text.substr(i, end - i));
        }
        i = end;
    }
    return words;
}

}  // namespace

Vector Vector::of(std::string_view text) {
    constexpr std::size_t enough = std::size_t{256} << 10;
    text = text.substr(0, enough);
    Counts counts;
    for (const std::size_t length : {3U, 4U, 5U}) {
        for (std::size_t i = 0; i + length <= text.size(); ++i) {
            counts.add(text.substr(i, length), length);
        }
    }
    const auto words = words_of(text);
    std::string pair;
    for (std::size_t i = 0; i < words.size(); ++i) {
        counts.add(words[i], 100);
        if (i + 1 < words.size()) {
            pair.assign(words[i]).append(1, ' ').append(words[i + 1]);
            counts.add(pair, 200);
        }
    }
    std::array<double, size> weights{};
    double largest = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const int count = counts.get()[i];
        weights[i] = count == 0 ? 0 : std::copysign(std::log1p(std::abs(count)), count);
        largest = std::max(largest, std::abs(weights[i]));
    }
    Vector vector;
    for (std::size_t i = 0; largest > 0 && i < size; ++i) {
        vector.buckets_[i] = static_cast<std::int8_t>(std::lround(weights[i] / largest * 127));
    }
    return vector;
}

std::optional<Vector> Vector::from_bytes(std::string_view bytes) {
    if (bytes.size() != size) {
        return std::nullopt;
    }
    Vector vector;
    std::transform(bytes.begin(), bytes.end(), vector.buckets_.begin(),
                   [](char c) { return static_cast<std::int8_t>(c); });
    return vector;
}

std::string Vector::bytes() const {
    std::string bytes(size, '\0');
    std::transform(buckets_.begin(), buckets_.end(), bytes.begin(), [](std::int8_t b) { return static_cast<char>(b); });
    return bytes;
}

double Vector::similarity(const Vector& other) const {
    const auto product = [](const auto& one, const auto& two) {
        return std::inner_product(one.begin(), one.end(), two.begin(), std::int64_t{0});
    };
    const std::int64_t dot = product(buckets_, other.buckets_);
    const std::int64_t own = product(buckets_, buckets_);
    const std::int64_t others = product(other.buckets_, other.buckets_);
    return own == 0 || others == 0
               ? 0
               : static_cast<double>(dot) / std::sqrt(static_cast<double>(own) * static_cast<double>(others));
}

}  // namespace rfsn::cache
