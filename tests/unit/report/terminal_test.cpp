// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "report/report.hpp"
#include "unit/report/sample_report.hpp"

namespace rfsn {
namespace {

using model::RunState;
using test::check_run;
using test::finding;
using test::green_report;
using test::red_report;

report::TerminalOptions on_terminal() {
    report::TerminalOptions options;
    options.traits.is_terminal = true;
    options.traits.width = 100;
    return options;
}

std::string shown(const model::Report& report) {
    return report::terminal(report, on_terminal());
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
        ++n;
    }
    return n;
}

TEST(Terminal, GreenIsOneLine) {
    EXPECT_EQ(shown(green_report()), "✔ rfsn  12 checks · 3 files · 21 ms\n");
    report::TerminalOptions plain;
    EXPECT_EQ(report::terminal(green_report(), plain), "✔ rfsn  12 checks · 3 files · 21 ms\n");
}

TEST(Terminal, GreenAndQuietIsNothing) {
    report::TerminalOptions options = on_terminal();
    options.quiet = true;
    EXPECT_EQ(report::terminal(green_report(), options), "");
}

TEST(Terminal, NothingToCheckIsSaid) {
    model::Report report;
    report.verdict = model::Verdict::passed;
    EXPECT_EQ(shown(report), "✔ rfsn  nothing to check · 0 ms\n");
    report.files = 1;
    report.runs.push_back(check_run("ruff", RunState::skipped, "no python files"));
    EXPECT_EQ(shown(report), "✔ rfsn  no check applies · 1 file · 0 ms\n");
}

TEST(Terminal, RedShowsPositionsSourceAndTheNextCommand) {
    EXPECT_EQ(shown(red_report()),
              "config/app.yaml:7:1   YAML  mapping values are not allowed here            check-yaml\n"
              "src/api/user.py:42:5  F841  local variable `x` is assigned but never used  ruff · fixable\n"
              "   42 |     x = load()\n"
              "      |     ^\n"
              "\n"
              "✘ commit blocked: 2 errors in 2 files (check-yaml 1, ruff 1) · 12 passed · 180 ms\n"
              "  1 fix available   git rfsn fix   apply to index + work tree\n"
              "  details           git rfsn explain check-yaml\n");
}

TEST(Terminal, TheVerdictIsAlsoFirstWhenNoOneScrolls) {
    report::TerminalOptions options;
    options.traits.is_terminal = false;
    const std::string out = report::terminal(red_report(), options);
    EXPECT_EQ(out.rfind("✘ commit blocked: 2 errors", 0), 0U);
    EXPECT_EQ(count(out, "✘ commit blocked"), 2U);
}

TEST(Terminal, WithoutUnicodeThereIsOnlyAscii) {
    report::TerminalOptions options = on_terminal();
    options.traits.unicode = false;
    EXPECT_EQ(report::terminal(green_report(), options), "ok rfsn  12 checks, 3 files, 21 ms\n");
    model::Report report = red_report();
    report.findings[1].source_line = std::string(300, 'x');
    report.findings[1].column = 150;
    report.runs.push_back(check_run("mypy", RunState::unavailable, "mypy is not installed"));
    for (const bool verbose : {false, true}) {
        options.verbose = options.explain = verbose;
        const std::string out = report::terminal(report, options);
        EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    }
}

TEST(Terminal, ColourOnlyWhenAskedFor) {
    report::TerminalOptions options = on_terminal();
    EXPECT_FALSE(has(report::terminal(red_report(), options), "\x1b"));
    options.traits.color = true;
    const std::string out = report::terminal(red_report(), options);
    EXPECT_TRUE(has(out, "\x1b["));
    EXPECT_EQ(base::strip_ansi(out), shown(red_report()));
}

TEST(Terminal, AtMostThreeOfAKindInAFile) {
    model::Report report = red_report();
    for (std::uint32_t i = 0; i < 20; ++i) {
        report.findings.push_back(finding("a.py", i + 1, 1, "E501", "line too long", "ruff"));
        report.findings.push_back(finding("b.py", i + 1, 1, "E501", "line too long", "ruff"));
    }
    const std::string out = shown(report);
    EXPECT_EQ(count(out, "line too long"), 6U);
    EXPECT_EQ(count(out, "+17 more like this (-v shows them)"), 2U);
    EXPECT_TRUE(has(out, "42 errors in 4 files"));
    // Grouped by file although they came interleaved.
    EXPECT_LT(out.rfind("a.py:"), out.find("b.py:"));
    report::TerminalOptions options = on_terminal();
    options.verbose = true;
    EXPECT_EQ(count(report::terminal(report, options), "line too long"), 40U);
}

TEST(Terminal, WhatDoesNotBlockIsOnlyCounted) {
    model::Report report = green_report();
    for (std::uint32_t i = 0; i < 3; ++i) {
        report.findings.push_back(finding("a.py", i + 1, 1, "E1", "old trouble", "ruff"));
        report.findings.back().blocking = false;
        report.findings.back().already_on_head = i < 2;
        report.findings.back().on_changed_line = false;
    }
    EXPECT_EQ(shown(report),
              "3 findings that do not block: 2 already on HEAD, 1 not on a changed line (-v shows them)\n"
              "✔ rfsn  12 checks · 3 files · 21 ms\n");
    report::TerminalOptions options = on_terminal();
    options.verbose = true;
    const std::string out = report::terminal(report, options);
    EXPECT_EQ(count(out, "old trouble"), 3U);
    EXPECT_EQ(count(out, "already on HEAD"), 2U);
    EXPECT_EQ(count(out, "not on a changed line"), 1U);
}

TEST(Terminal, UnavailableComesWithItsRemedyOnce) {
    model::Report report = green_report();
    for (const char* project : {"a", "b", "c"}) {
        report.runs.push_back(check_run("mypy", RunState::unavailable, "mypy is not installed"));
        report.runs.back().plan.project = project;
        report.runs.back().remedy = "pip install mypy";
    }
    EXPECT_EQ(shown(report),
              "! mypy (in 3 projects)  unavailable: mypy is not installed   pip install mypy\n"
              "✔ rfsn  12 checks · 3 files · 21 ms\n");
}

TEST(Terminal, AnErrorSaysWhyAndThatNothingWasTouched) {
    model::Report report = green_report();
    report.verdict = model::Verdict::error;
    report.exit_code = 3;
    report.runs.push_back(check_run("pytest", RunState::error, "timed out after 60 s"));
    report.runs.back().plan.required = true;
    report.runs.back().remedy = "raise checks.pytest.timeout";
    for (int i = 0; i < 100; ++i) {
        report.runs.back().output += "line " + std::to_string(i) + "\n";
    }
    const std::string out = shown(report);
    EXPECT_TRUE(has(out, "✘ pytest  could not check: timed out after 60 s"));
    EXPECT_TRUE(has(out, "  | line 99\n"));
    EXPECT_TRUE(has(out, "  | line 90\n"));
    EXPECT_FALSE(has(out, "line 89\n"));
    EXPECT_TRUE(has(out, "✘ could not check: pytest: timed out after 60 s; your work tree was not touched"));
    EXPECT_TRUE(has(out, "  repair    raise checks.pytest.timeout\n"));
    report.verdict_reason = "the deadline passed";
    EXPECT_TRUE(has(shown(report), "✘ could not check: the deadline passed; your work tree was not touched"));
}

TEST(Terminal, AFailureThatNoParserUnderstoodShowsTheToolsWords) {
    model::Report report = green_report();
    report.verdict = model::Verdict::blocked;
    report.runs.push_back(check_run("cargo-test", RunState::blocked));
    report.runs.back().exit_code = 101;
    report.runs.back().output = "thread panicked\n\n\n";
    const std::string out = shown(report);
    EXPECT_TRUE(has(out, "✘ cargo-test  failed (exit 101)\n  | thread panicked\n"));
    EXPECT_TRUE(has(out, "✘ commit blocked: 1 check failed (cargo-test) · 12 passed"));
    EXPECT_TRUE(has(out, "git rfsn explain cargo-test"));
}

TEST(Terminal, SkippedIsShownOnlyWhenAskedFor) {
    model::Report report = red_report();
    report.runs.push_back(check_run("eslint", RunState::skipped, "no JavaScript files"));
    EXPECT_FALSE(has(shown(report), "eslint"));
    report::TerminalOptions options = on_terminal();
    options.explain = true;
    const std::string out = report::terminal(report, options);
    EXPECT_TRUE(has(out, "- eslint"));
    EXPECT_TRUE(has(out, "no JavaScript files"));
    EXPECT_EQ(count(out, "python project, 1 file"), report.runs.size());
}

TEST(Terminal, APlanAloneHasNoVerdict) {
    model::Report report = green_report();
    report.runs.resize(1);
    report.runs[0].state = RunState::skipped;
    report.runs[0].reason = "would run: python project, 1 file";
    report.runs.push_back(check_run("mypy", RunState::unavailable, "mypy is not installed"));
    report.runs.back().remedy = "pip install mypy";
    report::TerminalOptions options = on_terminal();
    options.explain = true;
    EXPECT_EQ(report::terminal(report, options),
              "- check-0  would run    lint       python: python project, 1 file\n"
              "! mypy     unavailable  lint       python: python project, 1 file\n"
              "           mypy is not installed\n"
              "           pip install mypy\n"
              "\n"
              "1 check would run, 1 would not\n");
}

TEST(Terminal, TheSlowestToolIsNamedOnlyAboveASecond) {
    model::Report report = green_report();
    report.runs[0].duration = std::chrono::milliseconds(900);
    EXPECT_FALSE(has(shown(report), "slowest"));
    report.runs[1].duration = std::chrono::milliseconds(4250);
    report.runs[2].duration = std::chrono::milliseconds(9000);
    report.runs[2].from_cache = true;
    EXPECT_TRUE(has(shown(report), "slowest: check-1 4.2 s"));
}

TEST(Terminal, TheStageSaysWhatIsBlocked) {
    model::Report report = red_report();
    report.stage = model::Stage::pre_push;
    EXPECT_TRUE(has(shown(report), "✘ push blocked: "));
    report.stage = model::Stage::pre_merge_commit;
    EXPECT_TRUE(has(shown(report), "✘ commit blocked: "));
    report.stage = model::Stage::ci;
    EXPECT_TRUE(has(shown(report), "✘ blocked: "));
    for (const model::Stage stage : {model::Stage::pre_commit, model::Stage::pre_merge_commit}) {
        report.stage = stage;
        report.snapshot.source = model::SnapshotSource::range;
        EXPECT_TRUE(has(shown(report), "\n✘ blocked: ")) << "a range that was looked at is no commit";
        report.snapshot.source = model::SnapshotSource::all;
        EXPECT_TRUE(has(shown(report), "\n✘ blocked: "));
    }
}

TEST(Terminal, OnlyAPlainNameOfACheckIsOfferedForPasting) {
    model::Report report = red_report();
    report.findings[0].tool = "$(reboot)";
    EXPECT_TRUE(has(shown(report), "git rfsn explain ruff\n"));
    report.findings[1].tool = "-rf";
    report.findings[1].code = "F841";
    report.runs.clear();
    EXPECT_FALSE(has(shown(report), "git rfsn explain")) << "a tool's own code is nothing that explain knows";
}

TEST(Terminal, AFixIsOfferedOnlyWhereItCanWork) {
    model::Report report = red_report();
    report.snapshot.origin = model::IndexOrigin::commit_all;
    EXPECT_TRUE(has(shown(report), "  1 fix available   git add -u, then git rfsn fix   apply to"));
    report.snapshot.origin = model::IndexOrigin::commit_paths;
    EXPECT_TRUE(has(shown(report), "  1 fix available   git add the paths, then git rfsn fix   apply to"));
    report.snapshot.origin = model::IndexOrigin::foreign;
    EXPECT_FALSE(has(shown(report), "rfsn fix"));
    report.snapshot.origin = model::IndexOrigin::normal;
    for (const auto source : {model::SnapshotSource::range, model::SnapshotSource::all}) {
        report.snapshot.source = source;
        EXPECT_FALSE(has(shown(report), "rfsn fix"));
        EXPECT_TRUE(has(shown(report), "  details   git rfsn explain check-yaml\n"));
    }
}

TEST(Terminal, WhatTheDeadlineCutOffIsSaid) {
    model::Report report = green_report();
    report.runs.push_back(check_run("flake8", RunState::skipped, "deadline"));
    report.runs.push_back(check_run("mypy", RunState::skipped, "no python files"));
    EXPECT_EQ(shown(report),
              "! flake8 did not finish before the deadline (not required, so it does not block)\n"
              "✔ rfsn  12 checks · 3 files · 1 unfinished · 21 ms\n");
    report.runs.push_back(check_run("flake8", RunState::skipped, "deadline"));
    report.runs.back().plan.project = "sub";
    EXPECT_EQ(shown(report),
              "! flake8 (in 2 projects) did not finish before the deadline (not required, so it does not block)\n"
              "✔ rfsn  12 checks · 3 files · 2 unfinished · 21 ms\n");
    report.runs.erase(report.runs.begin(), report.runs.begin() + 12);
    EXPECT_TRUE(has(shown(report), "✔ rfsn  no check finished · 3 files · 2 unfinished"));
    report::TerminalOptions options = on_terminal();
    options.verbose = true;
    EXPECT_TRUE(has(report::terminal(report, options), "! flake8        skipped · it did not finish before the dead"));
    options.verbose = false;
    options.quiet = true;
    EXPECT_EQ(report::terminal(report, options), "");

    model::Report red = red_report();
    red.runs.push_back(check_run("pytest", RunState::skipped, "deadline"));
    EXPECT_TRUE(has(shown(red), "! pytest did not finish before the deadline (not required"));
    EXPECT_TRUE(has(shown(red), " · 12 passed · 1 unfinished · 180 ms\n"));
    red.verdict = model::Verdict::interrupted;
    EXPECT_FALSE(has(shown(red), "deadline")) << "Ctrl-C cut it off, not the deadline";
}

TEST(Terminal, ATestWithoutWordsStillSaysThatItFailed) {
    struct Case {
        std::string code;
        std::string message;
        std::string shown;
    };
    const Case cases[] = {
        {"test", "t: ", "(project)  test  t failed  ctest\n"},
        {"test", "A::b:", "(project)  test  A::b failed  ctest\n"},
        {"test", "", "(project)  test  a test failed  ctest\n"},
        {"test", " : ", "(project)  test  a test failed  ctest\n"},
        {"test", "t: gone", "(project)  test  t: gone  ctest\n"},
        {"E1", "expected one of:", "(project)  E1  expected one of  ctest\n"},
        {"E1", ":", "(project)  E1  (no message)  ctest\n"},
        {"E1", "one of:\n  a", "(project)  E1  one of:  ctest\n    |   a\n"},
    };
    for (const Case& each : cases) {
        model::Report report = red_report();
        report.findings = {finding("", 0, 0, each.code, each.message, "ctest")};
        EXPECT_TRUE(has(shown(report), each.shown)) << shown(report);
    }
}

TEST(Terminal, APassedRunSaysWhichOfItsFindingsDoNotBlock) {
    model::Report report = green_report();
    report.runs = {check_run("ruff", RunState::passed, "what it found is there without this change too"),
                   check_run("ruff", RunState::passed), check_run("mypy", RunState::passed)};
    report.runs[1].plan.project = "sub";
    for (const char* path : {"a.py", "b.py", "sub/c.py", "subway.py"}) {
        report.findings.push_back(finding(path, 1, 1, "E1", "old", "ruff"));
        report.findings.back().blocking = false;
    }
    report::TerminalOptions options = on_terminal();
    options.verbose = true;
    const std::string out = report::terminal(report, options);
    EXPECT_TRUE(has(out,
                    "✔ ruff        passed · 3 findings that do not block · what it found is there without this "
                    "change too · 1 file"))
        << out;
    EXPECT_TRUE(has(out, "✔ ruff (sub)  passed · 1 finding that does not block · 1 file")) << out;
    EXPECT_TRUE(has(out, "✔ mypy        passed · 1 file")) << out;
}

TEST(Terminal, NothingFromOutsideActsOnTheTerminalOrTheCiLog) {
    const std::string evil =
        "a\x1b[2J\x1b]0;title\x07\r\nb\xE2\x80\xAE\xC2\x9B"
        "31m\x7f\xFF\n::error::x\n##[add-mask]y";
    model::Report report = red_report();
    report.verdict_reason = evil;
    report.findings.push_back(finding(evil, 1, 3, evil, evil, evil));
    report.findings.back().source_line = evil;
    report.findings.back().notes.push_back({evil, 1, evil});
    report.findings.push_back(finding("::set-output name=x::y", 0, 0, "c", "m", "t"));
    for (const RunState state : {RunState::error, RunState::unavailable, RunState::blocked, RunState::skipped}) {
        report.runs.push_back(check_run(evil, state, evil));
        model::CheckRun& run = report.runs.back();
        run.plan.project = run.plan.reason = run.remedy = run.output = run.tool_version = run.isolation = evil;
    }
    report.notices = {evil};
    report.proposals.emplace_back();
    report.proposals.back().proven = true;
    report.proposals.back().id = evil;
    for (const model::Verdict verdict : {model::Verdict::blocked, model::Verdict::error, model::Verdict::passed}) {
        report.verdict = verdict;
        for (const bool verbose : {false, true}) {
            report::TerminalOptions options = on_terminal();
            options.verbose = options.explain = verbose;
            const std::string out = report::terminal(report, options);
            EXPECT_TRUE(base::is_valid_utf8(out));
            for (const std::string_view bad : {"\x1b", "\x07", "\r", "\x7f", "\xE2\x80\xAE", "\xC2\x9B", "##["}) {
                EXPECT_FALSE(has(out, bad)) << bad << " in " << out;
            }
            for (const std::string_view line : base::split_lines(out)) {
                EXPECT_NE(base::trim(line).substr(0, 2), "::") << out;
            }
        }
    }
}

TEST(Terminal, TheCaretStandsBelowTheColumn) {
    struct Case {
        std::string line;
        std::uint32_t column;
        std::string shown_line;
        std::size_t caret;
    };
    const Case cases[] = {
        {"abc", 2, "abc", 1},
        {"\tx = 1", 2, "    x = 1", 4},
        {"a\tb", 3, "a   b", 4},
        {"\xE4\xBD\xA0\xE5\xA5\xBD x", 8, "\xE4\xBD\xA0\xE5\xA5\xBD x", 5},
        {"e\xCC\x81x", 4, "e\xCC\x81x", 1},
        {"\xE4\xBD\xA0x", 2, "\xE4\xBD\xA0x", 0},  // inside a character: its start
        {"abc", 9, "abc", 3},                      // behind the end: the end
        {"a\x01"
         "b",
         3, "a\\x01b", 5},
        {"abc\r", 3, "abc", 2},
    };
    for (const Case& each : cases) {
        model::Report report = red_report();
        report.findings[1].source_line = each.line;
        report.findings[1].column = each.column;
        const std::string expected = "   42 | " + each.shown_line + "\n      | " + std::string(each.caret, ' ') + "^\n";
        EXPECT_TRUE(has(shown(report), expected)) << shown(report);
    }
}

TEST(Terminal, AVeryLongLineIsCroppedAroundTheColumn) {
    model::Report report = red_report();
    report.findings[1].source_line = std::string(500000, 'a') + "HERE" + std::string(500000, 'b');
    report.findings[1].column = 500001;
    const std::string out = shown(report);
    EXPECT_LT(out.size(), 2000U);
    const std::size_t at = out.find("HERE");
    ASSERT_NE(at, out.npos);
    const std::size_t line_start = out.rfind('\n', at) + 1;
    const std::size_t caret_line = out.find('\n', at) + 1;
    const std::size_t caret = out.find('^', caret_line);
    EXPECT_EQ(base::display_width(out.substr(line_start, at - line_start)), caret - caret_line);
}

TEST(Terminal, MessagesOfSeveralLinesAreIndented) {
    model::Report report = red_report();
    report.findings[0].message = "first\nsecond\r\n\n";
    EXPECT_TRUE(has(shown(report), "first"));
    EXPECT_TRUE(has(shown(report), "\n    | second\n"));
    report.findings[0].message = "\n \n";
    EXPECT_TRUE(has(shown(report), "(no message)"));
}

TEST(Terminal, AHugeReportIsCapped) {
    model::Report report = red_report();
    for (std::uint32_t i = 0; i < 50000; ++i) {
        report.findings.push_back(finding("f" + std::to_string(i), i, 1, "C" + std::to_string(i), "m", "t"));
    }
    report.findings.push_back(finding("z", 1, 1, "big", std::string(5000000, '\n') + std::string(5000000, 'x'), "t"));
    const std::string out = shown(report);
    EXPECT_LT(out.size(), 60000U);
    EXPECT_TRUE(has(out, "more findings not shown (-v shows them)"));
    EXPECT_TRUE(has(out, "50003 errors in 50003 files"));
    report::TerminalOptions options = on_terminal();
    options.verbose = true;
    const std::string all = report::terminal(report, options);
    EXPECT_LT(all.size(), 3000000U);
    EXPECT_TRUE(has(all, "--format json has them all"));
}

TEST(Terminal, ManyToolsAreSummedUp) {
    model::Report report = red_report();
    for (int i = 0; i < 10; ++i) {
        report.findings.push_back(finding("a", 1, 1, "c", "m", "tool" + std::to_string(i)));
    }
    EXPECT_TRUE(has(shown(report), "+6 more tools)"));
}

}  // namespace
}  // namespace rfsn
