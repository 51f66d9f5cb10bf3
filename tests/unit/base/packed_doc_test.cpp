// SPDX-License-Identifier: MIT
#include "base/packed_doc.hpp"

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

const std::string whole =
    std::string("M\x03") + "\x01" + "aL\x03TFN" + "\x01" + "bI\x03-42" + "\x01" + "cS\x02\xC3\xA9";

TEST(PackedDoc, IsPutTogetherAgain) {
    const auto doc = unpack_doc(whole);
    ASSERT_TRUE(doc);
    EXPECT_EQ(to_json(*doc), "{\"a\":[true,false,null],\"b\":-42,\"c\":\"\xC3\xA9\"}");
    EXPECT_EQ(doc->find("b")->integer, -42);
    EXPECT_EQ(doc->find("b")->text, "-42");
    EXPECT_EQ(doc->find("a")->items[0].text, "true");
    EXPECT_EQ(doc->find("a")->items[2].kind, DocNode::Kind::null);
}

TEST(PackedDoc, LongTextsHaveLongSizes) {
    const std::string text(300, 'x');
    const auto doc = unpack_doc("S\xAC\x02" + text);
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->text, text);
}

TEST(PackedDoc, DamagedBytesAreAnErrorAndNoMore) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(unpack_doc(whole.substr(0, size))) << size;
    }
    EXPECT_FALSE(unpack_doc(whole + "N"));
    EXPECT_FALSE(unpack_doc("I\x01x"));
    EXPECT_FALSE(unpack_doc("S\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
    EXPECT_FALSE(unpack_doc("L\xFF\xFF\xFF\xFF\x07"));
    std::string deep;
    for (int i = 0; i < 100'000; ++i) {
        deep += "L\x01";
    }
    EXPECT_FALSE(unpack_doc(deep + "N"));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            static_cast<void>(unpack_doc(bytes).has_value());  // whatever it says, the sanitizers are quiet
        }
    }
}

}  // namespace
}  // namespace rfsn::base
