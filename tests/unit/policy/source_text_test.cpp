// SPDX-License-Identifier: MIT
#include "policy/source_text.hpp"

#include <gtest/gtest.h>

namespace rfsn::policy {
namespace {

TEST(WithoutComments, BlanksOnlyComments) {
    EXPECT_EQ(without_comments("a(); // b\nc /* d\ne */ f", Syntax::c), "a();     \nc     \n     f");
    EXPECT_EQ(without_comments("s = \"// no\"; t = '/* no */'", Syntax::javascript), "s = \"// no\"; t = '/* no */'");
    EXPECT_EQ(without_comments("fn f<'a>(x: &'a str) {} // c", Syntax::rust), "fn f<'a>(x: &'a str) {}     ");
    EXPECT_EQ(without_comments("c = '\"'; // x", Syntax::c), "c = '\"';     ");
    EXPECT_EQ(without_comments("c = '\\''; // x", Syntax::c), "c = '\\'';     ");
    EXPECT_EQ(without_comments("t = `a // b\n c`; // d", Syntax::javascript), "t = `a // b\n c`;     ");
    EXPECT_EQ(without_comments("x = '#'  # y\nz", Syntax::python), "x = '#'     \nz");
    EXPECT_EQ(without_comments("a\n'''b\nc'''\nd", Syntax::python), "a\n''' \n '''\nd");
    EXPECT_EQ(without_comments("a#b # c", Syntax::hash), "a#b    ");
    EXPECT_EQ(without_comments("a /* open", Syntax::c), "a        ");
    EXPECT_EQ(without_comments("'open\nnext // c", Syntax::hash), "'open\nnext // c");
    EXPECT_EQ(without_comments("# x", Syntax::none), "# x");
    EXPECT_EQ(without_comments("\"\\", Syntax::c), "\"\\");
}

struct Case {
    Syntax syntax;
    const char* source;
    const char* code;
};

TEST(SourceViews, KnowTheStringsAndCommentsOfEveryLanguage) {
    const Case cases[] = {
        {Syntax::python, "x = f'a#{b}' # c", "x = f'     '    "},
        {Syntax::python, "s = r'\\\\' + 'b'", "s = r'  ' + ' '"},
        {Syntax::python, "\"\"\"doc assert\"\"\"\nassert x", "\"\"\"          \"\"\"\nassert x"},
        {Syntax::javascript, "a = b / c; d = /x\"y/.test(e) // f", "a = b / c; d = /   /.test(e)     "},
        {Syntax::javascript, "`a ${f(`b`)} c` + 1", "`             ` + 1"},
        {Syntax::javascript, "return /[/]/", "return /   /"},
        {Syntax::go, "s := `a \\` + \"b\"", "s := `   ` + \" \""},
        {Syntax::rust, "let s = r#\"a\"b\"#; /* a /* b */ c */ x", "let s = r#\"   \"#;                   x"},
        {Syntax::rust, "let c = 'a'; fn f<'a>() {}", "let c = ' '; fn f<'a>() {}"},
        {Syntax::java, "s = \"\"\"\n a \" b\n\"\"\";", "s = \"\"\"\n      \n\"\"\";"},
        {Syntax::csharp, "s = @\"a\\\"; t = @\"b\"\"c\"; // d", "s = @\"  \"; t = @\"    \";     "},
        {Syntax::c, "s = R\"x(a)\"b)x\"; n = 1'000'000; // c \\\n d\ne",
         "s = R\"x(    )x\"; n = 1'000'000;       \n  \ne"},
        {Syntax::hash, "run: a#b 'c' # d", "run: a#b ' '    "},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(source_views(one.source, one.syntax).code, one.code) << one.source;
    }
    EXPECT_EQ(source_views("a('b') # c", Syntax::python).unquoted, "a(' ') # c");
    EXPECT_EQ(line_number("a\nb\nc", 4), 3U);
    EXPECT_EQ(line_at("a\nbc\nd", 3), "bc");
}

}  // namespace
}  // namespace rfsn::policy
