// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::secrets {

/// Finds all occurrences of a few hundred literals in one pass: a 16-bit hash of three bytes is looked up in an 8 KB
/// bitmap at every second position, and each literal is entered with two neighbouring windows, so that one of them
/// falls on an even position.
class AnchorIndex {
   public:
    /// At least 3 bytes each. `id` is handed back.
    void add(std::string_view literal, std::uint32_t id);
    /// Call once after the last add().
    void freeze();

    /// Calls found(id, position) for every occurrence; order is by position up to the length of a literal.
    template <class Found>
    void scan(std::string_view text, Found&& found) const {
        const char* data = text.data();
        const std::size_t size = text.size();
        std::size_t i = 0;
        for (; i + 4 <= size; i += 2) {
            const std::uint32_t hash = hash_of(load(data + i));
            if ((bitmap_[hash >> 6] >> (hash & 63) & 1) != 0) {
                verify(text, i, hash, found);
            }
        }
        for (; i < size; i += 2) {
            char tail[4] = {0, 0, 0, 0};
            std::memcpy(tail, data + i, size - i < 3 ? size - i : 3);
            const std::uint32_t hash = hash_of(load(tail));
            if ((bitmap_[hash >> 6] >> (hash & 63) & 1) != 0) {
                verify(text, i, hash, found);
            }
        }
    }

   private:
    struct Literal {
        std::string text;
        std::uint32_t id = 0;
    };
    struct Entry {
        std::uint32_t hash = 0;
        std::uint32_t literal = 0;
        std::uint32_t shift = 0;  ///< of the window in the literal
    };

    static std::uint32_t load(const char* bytes) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes, sizeof word);
        if constexpr (std::endian::native == std::endian::big) {
            return word >> 8;
        }
        return word & 0xFFFFFFU;
    }
    static std::uint32_t hash_of(std::uint32_t window) { return (window * 0x9E3779B1U) >> 16; }

    template <class Found>
    void verify(std::string_view text, std::size_t at, std::uint32_t hash, Found&& found) const {
        for (std::uint32_t i = first_[hash >> 8]; i < entries_.size() && entries_[i].hash <= hash; ++i) {
            const Entry& entry = entries_[i];
            if (entry.hash != hash || entry.shift > at) {
                continue;
            }
            const Literal& literal = literals_[entry.literal];
            const std::size_t start = at - entry.shift;
            if (text.compare(start, literal.text.size(), literal.text) == 0) {
                found(literal.id, start);
            }
        }
    }

    void enter(std::uint32_t literal, std::uint32_t shift, const char* window);

    std::vector<Literal> literals_;
    std::vector<Entry> entries_;        ///< by hash
    std::vector<std::uint32_t> first_;  ///< by the high 8 bits of the hash
    std::vector<std::uint64_t> bitmap_ = std::vector<std::uint64_t>(1024);
};

}  // namespace rfsn::secrets
