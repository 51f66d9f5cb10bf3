// SPDX-License-Identifier: MIT
// What of a repository goes into a question, to the byte.
#include "llm/context.hpp"

#include <gtest/gtest.h>

#include "llm/excerpts.hpp"
#include "support/secret_pieces.hpp"

namespace rfsn::llm {
namespace {

model::Finding at(const std::string& path, std::uint32_t line) {
    model::Finding one;
    one.path = path;
    one.line = line;
    one.message = "m";
    return one;
}

/// "f<k>" functions of ten lines each: f0 on lines 1-10 and so on.
std::string functions(int count) {
    std::string text;
    for (int k = 0; k < count; ++k) {
        text += "def f" + std::to_string(k) + "():\n";
        for (int i = 2; i <= 9; ++i) {
            text += "    x" + std::to_string(10 * k + i) + " = 1\n";
        }
        text += "\n";
    }
    return text;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) {
        out += line + "\n";
    }
    return out;
}

TEST(Select, ShowsTheLinesAndTheDefinitionAroundThem) {
    PromptInput input;
    std::string text = "class A:\n    def long(self):\n";
    for (int i = 3; i <= 500; ++i) {
        text += "        x" + std::to_string(i) + " = 1\n";
    }
    text += "    def other(self):\n        pass\n";
    input.files = {{"a.py", text, {}}};
    input.checks = {{"ruff", "", {at("a.py", 300)}}};
    const auto chosen = select(input, 50000);
    ASSERT_EQ(chosen.editable.size(), 1U);
    // The heads of what it stands in, the lines around it, the end of the definition.
    EXPECT_EQ(chosen.editable[0].heading, "a.py (lines 1-2, 280-320, 500-500 of 502; the rest is not shown)");
    std::string expected = "[lines 1-2]\nclass A:\n    def long(self):\n[lines 280-320]\n";
    for (int i = 280; i <= 320; ++i) {
        expected += "        x" + std::to_string(i) + " = 1\n";
    }
    EXPECT_EQ(chosen.editable[0].text, expected + "[lines 500-500]\n        x500 = 1\n");
    EXPECT_TRUE(chosen.left_out.empty());
}

TEST(Select, TakesAShortDefinitionWhole) {
    PromptInput input;
    std::string text = "int x;\n\nint f(int a) {\n";
    for (int i = 4; i <= 100; ++i) {
        text += "    a += " + std::to_string(i) + ";\n";
    }
    text += "}\n";
    for (int i = 102; i <= 900; ++i) {
        text += "int g" + std::to_string(i) + ";\n";
    }
    input.files = {{"a.c", text, {}}};
    input.checks = {{"cc", "", {at("a.c", 50)}}};
    EXPECT_EQ(select(input, 50000).editable[0].heading, "a.c (lines 3-101 of 900; the rest is not shown)");
    // Where there is no room for that, the lines alone.
    EXPECT_EQ(select(input, 1000).editable[0].heading, "a.c (lines 47-53 of 900; the rest is not shown)");
    EXPECT_EQ(select(input, 1000).editable[0].text,
              "    a += 47;\n    a += 48;\n    a += 49;\n    a += 50;\n    a += 51;\n    a += 52;\n    a += 53;\n");
}

TEST(Select, ShowsWhatIsPointedAtForReading) {
    PromptInput input;
    input.files = {{"a.py", "import b\nb.f9()\n", {}}};
    input.checks = {{"mypy", "", {at("a.py", 2)}}};
    const std::string other = functions(60);
    input.read = {
        {"b.py", other, ReadFile::Why::pointed_at, {{95, 95}}},
        {"tests/test_a.py", other, ReadFile::Why::failing_test, {{3, 3}}},
        {"a.py", "import b\nb.f9()\n", ReadFile::Why::pointed_at, {{1, 1}}},
        {"pyproject.toml", "[tool.mypy]\nstrict = true\n[x]\n", ReadFile::Why::configuration, {{1, 2}}, "mypy"}};
    const auto chosen = select(input, 50000);
    ASSERT_EQ(chosen.editable.size(), 1U);
    EXPECT_EQ(chosen.editable[0].heading, "a.py (whole, 2 lines)");
    ASSERT_EQ(chosen.read.size(), 3U);
    EXPECT_EQ(chosen.read[0].heading, "tests/test_a.py (a failing test; lines 1-11 of 600)");
    EXPECT_EQ(chosen.read[0].text, joined({"def f0():", "    x2 = 1", "    x3 = 1", "    x4 = 1", "    x5 = 1",
                                           "    x6 = 1", "    x7 = 1", "    x8 = 1", "    x9 = 1", "", "def f1():"}));
    EXPECT_EQ(chosen.read[1].heading, "b.py (what the checks point at; lines 87-103 of 600)");
    EXPECT_EQ(chosen.read[2].heading, "pyproject.toml (configuration of mypy; lines 1-2 of 3)");
    EXPECT_EQ(chosen.read[2].text, "[tool.mypy]\nstrict = true\n");
}

TEST(Select, ShowsNoLineTwice) {
    PromptInput input;
    const std::string text = functions(60);
    input.files = {{"a.py", text, {{95, 95}}}};
    input.checks = {{"mypy", "", {at("a.py", 95), at("a.py", 97), at("a.py", 130)}}};
    input.read = {{"a.py", text, ReadFile::Why::pointed_at, {{96, 96}}},
                  {"b.py", text, ReadFile::Why::failing_test, {{95, 95}}},
                  {"b.py", text, ReadFile::Why::pointed_at, {{95, 95}, {96, 96}}}};
    const auto chosen = select(input, 50000);
    EXPECT_EQ(chosen.editable[0].heading, "a.py (lines 75-150 of 600; the rest is not shown)");
    ASSERT_EQ(chosen.read.size(), 1U);
    EXPECT_EQ(chosen.read[0].heading, "b.py (a failing test; what the checks point at; lines 87-104 of 600)");
}

TEST(Select, FillsTheRoomInOrderAndSaysWhatIsLeftOut) {
    PromptInput input;
    const std::string text = functions(90);
    input.files = {{"a.py", text, {{500, 501}}}, {"b.py", text, {}}};
    input.checks = {{"mypy", "", {at("b.py", 500)}}};
    input.read = {{"test_a.py", text, ReadFile::Why::failing_test, {{500, 500}}},
                  {"c.py", text, ReadFile::Why::pointed_at, {{300, 300}}},
                  {"mypy.ini", text, ReadFile::Why::configuration, {{1, 900}}, "mypy"}};
    input.diffs = {{"a.py", text, false}, {"new.py", "+x\n", true}};
    const auto chosen = select(input, 4200);
    // Findings first, then what is editable without them, by what is changed.
    ASSERT_EQ(chosen.editable.size(), 2U);
    EXPECT_EQ(chosen.editable[0].heading, "b.py (lines 480-520 of 900; the rest is not shown)");
    EXPECT_EQ(chosen.editable[1].heading, "a.py (lines 480-521 of 900; the rest is not shown)");
    EXPECT_EQ(chosen.read[0].heading, "test_a.py (a failing test; lines 492-508 of 900)");
    EXPECT_EQ(chosen.read[1].heading, "c.py (what the checks point at; lines 292-308 of 900)");
    EXPECT_EQ(chosen.diff.substr(0, 22), "def f0():\n    x2 = 1\n ");
    EXPECT_EQ(chosen.diff.back(), '\n');
    ASSERT_EQ(chosen.left_out.size(), 3U);
    EXPECT_EQ(chosen.left_out[0].substr(chosen.left_out[0].find(' ')), " lines of the change to a.py");
    EXPECT_EQ(chosen.left_out[1], "1 line of the change to new.py");
    EXPECT_EQ(chosen.left_out[2], "mypy.ini:1, configuration of mypy");
    std::size_t bytes = chosen.findings.size() + chosen.diff.size();
    for (const auto* list : {&chosen.editable, &chosen.read}) {
        for (const auto& file : *list) {
            bytes += file.heading.size() + file.text.size();
        }
    }
    EXPECT_LE(bytes, 4200U);
    EXPECT_GE(bytes, 2500U);
}

TEST(Select, HoldsEveryBudget) {
    PromptInput input;
    const std::string text = functions(200);
    for (const char* path : {"a.py", "b.py", "c.py", "d.py"}) {
        input.files.push_back({path, text, {}});
        input.read.push_back({std::string("t_") + path, text, ReadFile::Why::pointed_at, {{700, 700}, {1500, 1510}}});
        input.diffs.push_back({path, text, false});
    }
    input.checks = {{"mypy", "", {}}};
    for (std::uint32_t line = 1; line < 2000; line += 37) {
        input.checks[0].findings.push_back(at("b.py", line));
    }
    for (std::size_t room = 0; room < 60000; room += 1111) {
        const auto chosen = select(input, room);
        std::size_t bytes = chosen.findings.size() + chosen.diff.size();
        for (const auto* list : {&chosen.editable, &chosen.read}) {
            for (const auto& file : *list) {
                bytes += file.heading.size() + file.text.size();
                EXPECT_EQ(file.text.back(), '\n');
            }
        }
        EXPECT_LE(bytes, room);
        EXPECT_FALSE(chosen.left_out.empty()) << room;
    }
}

TEST(Select, LeavesTheDiffOfANewFileOut) {
    PromptInput input;
    input.files = {{"a.py", "x = 1\n", {{1, 1}}}};
    input.checks = {{"ruff", "", {at("a.py", 1)}}};
    input.diffs = {{"a.py", "+x = 1\n", true}, {"b.py", "+y = 1\n", true}};
    EXPECT_EQ(select(input, 5000).diff, "+y = 1\n");
}

TEST(Excerpts, NeverCutASecretInTwo) {
    const std::string block = test::pem_block();
    const std::string text = "a = 1\nb = 2\n" + block + "c = 3\n" + functions(30);
    const auto lines = static_cast<std::uint32_t>(std::count(block.begin(), block.end(), '\n'));
    const std::string path = "a.py";
    for (std::uint32_t line = 1; line <= lines + 3; ++line) {
        Excerpts excerpts(path, text);
        Room room(100000);
        ASSERT_TRUE(excerpts.add({{line, line}}, room));
        const std::string shown = excerpts.text();
        const bool some = shown.find(block.substr(block.find('\n') + 1, 20)) != std::string::npos ||
                          shown.find("-----") != std::string::npos;
        EXPECT_EQ(some, shown.find(block) != std::string::npos) << line << "\n" << shown;
    }
}

TEST(Excerpts, KeepsLinesThatAreTooLongOut) {
    const std::string text = "a\n" + std::string(5000, 'x') + "\nb\n";
    const std::string path = "a.js";
    Excerpts excerpts(path, text);
    Room room(100000);
    EXPECT_FALSE(excerpts.add({{2, 2}}, room));
    EXPECT_TRUE(excerpts.add({{1, 1}}, room));
    EXPECT_TRUE(excerpts.add({{3, 3}}, room));
    EXPECT_FALSE(excerpts.add_whole(room));
    EXPECT_EQ(excerpts.text(), "[lines 1-1]\na\n[lines 3-3]\nb\n");
    EXPECT_TRUE(excerpts.add({{9, 12}}, room));  // not there: nothing more to show
    EXPECT_EQ(excerpts.extent(), "lines 1-1, 3-3 of 3");
}

}  // namespace
}  // namespace rfsn::llm
