// SPDX-License-Identifier: MIT
#include "policy/source_text.hpp"

#include <gtest/gtest.h>

namespace rfsn::policy {
namespace {

TEST(WithoutComments, BlanksOnlyComments) {
    EXPECT_EQ(without_comments("a(); // b\nc /* d\ne */ f", Comments::c), "a();     \nc     \n     f");
    EXPECT_EQ(without_comments("s = \"// no\"; t = '/* no */'", Comments::c), "s = \"// no\"; t = '/* no */'");
    EXPECT_EQ(without_comments("fn f<'a>(x: &'a str) {} // c", Comments::c), "fn f<'a>(x: &'a str) {}     ");
    EXPECT_EQ(without_comments("c = '\"'; // x", Comments::c), "c = '\"';     ");
    EXPECT_EQ(without_comments("c = '\\''; // x", Comments::c), "c = '\\'';     ");
    EXPECT_EQ(without_comments("t = `a // b\n c`; // d", Comments::c), "t = `a // b\n c`;     ");
    EXPECT_EQ(without_comments("x = '#'  # y\nz", Comments::python), "x = '#'     \nz");
    EXPECT_EQ(without_comments("a\n'''b\nc'''\nd", Comments::python), "a\n    \n    \nd");
    EXPECT_EQ(without_comments("a#b # c", Comments::hash), "a#b    ");
    EXPECT_EQ(without_comments("a /* open", Comments::c), "a        ");
    EXPECT_EQ(without_comments("'open\nnext // c", Comments::hash), "'open\nnext // c");
    EXPECT_EQ(without_comments("# x", Comments::none), "# x");
    EXPECT_EQ(without_comments("\"\\", Comments::c), "\"\\");
}

}  // namespace
}  // namespace rfsn::policy
