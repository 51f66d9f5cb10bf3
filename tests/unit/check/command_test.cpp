// SPDX-License-Identifier: MIT
#include "check/command.hpp"

#include <gtest/gtest.h>

namespace rfsn::check {
namespace {

CommandValues values() {
    CommandValues values;
    values.root = "/t";
    values.project = "/t/app";
    values.out = "/o";
    values.cache = "/c";
    values.tool = "/usr/bin/black";
    values.tool_names = {"black"};
    values.files = {"app/a.py", "app/sub/-b.py", "app/-c.py"};
    return values;
}

using Argv = std::vector<std::string>;

TEST(Expand, ReplacesPlaceholdersAndTheToolsName) {
    buildpack::Command command;
    command.argv = {"black", "--out={out}/r", "{cache}", "--", "{files}"};
    command.env = {"HERE={project}"};
    const auto commands = expand(command, values(), 0);
    ASSERT_EQ(commands.size(), 1U);
    EXPECT_EQ(commands[0].argv, (Argv{"/usr/bin/black", "--out=/o/r", "/c", "--", "a.py", "sub/-b.py", "./-c.py"}));
    EXPECT_EQ(commands[0].cwd, "/t/app");
    EXPECT_EQ(commands[0].env, Argv{"HERE=/t/app"});
}

TEST(Expand, PathsAreRelativeToTheWorkingDirectoryAlsoAboveIt) {
    auto of_project = values();
    of_project.files = {"lib/x.py"};
    buildpack::Command command;
    command.argv = {"black", "{files}"};
    EXPECT_EQ(expand(command, of_project, 0)[0].argv[1], "../lib/x.py");
    command.cwd = "{root}";
    EXPECT_EQ(expand(command, of_project, 0)[0].argv[1], "lib/x.py");
}

TEST(Expand, SplitsByCountAndByBytes) {
    auto many = values();
    many.files.clear();
    for (int i = 0; i < 5000; ++i) {
        many.files.push_back("app/" + std::string(50, 'x') + std::to_string(i) + ".py");
    }
    buildpack::Command command;
    command.argv = {"black", "{files}"};
    std::size_t total = 0;
    const auto by_bytes = expand(command, many, 0);
    EXPECT_GT(by_bytes.size(), 1U);
    for (const auto& one : by_bytes) {
        std::size_t bytes = 0;
        for (const auto& arg : one.argv) {
            bytes += arg.size() + 1;
        }
        EXPECT_LE(bytes, 100'100U);
        total += one.argv.size() - 1;
    }
    EXPECT_EQ(total, 5000U);
    EXPECT_EQ(expand(command, many, 1000).size(), 5U);
}

TEST(Expand, OneProcessAFileForStdin) {
    buildpack::Command command;
    command.argv = {"clang-format", "--assume-filename={file}"};
    const auto commands = expand(command, values(), 0);
    ASSERT_EQ(commands.size(), 3U);
    EXPECT_EQ(commands[0].argv[1], "--assume-filename=a.py");
    EXPECT_EQ(commands[0].file, "app/a.py");
}

TEST(Expand, NoFilesNoCommandWhenItWantsFiles) {
    auto none = values();
    none.files.clear();
    buildpack::Command command;
    command.argv = {"black", "{file}"};
    EXPECT_TRUE(expand(command, none, 0).empty());
    command.argv = {"black", "{files}"};
    EXPECT_TRUE(expand(command, none, 0).empty());
    command.argv = {"pytest", "{tests}"};
    EXPECT_EQ(expand(command, none, 0)[0].argv, Argv{"pytest"});
}

TEST(Expand, AFileNameIsNeverAPlaceholder) {
    auto odd = values();
    odd.files = {"app/{out}.py", "app/$(rm -rf x).py"};
    buildpack::Command command;
    command.argv = {"black", "{files}"};
    EXPECT_EQ(expand(command, odd, 0)[0].argv, (Argv{"/usr/bin/black", "{out}.py", "$(rm -rf x).py"}));
}

TEST(Expand, APackageInAnArgumentMakesOneCommandEach) {
    buildpack::Command command;
    command.argv = {"run", "{package}", "x"};
    CommandValues values;
    EXPECT_EQ(expand(command, values, 0).at(0).argv, (std::vector<std::string>{"run", "x"}));
    values.packages = {"a", "b"};
    const auto each = expand(command, values, 0);
    ASSERT_EQ(each.size(), 2U);
    EXPECT_EQ(each[0].argv, (std::vector<std::string>{"run", "a", "x"}));
    EXPECT_EQ(each[1].argv, (std::vector<std::string>{"run", "b", "x"}));
}

TEST(Expand, HeadersAreARegularExpressionOrNothing) {
    buildpack::Command command;
    command.argv = {"tidy", "--header-filter={headers}"};
    CommandValues values;
    EXPECT_EQ(expand(command, values, 0).at(0).argv, std::vector<std::string>{"tidy"});
    values.headers = {"a/b+.hpp", "c.h"};
    EXPECT_EQ(expand(command, values, 0).at(0).argv.at(1), "--header-filter=/(a/b\\+\\.hpp|c\\.h)$");
}

}  // namespace
}  // namespace rfsn::check
