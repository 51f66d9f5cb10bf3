// SPDX-License-Identifier: MIT
#include "llm/definition.hpp"

#include <gtest/gtest.h>

namespace rfsn::llm {
namespace {

/// "first-last" of the definition around a line, "" if there is none.
std::string around(const std::string& path, const std::string& text, std::uint32_t line) {
    const auto all = definitions(path, text);
    const auto* one = enclosing(all, line);
    return one == nullptr ? "" : std::to_string(one->first) + "-" + std::to_string(one->last);
}

TEST(Definitions, Python) {
    const std::string text =
        "import a\n"                    // 1
        "\n"                            // 2
        "# about f\n"                   // 3
        "@cache\n"                      // 4
        "@other(\n"                     // 5
        "    1)\n"                      // 6
        "def f(\n"                      // 7
        "    x,\n"                      // 8
        "):\n"                          // 9
        "    '''doc\n"                  // 10
        "def not_one():\n"              // 11
        "    '''\n"                     // 12
        "    return x\n"                // 13
        "\n"                            // 14
        "y = 1\n"                       // 15
        "class C(Base):\n"              // 16
        "    z = {\n"                   // 17
        "}\n"                           // 18
        "    async def g(self):\n"      // 19
        "        def inner():\n"        // 20
        "            return '''\n"      // 21
        "text\n"                        // 22
        "'''\n"                         // 23
        "        return inner\n"        // 24
        "    def h(self): return 1\n";  // 25
    EXPECT_EQ(around("a.py", text, 1), "");
    for (const std::uint32_t line : {3U, 4U, 7U, 9U, 11U, 13U}) {
        EXPECT_EQ(around("a.py", text, line), "3-13") << line;
    }
    EXPECT_EQ(around("a.py", text, 15), "");
    EXPECT_EQ(around("a.py", text, 17), "16-25");
    EXPECT_EQ(around("a.py", text, 22), "20-23");
    EXPECT_EQ(around("a.py", text, 24), "19-24");
    EXPECT_EQ(around("a.py", text, 25), "25-25");
    const auto all = definitions("a.py", text);
    EXPECT_EQ(all.front().head, 9U);
}

TEST(Definitions, JavaScript) {
    const std::string text =
        "import x from 'x';\n"                    // 1
        "// adds }\n"                             // 2
        "export const add = async (a, b) => {\n"  // 3
        "  return [a].map((n) => {\n"             // 4
        "    return `}${n}{`;\n"                  // 5
        "  });\n"                                 // 6
        "};\n"                                    // 7
        "export default class K extends L {\n"    // 8
        "  go({ a, b } = {}) {\n"                 // 9
        "    if (a) {\n"                          // 10
        "      return /[{]/.test(b);\n"           // 11
        "    }\n"                                 // 12
        "  }\n"                                   // 13
        "}\n"                                     // 14
        "describe('k', () => {\n"                 // 15
        "  it('goes', function () {\n"            // 16
        "    expect(1).toBe(2);\n"                // 17
        "  });\n"                                 // 18
        "});\n"                                   // 19
        "function* gen() {\n"                     // 20
        "}\n";                                    // 21
    EXPECT_EQ(around("a.ts", text, 1), "");
    EXPECT_EQ(around("a.ts", text, 5), "2-7");
    EXPECT_EQ(around("a.ts", text, 11), "9-13");
    EXPECT_EQ(around("a.ts", text, 8), "8-14");
    EXPECT_EQ(around("a.ts", text, 17), "16-18");
    EXPECT_EQ(around("a.ts", text, 19), "15-19");
    EXPECT_EQ(around("a.ts", text, 20), "20-21");
}

TEST(Definitions, Go) {
    const std::string text =
        "package a\n"                                                     // 1
        "\n"                                                              // 2
        "type T struct {\n"                                               // 3
        "\tx int\n"                                                       // 4
        "}\n"                                                             // 5
        "\n"                                                              // 6
        "// F does.\n"                                                    // 7
        "func (t *T) F(v interface{}, g func(int) int) (int, error) {\n"  // 8
        "\tfor i := 0; i < 3; i++ {\n"                                    // 9
        "\t\tif s := `{`; s == \"}\" {\n"                                 // 10
        "\t\t\treturn '{', nil\n"                                         // 11
        "\t\t}\n"                                                         // 12
        "\t}\n"                                                           // 13
        "\treturn 0, nil\n"                                               // 14
        "}\n";                                                            // 15
    EXPECT_EQ(around("a.go", text, 4), "3-5");
    EXPECT_EQ(around("a.go", text, 11), "7-15");
    EXPECT_EQ(around("a.go", text, 6), "");
}

TEST(Definitions, Rust) {
    const std::string text =
        "/// A thing.\n"                                 // 1
        "#[derive(Debug)]\n"                             // 2
        "pub struct A<'a> {\n"                           // 3
        "    x: &'a str,\n"                              // 4
        "}\n"                                            // 5
        "impl<'a> A<'a> {\n"                             // 6
        "    pub(crate) fn f<T>(&self, t: T) -> bool\n"  // 7
        "    where\n"                                    // 8
        "        T: Into<u8>,\n"                         // 9
        "    {\n"                                        // 10
        "        match self.x {\n"                       // 11
        "            \"{\" => { true }\n"                // 12
        "            r#\"}\"# => false,\n"               // 13
        "            _ => false,\n"                      // 14
        "        }\n"                                    // 15
        "    }\n"                                        // 16
        "}\n"                                            // 17
        "#[cfg(test)]\n"                                 // 18
        "mod tests {\n"                                  // 19
        "    #[test]\n"                                  // 20
        "    fn one() {\n"                               // 21
        "        assert!(true);\n"                       // 22
        "    }\n"                                        // 23
        "}\n";                                           // 24
    EXPECT_EQ(around("a.rs", text, 4), "1-5");
    EXPECT_EQ(around("a.rs", text, 12), "7-16");
    EXPECT_EQ(around("a.rs", text, 17), "6-17");
    EXPECT_EQ(around("a.rs", text, 22), "20-23");
    EXPECT_EQ(around("a.rs", text, 24), "18-24");
}

TEST(Definitions, Java) {
    const std::string text =
        "package a;\n"                                                 // 1
        "\n"                                                           // 2
        "@Entity(name = \"{\")\n"                                      // 3
        "public final class A<T> implements B {\n"                     // 4
        "    private final int[] x = {1, 2};\n"                        // 5
        "\n"                                                           // 6
        "    /**\n"                                                    // 7
        "     * Does.\n"                                               // 8
        "     */\n"                                                    // 9
        "    @Override\n"                                              // 10
        "    public int f(@Name(\"a\") int y) throws IOException {\n"  // 11
        "        return run(() -> {\n"                                 // 12
        "            synchronized (this) {\n"                          // 13
        "                return y;\n"                                  // 14
        "            }\n"                                              // 15
        "        });\n"                                                // 16
        "    }\n"                                                      // 17
        "    record P(int a) {\n"                                      // 18
        "    }\n"                                                      // 19
        "}\n";                                                         // 20
    EXPECT_EQ(around("A.java", text, 14), "7-17");
    EXPECT_EQ(around("A.java", text, 5), "3-20");
    EXPECT_EQ(around("A.java", text, 18), "18-19");
}

TEST(Definitions, CSharpAndCpp) {
    EXPECT_EQ(around("A.cs",
                     "namespace A\n{\n    public class B\n    {\n        [Fact]\n        public void One()\n        {\n"
                     "            var s = @\"}\";\n            Assert.Equal(1, F(x => { return x; }));\n        }\n    "
                     "}\n}\n",
                     9),
              "5-10");
    const std::string cpp =
        "#include <a>\n"                        // 1
        "#define X {\n"                         // 2
        "namespace a {\n"                       // 3
        "template <class T, class U = B<T>>\n"  // 4
        "auto f(T t) -> decltype(t) {\n"        // 5
        "    return R\"(}})\" + t;\n"           // 6
        "}\n"                                   // 7
        "A::A(int b) : b_{b}, c_{1} {\n"        // 8
        "    go();\n"                           // 9
        "}\n"                                   // 10
        "TEST(A, one) {\n"                      // 11
        "    EXPECT_EQ('{', 1'000);\n"          // 12
        "}\n"                                   // 13
        "struct S *g(struct S *s)\n"            // 14
        "{\n"                                   // 15
        "    for (;;) { s++; }\n"               // 16
        "}\n"                                   // 17
        "}  // namespace\n";                    // 18
    EXPECT_EQ(around("a.cpp", cpp, 6), "4-7");
    EXPECT_EQ(around("a.cpp", cpp, 9), "8-10");
    EXPECT_EQ(around("a.cpp", cpp, 12), "11-13");
    EXPECT_EQ(around("a.cpp", cpp, 16), "14-17");
}

TEST(Definitions, OddInputs) {
    EXPECT_TRUE(definitions("a.txt", "def f():\n    pass\n").empty());
    EXPECT_TRUE(definitions("a.py", "").empty());
    EXPECT_EQ(around("a.py", "def f():", 1), "1-1");
    EXPECT_EQ(around("a.py", ")))\n)\ndef f():\n    x\n", 4), "3-4");
    EXPECT_EQ(around("a.js", "}}}}\nfunction f() {\n", 2), "2-2");
    EXPECT_EQ(around("a.c", "{{{{;", 1), "");
    EXPECT_TRUE(definitions("a.js", std::string("\0{\0}", 4)).empty());
}

}  // namespace
}  // namespace rfsn::llm
