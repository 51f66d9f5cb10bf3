// SPDX-License-Identifier: MIT
#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

TEST(ParseNative, SarifWithRulesSuppressionsAndUris) {
    const auto findings = parsed("sarif", R"(warning: something first
{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ruff", "rules": [{"id": "R1", "defaultConfiguration": {"level": "error"}}]}},
 "columnKind": "unicodeCodePoints", "artifacts": [{"location": {"uri": "src/b.py"}}],
 "results": [
  {"ruleId": "F401", "level": "error", "message": {"text": "unused"}, "locations": [{"physicalLocation": {"artifactLocation":
   {"uri": "file:///t/a%20b.py"}, "region": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 10}}}], "fixes": [{}]},
  {"ruleId": "R1", "message": {"text": "by rule"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 1}}}]},
  {"ruleId": "S", "level": "error", "message": {"text": "hidden"}, "suppressions": [{"kind": "inSource"}]},
  {"ruleId": "N", "level": "note", "message": {"text": "only said"}},
  {"ruleId": "P", "kind": "pass", "message": {"text": "fine"}}]}]})");
    EXPECT_EQ(lines_of(findings), (Lines{"a b.py:3:8 F401 unused", "src/b.py:1:0 R1 by rule", ":0:0 N only said"}));
    EXPECT_TRUE(findings[0].fixable);
    EXPECT_EQ(findings[0].end_column, 10U);
    EXPECT_EQ(findings[1].severity, model::Severity::error);
    EXPECT_FALSE(findings[2].blocking);
}

TEST(ParseNative, Eslint) {
    const auto findings = parsed("eslint-json", R"([{"filePath": "/t/a.js", "messages": [
 {"ruleId": "no-unused-vars", "severity": 2, "message": "'x' is assigned", "line": 1, "column": 7, "endLine": 1, "endColumn": 8, "fix": {"range": [0,1], "text": ""}},
 {"ruleId": "semi", "severity": 1, "message": "Missing", "line": 2, "column": 1},
 {"ruleId": null, "fatal": true, "severity": 2, "message": "Parsing error: x", "line": 4, "column": 2},
 {"ruleId": null, "severity": 1, "message": "File ignored because of a matching ignore pattern."}]},
 {"filePath": "/t/b.js", "messages": []}])");
    EXPECT_EQ(lines_of(findings), (Lines{"a.js:1:7 no-unused-vars 'x' is assigned", "a.js:2:1 semi Missing",
                                         "a.js:4:2  Parsing error: x"}));
    EXPECT_TRUE(findings[0].blocking && findings[0].fixable);
    EXPECT_FALSE(findings[1].blocking);
}

TEST(ParseNative, Pyright) {
    const auto findings =
        parsed("pyright-json", R"({"version": "1.1", "generalDiagnostics": [{"file": "/t/a.py", "severity": "error",
 "message": "no", "range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 9}}, "rule": "reportX"}]})");
    EXPECT_EQ(lines_of(findings), Lines{"a.py:1:5 reportX no"});
    EXPECT_EQ(findings[0].end_column, 10U);
}

TEST(ParseNative, Checkstyle) {
    const auto findings = parsed(
        "checkstyle",
        "<?xml version=\"1.0\"?><checkstyle version=\"8.36\"><file name=\"/t/A.java\">"
        "<error line=\"1\" column=\"3\" severity=\"warning\" message=\"a &lt;b&gt;\" source=\"com.x.checks.FooCheck\"/>"
        "<error line=\"2\" severity=\"error\" message=\"c\" source=\"\"/></file></checkstyle>");
    EXPECT_EQ(lines_of(findings), (Lines{"A.java:1:3 Foo a <b>", "A.java:2:0  c"}));
}

TEST(ParseNative, CargoMergesLibAndTestTargets) {
    const std::string message =
        R"({"reason":"compiler-message","message":{"message":"unused variable: `x`","code":{"code":"unused_variables"},"level":"warning","spans":[{"file_name":"src/lib.rs","line_start":2,"line_end":2,"column_start":9,"column_end":10,"is_primary":true}],"children":[{"message":"if this is intentional","spans":[{"file_name":"src/lib.rs","line_start":2,"is_primary":true,"suggestion_applicability":"MachineApplicable"}]}]}})";
    const auto findings = parsed(
        "cargo-json",
        "   Compiling a v0.1.0\n" + message + "\n" + message + "\n" +
            R"({"reason":"compiler-message","message":{"message":"mismatched types","code":{"code":"E0308"},"level":"error","spans":[{"file_name":"src/main.rs","line_start":4,"column_start":5,"is_primary":true}],"children":[]}})"
            "\n"
            R"({"reason":"compiler-message","message":{"message":"aborting due to previous error","code":null,"level":"error","spans":[],"children":[]}})"
            "\n{\"reason\":\"build-finished\",\"success\":false}\n",
        context_at("/t/crate", "crate"));
    EXPECT_EQ(lines_of(findings), (Lines{"crate/src/lib.rs:2:9 unused_variables unused variable: `x`",
                                         "crate/src/main.rs:4:5 E0308 mismatched types"}));
    EXPECT_FALSE(findings[0].blocking);
    EXPECT_TRUE(findings[0].fixable);
}

TEST(ParseNative, GoVetBetweenPackageLines) {
    const auto findings = parsed(
        "go-vet-json",
        "# example.com/a\n{\n\t\"example.com/a\": {\n\t\t\"printf\": [\n\t\t\t{\n\t\t\t\t\"posn\": \"/t/a.go:5:2\",\n"
        "\t\t\t\t\"message\": \"Printf format %d has arg of wrong type\"\n\t\t\t}\n\t\t]\n\t}\n}\n"
        "# example.com/b\nvet: ./b.go:3:5: undefined: x\n");
    EXPECT_EQ(lines_of(findings),
              (Lines{"a.go:5:2 printf Printf format %d has arg of wrong type", "b.go:3:5  undefined: x"}));
}

TEST(ParseNative, GoTestFindsThePackagesDirectory) {
    auto context = context_at("/t");
    context.content = [](const std::string& path) -> std::optional<std::string> {
        return path == "sub/a_test.go" ? std::optional<std::string>("package a\n") : std::nullopt;
    };
    const auto findings = parsed("go-test-json",
                                 "{\"Action\":\"run\",\"Package\":\"example.com/m/sub\",\"Test\":\"TestA\"}\n"
                                 "{\"Action\":\"output\",\"Package\":\"example.com/m/sub\",\"Test\":\"TestA/"
                                 "x\",\"Output\":\"    a_test.go:7: got 1\\n\"}\n"
                                 "{\"Action\":\"fail\",\"Package\":\"example.com/m/sub\",\"Test\":\"TestA/x\"}\n"
                                 "{\"Action\":\"fail\",\"Package\":\"example.com/m/sub\",\"Test\":\"TestA\"}\n"
                                 "{\"Action\":\"fail\",\"Package\":\"example.com/m/sub\"}\n",
                                 context);
    EXPECT_EQ(lines_of(findings), Lines{"sub/a_test.go:7:0  TestA/x: got 1"});
}

TEST(ParseNative, UnifiedDiffPointsAtTheFirstChangedLineOfEachHunk) {
    const auto findings =
        parsed("unified-diff",
               "diff a.go.orig a.go\n--- a.go.orig\t2026\n+++ a.go\t2026\n@@ -1,3 +1,4 @@\n package a\n-func  f() "
               "{}\n+\n+func f() {}\n // x\n"
               "@@ -10,2 +11,2 @@\n ok\n--- a minus line\n+-- b\n--- a/b.go\n+++ b/b.go\n@@ -0,0 +1 @@\n+x\n");
    EXPECT_EQ(lines_of(findings),
              (Lines{"a.go:2:0  is not formatted", "a.go:11:0  is not formatted", "b.go:1:0  is not formatted"}));
}

TEST(ParseNative, TextFormsOfTheOtherLanguages) {
    EXPECT_EQ(lines_of(parsed(
                  "tsc",
                  "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n  Because of x.\n")),
              Lines{"src/a.ts:3:7 TS2322 Type 'string' is not assignable to type 'number'.\nBecause of x."});
    EXPECT_EQ(lines_of(parsed("eslint",
                              "\n/t/a.js\n  1:7  error  'x' is assigned a value but never used  "
                              "no-unused-vars\n\n\xE2\x9C\x96 1 problem\n")),
              Lines{"a.js:1:7 no-unused-vars 'x' is assigned a value but never used"});
    EXPECT_EQ(lines_of(parsed("prettier", "src/a.js\n[error] b.js: SyntaxError: Unexpected token (1:5)\n")),
              (Lines{"src/a.js:0:0  would be reformatted by prettier", "b.js:1:5 SyntaxError Unexpected token"}));
    EXPECT_EQ(lines_of(parsed("gofmt", "a.go\n")), Lines{"a.go:0:0  is not formatted by gofmt"});
    EXPECT_EQ(
        lines_of(parsed("go", "# example.com/a\n./a.go:3:5: undefined: x\nvet: ./b.go:1:1: expected 'package'\n")),
        (Lines{"a.go:3:5  undefined: x", "b.go:1:1  expected 'package'"}));
    EXPECT_EQ(lines_of(parsed(
                  "rustc",
                  "error[E0308]: mismatched types\n --> src/main.rs:2:18\n  |\n2 |     let x: i32 = \"a\";\n  |\n\n"
                  "error: aborting due to previous error\n\n"
                  "test tests::t ... FAILED\n\nthread 'tests::t' panicked at src/lib.rs:8:9:\nassertion `left == "
                  "right` failed\n  left: 1\n right: 2\n")),
              (Lines{"src/main.rs:2:18 E0308 mismatched types",
                     "src/lib.rs:8:9  tests::t: assertion `left == right` failed\n  left: 1\n right: 2"}));
    EXPECT_EQ(
        lines_of(parsed("rustfmt",
                        "Diff in /t/src/main.rs:1:\n-fn  main() {}\n+fn main() {}\nDiff in /t/src/b.rs at line 3:\n")),
        (Lines{"src/main.rs:1:0  is not formatted by rustfmt", "src/b.rs:3:0  is not formatted by rustfmt"}));
    EXPECT_EQ(lines_of(parsed("javac",
                              "B.java:1: error: illegal start of type\npublic class B { void f( { } }\n                "
                              "         ^\n1 error\n")),
              Lines{"B.java:1:0  illegal start of type"});
    EXPECT_EQ(lines_of(parsed("msbuild",
                              "/t/A.cs(1,19): error CS0029: Cannot convert [/t/a.csproj]\n  C:\\x\\B.cs(2,3): warning "
                              "CS1: w [C:\\x\\b.csproj]\n")),
              (Lines{"A.cs:1:19 CS0029 Cannot convert", ":0:0 CS1 w"}));
    EXPECT_EQ(lines_of(parsed("dotnet",
                              "  Failed N.T.Adds [12 ms]\n  Error Message:\n   Assert.Equal() Failure\n  Stack "
                              "Trace:\n     at N.T.Adds() in /t/T.cs:line 9\n")),
              Lines{"T.cs:9:0  N.T.Adds: Assert.Equal() Failure"});
    EXPECT_EQ(lines_of(parsed("gradle",
                              "/t/src/main/java/A.java:3: error: ';' expected\n    int x\n         ^\n1 "
                              "error\n\nFAILURE: Build failed\n")),
              Lines{"src/main/java/A.java:3:0  ';' expected"});
    EXPECT_EQ(lines_of(parsed("node",
                              "/t/a.js:2\nlet x = ;\n        ^\n\nSyntaxError: Unexpected token ';'\n    at "
                              "internal\n\nNode.js v20.1.0\n")),
              Lines{"a.js:2:0 SyntaxError Unexpected token ';'"});
}

}  // namespace
}  // namespace rfsn::check
