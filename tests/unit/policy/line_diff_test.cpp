// SPDX-License-Identifier: MIT
#include "policy/line_diff.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "support/temp_repo.hpp"

namespace rfsn::policy {
namespace {

TEST(LineDiff, CountsAddedRemovedAndHunks) {
    const auto diff = line_diff("a\nb\nc\n", "a\nx\ny\nc\n", 100);
    EXPECT_EQ(diff.removed, (std::vector<std::string_view>{"b\n"}));
    EXPECT_EQ(diff.added, (std::vector<std::string_view>{"x\n", "y\n"}));
    EXPECT_EQ(diff.hunks, 1U);
    EXPECT_EQ(line_diff("a\n", "a\n", 100).lines(), 0U);
    EXPECT_EQ(line_diff("a\n", "a\n", 100).hunks, 0U);
    EXPECT_EQ(line_diff("", "a\nb\n", 100).lines(), 2U);
    EXPECT_EQ(line_diff("a\n", "a", 100).lines(), 2U);
    EXPECT_EQ(line_diff("a\r\n", "a\n", 100).lines(), 2U);
}

TEST(LineDiff, OverestimatesWhatIsTooLarge) {
    const auto diff = line_diff("a\nb\nc\nd\n", "1\nb\n2\nd\n3\n", 2);
    EXPECT_EQ(diff.lines(), 9U);
    EXPECT_EQ(diff.hunks, 1U);
}

TEST(LineDiff, AgreesWithGit) {
    const test::TempRepo repo;
    unsigned state = 7;
    const auto next = [&](unsigned below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16) % below;
    };
    for (int round = 0; round < 40; ++round) {
        std::string before;
        std::string after;
        for (unsigned i = 0; i < 60; ++i) {
            const std::string line = "line " + std::to_string(next(8)) + "\n";
            before += next(12) == 0 ? "" : line;
            after += next(12) == 0 ? "new " + std::to_string(i) + "\n" : line;
        }
        repo.write("a", before);
        repo.write("b", after);
        int status = 0;
        const std::string out =
            test::run({"git", "diff", "--no-index", "--minimal", "--no-color", "--inter-hunk-context=0", "a", "b"},
                      repo.path(), status);
        std::size_t lines = 0;
        std::istringstream stream(out);
        for (std::string line; std::getline(stream, line);) {
            const bool header = line.rfind("+++ ", 0) == 0 || line.rfind("--- ", 0) == 0;
            lines += !header && !line.empty() && (line[0] == '+' || line[0] == '-') ? 1U : 0U;
        }
        EXPECT_EQ(line_diff(before, after, 1000).lines(), lines) << before << "---\n" << after;
    }
}

}  // namespace
}  // namespace rfsn::policy
