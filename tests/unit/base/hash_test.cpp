// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

// FIPS 180-4 and NIST CAVP vectors.
TEST(Sha256, MatchesTheStandard) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotCareHowTheBytesAreCut) {
    const std::string text(300, 'x');
    for (std::size_t cut = 0; cut <= text.size(); cut += 7) {
        EXPECT_EQ(Sha256().update(text.substr(0, cut)).update("").update(text.substr(cut)).hex(), sha256_hex(text));
    }
}

TEST(Sha256, FieldsCannotRunIntoEachOther) {
    std::set<std::string> seen;
    seen.insert(Sha256().field("ab").field("c").hex());
    seen.insert(Sha256().field("a").field("bc").hex());
    seen.insert(Sha256().field("abc").hex());
    seen.insert(Sha256().field("abc").field("").hex());
    seen.insert(Sha256().field("").field("abc").hex());
    seen.insert(sha256_hex("abc"));
    EXPECT_EQ(seen.size(), 6U);
}

TEST(FastHash, TellsBytesApart) {
    EXPECT_EQ(fast_hash("abc"), fast_hash(std::string("abc")));
    EXPECT_NE(fast_hash("abc"), fast_hash("abd"));
    EXPECT_NE(fast_hash(std::string_view("a\0", 2)), fast_hash("a"));
}

}  // namespace
}  // namespace rfsn::base
