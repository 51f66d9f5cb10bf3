// SPDX-License-Identifier: MIT
#include "secrets/anchor_index.hpp"

#include <algorithm>

#include "secrets/char_class.hpp"

namespace rfsn::secrets {
namespace {

/// A rough cost of meeting this byte in source text.
unsigned commonness(char c) {
    if (is_lower(c) || c == '-' || c == ' ') {
        return 8;
    }
    if (c == '_' || c == '.' || c == '/' || c == ':' || c == '=' || c == '"') {
        return 4;
    }
    return is_upper(c) ? 2 : 1;
}

/// The pair of neighbouring windows whose bytes are rarest.
std::size_t rarest(std::string_view text) {
    std::size_t best = 0;
    unsigned best_cost = ~0U;
    for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
        const unsigned cost = commonness(text[i]) * commonness(text[i + 1]) * commonness(text[i + 2]) +
                              commonness(text[i + 1]) * commonness(text[i + 2]) * commonness(text[i + 3]);
        if (cost < best_cost) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

}  // namespace

void AnchorIndex::enter(std::uint32_t literal, std::uint32_t shift, const char* window) {
    const char bytes[4] = {window[0], window[1], window[2], 0};
    const std::uint32_t hash = hash_of(load(bytes));
    entries_.push_back({hash, literal, shift});
    bitmap_[hash >> 6] |= std::uint64_t{1} << (hash & 63);
}

void AnchorIndex::add(std::string_view literal, std::uint32_t id) {
    const auto number = static_cast<std::uint32_t>(literals_.size());
    literals_.push_back({std::string(literal), id});
    const std::size_t at = rarest(literal);
    enter(number, static_cast<std::uint32_t>(at), literal.data() + at);
    if (literal.size() > 3) {
        enter(number, static_cast<std::uint32_t>(at + 1), literal.data() + at + 1);
        return;
    }
    // The second window of a three-byte literal reaches one byte past it: whatever a token can go on with.
    for (unsigned c = 0x21; c < 0x7F; ++c) {
        if (is_word(static_cast<char>(c)) || c == '-' || c == '.' || c == '~') {
            const char window[3] = {literal[1], literal[2], static_cast<char>(c)};
            enter(number, 1, window);
        }
    }
}

void AnchorIndex::freeze() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
    first_.assign(256, 0);
    std::uint32_t entry = 0;
    for (std::uint32_t high = 0; high < 256; ++high) {
        while (entry < entries_.size() && (entries_[entry].hash >> 8) < high) {
            ++entry;
        }
        first_[high] = entry;
    }
}

}  // namespace rfsn::secrets
