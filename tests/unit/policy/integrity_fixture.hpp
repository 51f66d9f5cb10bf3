// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/integrity.hpp"

/// Changes as a table writes them, and the tests of seven languages that they change.
namespace rfsn::policy::test {

struct File {
    std::string path;
    const char* before;  ///< nullptr: not there
    const char* after;
    std::string old_path{};
};
struct Case {
    const char* name;
    std::vector<File> files;
    const char* rule;
};

inline std::vector<StagedChange> changes(const std::vector<File>& files) {
    std::vector<StagedChange> out;
    for (const auto& file : files) {
        StagedChange change{file.path, file.old_path, std::nullopt, std::nullopt};
        if (file.before != nullptr) {
            change.before = file.before;
        }
        if (file.after != nullptr) {
            change.after = file.after;
        }
        out.push_back(std::move(change));
    }
    return out;
}
inline std::set<std::string> rules_of(const std::vector<Weakening>& found) {
    std::set<std::string> rules;
    for (const auto& one : found) {
        rules.insert(one.rule);
    }
    return rules;
}
inline std::string told(const std::vector<Weakening>& found) {
    std::string text;
    for (const auto& one : found) {
        text += one.path + ":" + std::to_string(one.line) + ": " + one.rule + ": " + one.message + "\n";
    }
    return text;
}

constexpr const char* py =
    "import a\n\n\ndef test_one():\n    assert a.f(1) == 2\n    assert a.f(2) == 3\n\n\ndef test_two():\n    assert "
    "a.g() == 1\n";
constexpr const char* js =
    "it('adds', () => {\n  expect(f(1)).toBe(2);\n  expect(f(2)).toBe(3);\n});\nit('subtracts', () => {\n  "
    "expect(g(1)).toBe(0);\n});\n";
constexpr const char* go =
    "package a\n\nfunc TestOne(t *testing.T) {\n\tif f(1) != 2 {\n\t\tt.Errorf(\"no\")\n\t}\n}\n\nfunc TestTwo(t "
    "*testing.T) {\n\tassert.Equal(t, 1, g())\n}\n";
constexpr const char* rs =
    "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() {\n        assert_eq!(f(1), 2);\n        "
    "assert_eq!(f(2), 3);\n    }\n\n    #[test]\n    fn two() {\n        assert!(g() == 1);\n    }\n}\n";
constexpr const char* java =
    "class ATest {\n    @Test\n    void one() {\n        assertEquals(2, f(1));\n        assertEquals(3, f(2));\n    "
    "}\n\n    @Test\n    void two() {\n        assertEquals(1, g());\n    }\n}\n";
constexpr const char* cs =
    "public class ATests {\n    [Fact]\n    public void One() {\n        Assert.Equal(2, F(1));\n        "
    "Assert.Equal(3, F(2));\n    }\n\n    [Theory]\n    [InlineData(1)]\n    [InlineData(2)]\n    public void Two(int "
    "x) {\n        Assert.Equal(x, G(x));\n    }\n}\n";
constexpr const char* cpp =
    "TEST(A, one) {\n  EXPECT_EQ(f(1), 2);\n  EXPECT_EQ(f(2), 3);\n}\n\nTEST(A, two) {\n  EXPECT_EQ(g(), 1);\n}\n";

inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}
/// Keeps what with() makes alive for File.
inline const char* kept(std::string text) {
    static std::vector<std::unique_ptr<std::string>> all;
    all.push_back(std::make_unique<std::string>(std::move(text)));
    return all.back()->c_str();
}
inline File edit(const char* path, const char* before, const std::string& from, const std::string& to) {
    return {path, before, kept(with(before, from, to))};
}

}  // namespace rfsn::policy::test
