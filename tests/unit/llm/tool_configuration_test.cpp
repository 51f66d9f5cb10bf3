// SPDX-License-Identifier: MIT
#include "llm/tool_configuration.hpp"

#include <gtest/gtest.h>

namespace rfsn::llm {
namespace {

std::string told(const std::string& name, std::string_view content, const std::vector<std::string>& sections) {
    std::string out;
    for (const auto& range : section_lines(name, content, sections)) {
        out += (out.empty() ? "" : " ") + std::to_string(range.first) + "-" + std::to_string(range.last);
    }
    return out;
}

TEST(SectionLines, OfTomlAndIni) {
    const std::string toml =
        "[project]\nname = 'a'\n\n[tool.ruff]\nline-length = 88\n\n[tool.black]\nx = 1\n\n[tool.ruff.lint]\n"
        "select = [\n    'E',\n]\n\n[tool.ruffle]\ny = 1\n";
    EXPECT_EQ(told("pyproject.toml", toml, {"tool.ruff"}), "4-5 10-13");
    EXPECT_EQ(told("pyproject.toml", toml, {"tool.mypy"}), "");
    EXPECT_EQ(told("setup.cfg", "[mypy]\nstrict = 1\n[mypy-a.*]\nx = 1\n[other]\n", {"mypy"}), "1-2 3-4");
    EXPECT_EQ(told("setup.cfg", "[tool:pytest]\naddopts = -q\n", {"tool:pytest"}), "1-2");
    EXPECT_EQ(told("Cargo.toml", "[[bin]]\nname='a'\n[lints.clippy]\nx='deny'\n", {"lints"}), "3-4");
}

TEST(SectionLines, OfJson) {
    const std::string json =
        "{\n  \"name\": \"a\",\n  \"jest\": {\n    \"bail\": true\n  },\n  \"type\": \"module\"\n}\n";
    EXPECT_EQ(told("package.json", json, {"jest"}), "3-5");
    EXPECT_EQ(told("package.json", json, {"type", "jest"}), "3-5 6-6");
    EXPECT_EQ(told("package.json", "{\"jest\": 1}", {"jest"}), "1-1");
    EXPECT_EQ(told("package.json", "not json", {"jest"}), "");
    EXPECT_EQ(told("package.json", "[]", {"jest"}), "");
}

TEST(SectionLines, OfWholeFiles) {
    EXPECT_EQ(told("ruff.toml", "a = 1\nb = 2\n", {}), "1-2");
    EXPECT_EQ(told("ruff.toml", "", {}), "");
}

TEST(ConfigurationOf, KnowsTheTable) {
    const auto ruff = configuration_of("ruff");
    ASSERT_TRUE(ruff) << ruff.error().describe();
    ASSERT_EQ(ruff->size(), 3U);
    EXPECT_EQ(ruff->back().file, "pyproject.toml");
    EXPECT_EQ(ruff->back().sections, std::vector<std::string>{"tool.ruff"});
    const auto clippy = configuration_of("clippy");
    ASSERT_TRUE(clippy);
    EXPECT_EQ(clippy->size(), 3U);  // of two rows
    const auto none = configuration_of("trailing-whitespace");
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace rfsn::llm
