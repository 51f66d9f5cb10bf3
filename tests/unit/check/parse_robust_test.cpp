// SPDX-License-Identifier: MIT
// Nothing is invented, and no log is too odd.
#include <algorithm>
#include <set>

#include "buildpack/buildpack.hpp"
#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

const std::set<std::string>& natives() {
    static const std::set<std::string> names{"cargo-json",  "eslint-json",    "gcc-json",        "go-test-json",
                                             "go-vet-json", "junit",          "pyright-json",    "sarif",
                                             "tap",         "checkstyle-xml", "clang-tidy-fixes"};
    return names;
}

TEST(ParseRobust, EveryRuleFileLoads) {
    const auto names = parser_names();
    EXPECT_GE(names.size(), 150U);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    for (const auto& name : names) {
        EXPECT_TRUE(parse_output(name, "", context_at("/t")).has_value()) << name;
    }
}

TEST(ParseRobust, NamesAreFoundInTheirSpellings) {
    for (const auto* name : {"node:test", "Node Test", "go vet", "Cargo Test", "golangci-lint", "clang_tidy", "go/test",
                             "C++", "unified diff", "SARIF", "TypeScript"}) {
        EXPECT_TRUE(parser_exists(name).has_value()) << name;
    }
}

TEST(ParseRobust, EveryParserThatAPackNamesExists) {
    const auto names = parser_names();
    buildpack::Registry registry;
    for (const auto& id : registry.ids()) {
        const auto pack = registry.get(id);
        ASSERT_TRUE(pack.has_value()) << id << ": " << pack.error().describe();
        for (const auto& check : (*pack)->checks) {
            for (const auto& output : check.outputs) {
                EXPECT_TRUE(std::binary_search(names.begin(), names.end(), output.parser))
                    << id << "/" << check.id << ": " << output.parser;
            }
        }
    }
}

TEST(ParseRobust, AnUnknownParserIsAnErrorThatNamesTheNearest) {
    const auto result = parse_output("flake9", "x", context_at("/t"));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, base::ErrorCode::not_found);
    EXPECT_NE(result.error().message.find("flake8"), std::string::npos);
}

TEST(ParseRobust, LogsWithoutDiagnosticsGiveNothing) {
    const std::vector<std::string> logs{
        "",
        "\n\n\r\n",
        "All done!\n3 files would be left unchanged.\n",
        "[1/3] Building CXX object a.o\n[2/3] Linking CXX executable app\nninja: no work to do.\n",
        "-- Configuring done\n-- Generating done\n-- Build files have been written to: /t/build\n",
        "==== test session starts ====\ncollected 3 items\n\ntests/test_a.py ...   [100%]\n\n==== 3 passed in 0.01s "
        "====\n",
        "BUILD SUCCESSFUL in 2s\n3 actionable tasks: 3 executed\n",
        "[INFO] BUILD SUCCESS\n[INFO] Total time:  1.2 s\n[INFO] Finished at: 2026-01-01T10:00:00Z\n",
        "Build succeeded.\n    0 Warning(s)\n    0 Error(s)\n\nTime Elapsed 00:00:01.50\n",
        "   Compiling a v0.1.0 (/t)\n    Finished dev [unoptimized] target(s) in 0.50s\n",
        "running 2 tests\ntest a ... ok\ntest b ... ok\n\ntest result: ok. 2 passed; 0 failed\n",
        "ok  \texample.com/a\t0.003s\n?   \texample.com/b\t[no test files]\n",
        "2026-11-24 07:15:29: INFO: http://example.com:8080/path listening\n12:30:45 worker: started\n",
    };
    for (const auto& name : parser_names()) {
        if (name == "file-list" || name == "prettier") {
            continue;  // a list of files takes any line for one
        }
        for (const auto& log : logs) {
            const auto findings = parse_output(name, log, context_at("/t"));
            if (findings) {
                EXPECT_EQ(lines_of(*findings), Lines{}) << name << " on: " << log;
            } else {
                EXPECT_EQ(findings.error().code, base::ErrorCode::invalid) << name;
            }
        }
    }
}

TEST(ParseRobust, DecodersRefuseWhatIsNotTheirs) {
    for (const auto& name : natives()) {
        const auto result = parse_output(name, "Traceback (most recent call last):\n  boom\n", context_at("/t"));
        ASSERT_FALSE(result.has_value()) << name;
        EXPECT_EQ(result.error().code, base::ErrorCode::invalid) << name;
        EXPECT_TRUE(parsed(name, "  \n").empty()) << name << ": blank output is no finding and no error";
    }
}

TEST(ParseRobust, GarbageIsReadInLinearTime) {
    std::string garbage;
    for (int i = 0; i < 200000; ++i) {
        garbage += static_cast<char>(i * 7919 % 256);
        garbage += ":1:1: error ";
    }
    const std::string one_line(3'000'000, 'a');
    const std::string nested = std::string(100000, '[') + std::string(100000, '{');
    for (const auto& name : parser_names()) {
        for (const auto& log : {garbage, one_line, nested, one_line + ":1:1: error: x", std::string(100000, '\n'),
                                std::string(50000, '\0')}) {
            const auto result = parse_output(name, log, context_at("/t"));
            EXPECT_TRUE(result.has_value() || result.error().code == base::ErrorCode::invalid) << name;
        }
    }
}

TEST(ParseRobust, TheNumberOfFindingsIsBounded) {
    std::string log;
    for (int i = 1; i <= 60000; ++i) {
        log += "a.py:" + std::to_string(i) + ":1: E1 x\n";
    }
    EXPECT_EQ(parsed("flake8", log).size(), 20000U);
}

TEST(ParseRobust, ProgressThatIsOverwrittenIsNotRead) {
    EXPECT_EQ(lines_of(parsed("flake8", "checking 1/2\rchecking 2/2\ra.py:1:1: E1 x\r\n")), Lines{"a.py:1:1 E1 x"});
}

TEST(ParseRobust, HugeNumbersAreNoLines) {
    const auto findings = parsed("flake8", "a.py:99999999999999999999:1: E1 x\n");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].line, 0U);
}

}  // namespace
}  // namespace rfsn::check
