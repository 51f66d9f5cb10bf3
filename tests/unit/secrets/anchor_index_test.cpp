// SPDX-License-Identifier: MIT
#include "secrets/anchor_index.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace rfsn::secrets {
namespace {

using Places = std::multiset<std::pair<std::uint32_t, std::size_t>>;

Places indexed(const std::vector<std::string>& literals, const std::string& text) {
    AnchorIndex index;
    for (std::uint32_t i = 0; i < literals.size(); ++i) {
        index.add(literals[i], i);
    }
    index.freeze();
    Places places;
    index.scan(text, [&](std::uint32_t id, std::size_t at) { places.emplace(id, at); });
    return places;
}

Places searched(const std::vector<std::string>& literals, const std::string& text) {
    Places places;
    for (std::uint32_t i = 0; i < literals.size(); ++i) {
        for (auto at = text.find(literals[i]); at != std::string::npos; at = text.find(literals[i], at + 1)) {
            places.emplace(i, at);
        }
    }
    return places;
}

TEST(AnchorIndex, FindsWhatPlainSearchFinds) {
    const std::vector<std::string> literals{"abab", "aaaa", "-----BEGIN ", "xyzxyz", "babaa", "AKIA", "sk-ant-"};
    std::mt19937 random(7);
    const std::string alphabet = "abxyz-";
    for (int round = 0; round < 300; ++round) {
        std::string text;
        const auto size = random() % 60;
        for (std::size_t i = 0; i < size; ++i) {
            text += random() % 9 == 0 ? literals[random() % literals.size()]
                                      : std::string(1, alphabet[random() % alphabet.size()]);
        }
        ASSERT_EQ(indexed(literals, text), searched(literals, text)) << text;
    }
}

TEST(AnchorIndex, FindsThreeByteLiteralsBeforeATokenAtEitherParity) {
    for (const char* text : {"hf_a", ".hf_Z", "..hf_0", "...hf_~x", "hf_-"}) {
        EXPECT_EQ(indexed({"hf_"}, text), searched({"hf_"}, text)) << text;
    }
}

TEST(AnchorIndex, TakesEmptyAndTinyTexts) {
    for (const std::string text : {"", "A", "AK", "AKI", "AKIA", "\0\0\0"}) {
        EXPECT_EQ(indexed({"AKIA"}, text), searched({"AKIA"}, text));
    }
}

}  // namespace
}  // namespace rfsn::secrets
