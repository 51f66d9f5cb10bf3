// SPDX-License-Identifier: MIT
#include "base/glob.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::base {
namespace {

struct Case {
    const char* pattern;
    const char* path;
    bool matches;
};

TEST(Glob, FollowsTheTable) {
    const Case cases[] = {
        // Without '/': the last component.
        {"*.py", "a.py", true},
        {"*.py", "src/deep/a.py", true},
        {"*.py", "a.pyc", false},
        {"Makefile", "sub/Makefile", true},
        {"Makefile", "sub/Makefile.am", false},
        {"a", "a/b", false},
        {"**", "x/y", true},
        {"?", "a", true},
        {"?", "ab", false},
        {"*", ".hidden", true},
        // With '/': the whole path.
        {"src/*.py", "src/a.py", true},
        {"src/*.py", "src/b/a.py", false},
        {"src/*.py", "x/src/a.py", false},
        {"/a.py", "a.py", true},
        {"/a.py", "b/a.py", false},
        {"a?b/c", "a/b/c", false},
        // '**' as a whole component.
        {"src/**", "src/a", true},
        {"src/**", "src/a/b", true},
        {"src/**", "src", false},
        {"**/src", "src", true},
        {"**/src", "a/b/src", true},
        {"**/src/*.c", "src/a.c", true},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "ab", false},
        {"a/**/**/b", "a/b", true},
        {"a/**/*.c", "a/x/b.c", true},
        {"**/*", "a", true},
        {"a**b", "axxb", true},
        {"x/a**b", "x/a/b", false},
        // A directory: what is below it.
        {"vendor/", "vendor/a", true},
        {"vendor/", "x/vendor/a/b", true},
        {"vendor/", "vendor", false},
        {"/vendor/", "x/vendor/a", false},
        {"a/b/", "a/b/c/d", true},
        {"a/b/", "x/a/b/c", false},
        // Brackets.
        {"[abc].c", "b.c", true},
        {"[!abc].c", "b.c", false},
        {"[^abc].c", "d.c", true},
        {"[a-c]x", "cx", true},
        {"[a-c]x", "dx", false},
        {"[]a]", "]", true},
        {"[!]a]", "b", true},
        {"[a-]", "-", true},
        {"[\\]]", "]", true},
        {"[[:digit:]]x", "7x", true},
        {"[[:digit:]]x", "ax", false},
        {"[[:nosuch:]]x", "ax", false},
        {"[[:space:]-]", "-", true},
        {"[z-a]", "z", false},
        {"[a/b]x", "a/b]x", false},
        {"x[!a]y/z", "x/y/z", false},
        {"[abc", "a", false},
        {"[abc", "[abc", false},
        // Escapes.
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"\\a", "a", true},
        {"a\\", "a", false},
        {"a\\", "a\\", false},
        {"\\{a,b\\}", "{a,b}", true},
        // Alternation.
        {"*.{c,h}", "x.h", true},
        {"*.{c,h}", "x.cc", false},
        {"{src,lib}/**/*.{c,h}", "lib/a/b.c", true},
        {"{src,lib}/**/*.{c,h}", "bin/a/b.c", false},
        {"{a/b,c}", "a/b", true},
        {"{a/b,c}", "x/c", true},
        {"{a/b,c}", "x/a/b", false},
        {"x{,y}", "x", true},
        {"x{,y}", "xy", true},
        {"{a}", "{a}", true},
        {"{a}", "a", false},
        {"{a,b", "{a,b", true},
        {"a}", "a}", true},
        {"[{,}]", ",", true},
        {"{[,],x}", ",", true},
        // Bytes are bytes.
        {"caf\xC3?", "caf\xC3\xA9", true},
        {"*.c", "new\nline.c", true},
        {"\xFF*", "\xFFx", true},
        {"", "a", false},
        {"*", "", false},
        {"/", "a", false},
        {"A.c", "a.c", false},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(glob_match(c.pattern, c.path), c.matches) << c.pattern << " on " << c.path;
    }
}

TEST(Glob, NoPatternIsExpensive) {
    const std::string path(4000, 'a');
    std::string stars;
    std::string doubles;
    std::string braces;
    for (int i = 0; i < 200; ++i) {
        stars += "*a";
        doubles += "**/a/";
        braces += "{a,aa}";
    }
    EXPECT_FALSE(glob_match(stars + "b", path));
    std::string deep;
    for (int i = 0; i < 500; ++i) {
        deep += "a/";
    }
    EXPECT_FALSE(glob_match(doubles + "b", deep + "a"));
    EXPECT_FALSE(glob_match(braces + "b", std::string(300, 'a')));
    EXPECT_FALSE(glob_match(std::string(100'000, '['), path));
    EXPECT_FALSE(glob_match(std::string(4096, '{'), path));
}

TEST(Glob, LaterPatternsTakeBack) {
    const std::vector<std::string> patterns{"*.py", "!tests/**", "tests/keep.py"};
    EXPECT_TRUE(glob_match_any(patterns, "a.py"));
    EXPECT_FALSE(glob_match_any(patterns, "tests/a.py"));
    EXPECT_TRUE(glob_match_any(patterns, "tests/keep.py"));
    EXPECT_FALSE(glob_match_any(patterns, "a.c"));
    EXPECT_FALSE(glob_match_any({}, "a.c"));
    EXPECT_FALSE(glob_match_any({"!a.c"}, "a.c"));
    EXPECT_FALSE(glob_match_any({"", "!"}, "a.c"));
}

// Git ignores what is below an ignored directory; otherwise its patterns mean what ours do.
bool ignored(const std::string& pattern, const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        if (glob_match(pattern, path.substr(0, slash))) {
            return true;
        }
    }
    return glob_match(pattern, path);
}

TEST(Glob, MeansWhatGitMeans) {
    const test::TempRepo repo;
    std::vector<std::string> paths;
    const std::vector<std::string> names{"a", "b", "ab", "a.c", "b.c", ".a", "a]", "-", "x y", "a*"};
    for (const auto& one : names) {
        paths.push_back(one);
        for (const auto& two : names) {
            paths.push_back(one + "/" + two);
            paths.push_back("b/" + one + "/" + two);
        }
    }
    std::string input;
    for (const auto& path : paths) {
        input += path + '\0';
    }
    for (const std::string pattern :
         {"*",      "a",    "?",        "*.c",       "a*",      "*a*",   "/a",      "/*.c",        "a/*",
          "a/b",    "*/b",  "**/b",     "a/**",      "**",      "**/*",  "a/**/b",  "**/a/*",      "**/a/**",
          "b/**/a", "[ab]", "[!a]",     "[^ab]*",    "[a-b].c", "[]-]*", "a[]]",    "[[:alpha:]]", "[[:punct:]]*",
          "a\\*",   "\\a",  "b/[!x]/?", "a**",       "b/a**",   "**a",   "b/**a/b", "[",           "[a",
          "*[",     "x?y",  "x\\ y",    "a/**/**/b", "/**/b",   "**/**", "b/*/*.c", "*/*/*",       "-",
          "[--a]",  "[a-",  "a/**b"}) {
        repo.write(".git/info/exclude", pattern + "\n");
        int status = 0;
        const std::string out =
            test::run({"git", "check-ignore", "-z", "--stdin", "--no-index"}, repo.path(), status, input);
        ASSERT_TRUE(status == 0 || status == 1) << pattern;
        std::vector<std::string> expected;
        for (const auto path : split(out, '\0')) {
            if (!path.empty()) {
                expected.emplace_back(path);
            }
        }
        std::vector<std::string> found;
        for (const auto& path : paths) {
            if (ignored(pattern, path)) {
                found.push_back(path);
            }
        }
        EXPECT_EQ(found, expected) << pattern;
    }
}

}  // namespace
}  // namespace rfsn::base
