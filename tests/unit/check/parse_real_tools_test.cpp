// SPDX-License-Identifier: MIT
// The packs' own commands on real files with the real tools: exact files and lines.
#include <algorithm>

#include "base/atomic_file.hpp"
#include "base/env.hpp"
#include "base/process.hpp"
#include "buildpack/buildpack.hpp"
#include "check/command.hpp"
#include "parse_fixture.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::check {
namespace {

struct Outcome {
    int exit_code = -1;
    std::vector<model::Finding> findings;
};

/// A directory in which a pack's checks are run as the gate would.
class Bench {
   public:
    test::TempRepo tree;

    Bench() : cache_(make("cache-")) {}

    /// nullopt: the tool is not here.
    std::optional<Outcome> run(const std::string& pack_id, const std::string& check_id,
                               const std::vector<std::string>& files, const std::string& prefix = "") {
        const auto pack = registry_.get(pack_id);
        EXPECT_TRUE(pack.has_value());
        const auto spec = std::find_if((*pack)->checks.rbegin(), (*pack)->checks.rend(),
                                       [&](const buildpack::CheckSpec& check) { return check.id == check_id; });
        if (!pack || spec == (*pack)->checks.rend()) {
            ADD_FAILURE() << "no check " << check_id;
            return std::nullopt;
        }
        const auto& tool = (*pack)->tools.at(spec->tool);
        const auto path = base::Environment::of_process().get_or("PATH", "/usr/bin:/bin");
        CommandValues values;
        for (const auto& program : tool.programs) {
            const auto found =
                program.find('{') == std::string::npos ? base::find_program(program, path) : std::nullopt;
            if (found && values.tool.empty()) {
                values.tool = *found;
            }
        }
        if (values.tool.empty()) {
            return std::nullopt;
        }
        values.root = tree.path();
        values.project = prefix.empty() ? tree.path() : tree.path() + "/" + prefix;
        const auto out = make("out-");  // as in the gate: private to the run
        values.out = out.path();
        values.cache = cache_.path();
        values.tool_names = tool.programs;
        values.tool_names.push_back(tool.id);
        values.files = files;
        auto commands = spec->steps;
        commands.push_back(spec->command);
        Outcome outcome;
        for (const auto& command : commands) {
            for (const auto& one : expand(command, values, spec->batch)) {
                outcome = execute(*spec, one, values);
                const auto knows = [&](const std::vector<int>& codes) {
                    return std::find(codes.begin(), codes.end(), outcome.exit_code) != codes.end();
                };
                EXPECT_TRUE(&command != &commands.back() || knows(spec->ok) || knows(spec->findings) ||
                            knows(spec->none))
                    << check_id << " ended with " << outcome.exit_code;
            }
            if (outcome.exit_code != 0) {
                break;
            }
        }
        return outcome;
    }

   private:
    static base::TempDir make(const std::string& prefix) {
        auto made = base::TempDir::make(base::Environment::of_process().get_or("TMPDIR", "/tmp"), prefix);
        EXPECT_TRUE(made.has_value());
        return std::move(*made);
    }

    Outcome execute(const buildpack::CheckSpec& spec, const ExpandedCommand& command, const CommandValues& values) {
        base::ProcessSpec process;
        process.argv = command.argv;
        process.cwd = command.cwd;
        auto env = base::for_checks(base::Environment::of_process());
        process.env = env.block();
        process.env.insert(process.env.end(), command.env.begin(), command.env.end());
        base::PosixProcessRunner runner;
        const auto result = runner.run_one(std::move(process));
        EXPECT_EQ(result.end, base::ProcessEnd::exited) << result.describe();
        Outcome outcome;
        outcome.exit_code = result.exit_code;
        ParseContext context = context_at(command.cwd);
        context.prefix = command.cwd == tree.path() ? "" : command.cwd.substr(tree.path().size() + 1);
        for (const auto& output : spec.outputs) {
            std::string text = output.stream == "stderr" ? result.err : result.out;
            if (output.stream == "both") {
                text += result.err;
            } else if (output.stream == "file") {
                auto bytes = base::read_file(expand_text(output.file, values));
                text = bytes ? *bytes : "";
            }
            auto found = parse_output(output.parser, text, context);
            if (found && !found->empty()) {
                outcome.findings = std::move(*found);
                break;
            }
        }
        return outcome;
    }

    buildpack::Registry registry_;
    base::TempDir cache_;
};

Lines places(const Outcome& outcome) {
    Lines out;
    for (const auto& finding : outcome.findings) {
        out.push_back(finding.path + ":" + std::to_string(finding.line) + " " + finding.code);
    }
    return out;
}

#define RUN_OR_SKIP(name, ...)                       \
    const auto name = __VA_ARGS__;                   \
    if (!name) {                                     \
        GTEST_SKIP() << "the tool is not installed"; \
    }

TEST(RealTools, PythonSyntax) {
    Bench bench;
    bench.tree.write("good.py", "x = 1\n");
    bench.tree.write("sub/bad.py", "def f(:\n    pass\n");
    bench.tree.write("sub/indent.py", "def f():\nreturn 1\n");
    bench.tree.write("-dash.py", "x ==\n");
    // What python -m would import if the files' own directory were on its path.
    bench.tree.write("compileall.py", "raise SystemExit(0)\n");
    RUN_OR_SKIP(bad, bench.run("python", "python-syntax",
                               {"good.py", "sub/bad.py", "sub/indent.py", "-dash.py", "compileall.py"}));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad),
              (Lines{"sub/bad.py:1 SyntaxError", "sub/indent.py:2 IndentationError", "-dash.py:1 SyntaxError"}));
    RUN_OR_SKIP(good, bench.run("python", "python-syntax", {"good.py"}));
    EXPECT_EQ(good->exit_code, 0);
    EXPECT_TRUE(good->findings.empty());
    EXPECT_NE(bench.tree.git({"status", "--porcelain"}).find("good.py"), std::string::npos);
    EXPECT_EQ(bench.tree.git({"status", "--porcelain"}).find("__pycache__"), std::string::npos);
}

TEST(RealTools, Black) {
    Bench bench;
    bench.tree.write("pyproject.toml", "[tool.black]\nline-length = 100\n");
    bench.tree.write("a.py", "x=1\n");
    bench.tree.write("b.py", "def g(:\n");
    bench.tree.write("ok.py", "x = 1\n");
    RUN_OR_SKIP(bad, bench.run("python", "black", {"a.py", "b.py", "ok.py"}));
    EXPECT_EQ(bad->exit_code, 123);
    auto found = places(*bad);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, (Lines{"a.py:0 ", "b.py:1 "}));
    RUN_OR_SKIP(good, bench.run("python", "black", {"ok.py"}));
    EXPECT_EQ(good->exit_code, 0);
}

TEST(RealTools, Flake8) {
    Bench bench;
    bench.tree.write("svc/.flake8", "[flake8]\nmax-line-length = 100\n");
    bench.tree.write("svc/a.py", "import os\nx = 1\n");
    RUN_OR_SKIP(bad, bench.run("python", "flake8", {"svc/a.py"}, "svc"));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), Lines{"svc/a.py:1 F401"});
}

TEST(RealTools, Mypy) {
    Bench bench;
    bench.tree.write("mypy.ini", "[mypy]\n");
    bench.tree.write("m.py", "def f(a: int) -> str:\n    return a\n");
    RUN_OR_SKIP(bad, bench.run("python", "mypy", {"m.py"}));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), Lines{"m.py:2 return-value"});
}

TEST(RealTools, Pytest) {
    Bench bench;
    bench.tree.write("app.py", "def half(x):\n    return x / 0\n");
    bench.tree.write(
        "tests/test_app.py",
        "import app\n\n\ndef test_half():\n    assert app.half(2) == 1\n\n\ndef test_eq():\n    assert 1 == 2\n");
    RUN_OR_SKIP(bad, bench.run("python", "pytest", {}));
    if (bad->findings.empty() && bad->exit_code != 1) {
        GTEST_SKIP() << "pytest is only a name here";
    }
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), (Lines{"app.py:2 ", "tests/test_app.py:9 "}));
    bench.tree.write("tests/test_app.py", "def test_x(:\n");
    RUN_OR_SKIP(broken, bench.run("python", "pytest", {}));
    EXPECT_EQ(broken->exit_code, 2);
    EXPECT_EQ(places(*broken), Lines{"tests/test_app.py:1 "});
}

TEST(RealTools, Unittest) {
    Bench bench;
    bench.tree.write(
        "test_u.py",
        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_q(self):\n        self.assertEqual(1, 2)\n");
    RUN_OR_SKIP(bad, bench.run("python", "unittest", {}));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), Lines{"test_u.py:6 "});
}

TEST(RealTools, ClangFormat) {
    Bench bench;
    bench.tree.write(".clang-format", "BasedOnStyle: Google\n");
    bench.tree.write("src/a.cpp", "int main() {\n  int  x=1;\n  return x;\n}\n");
    RUN_OR_SKIP(bad, bench.run("cpp", "clang-format", {"src/a.cpp"}));
    EXPECT_EQ(bad->exit_code, 1);
    ASSERT_FALSE(bad->findings.empty());
    EXPECT_EQ(places(*bad)[0], "src/a.cpp:2 -Wclang-format-violations");
}

TEST(RealTools, CMakeBuildAndCtest) {
    Bench bench;
    bench.tree.write("CMakeLists.txt",
                     "cmake_minimum_required(VERSION 3.16)\nproject(app CXX)\nenable_testing()\nadd_executable(t "
                     "t.cpp)\nadd_test(NAME t COMMAND t)\n");
    bench.tree.write("t.cpp", "#include <cassert>\nint main() {\n  assert(1 == 2);\n}\n");
    RUN_OR_SKIP(red, bench.run("cpp", "ctest", {}));
    EXPECT_EQ(red->exit_code, 8);
    EXPECT_EQ(places(*red), Lines{"t.cpp:3 "});
    bench.tree.write("t.cpp", "int main() {\n  return undeclared;\n}\n");
    RUN_OR_SKIP(broken, bench.run("cpp", "cmake-build", {}));
    EXPECT_NE(broken->exit_code, 0);
    EXPECT_EQ(places(*broken), Lines{"t.cpp:2 "});
    RUN_OR_SKIP(step, bench.run("cpp", "ctest", {}));
    EXPECT_EQ(places(*step), Lines{"t.cpp:2 "}) << "a broken build is found by the test's own step";
    bench.tree.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.16)\nproject(app CXX)\nnonsense(foo)\n");
    RUN_OR_SKIP(lists, bench.run("cpp", "cmake-build", {}));
    EXPECT_EQ(places(*lists), Lines{"CMakeLists.txt:3 "});
}

TEST(RealTools, Gofmt) {
    Bench bench;
    bench.tree.write("a.go", "package a\nfunc  f() {}\n");
    RUN_OR_SKIP(bad, bench.run("go", "gofmt", {"a.go"}));
    EXPECT_EQ(places(*bad), Lines{"a.go:2 "});
    bench.tree.write("a.go", "package a\nfunc {\n");
    RUN_OR_SKIP(broken, bench.run("go", "gofmt", {"a.go"}));
    EXPECT_EQ(broken->exit_code, 2);
    ASSERT_FALSE(broken->findings.empty());
    EXPECT_EQ(places(*broken)[0], "a.go:2 ");
}

TEST(RealTools, JavacSyntax) {
    Bench bench;
    bench.tree.write("B.java", "import com.example.Missing;\npublic class B { void f( { } }\n");
    bench.tree.write("A.java", "import com.example.Missing;\npublic class A { Missing m; }\n");
    RUN_OR_SKIP(bad, bench.run("java", "javac-syntax", {"B.java"}));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), Lines{"B.java:2 "});
    RUN_OR_SKIP(good, bench.run("java", "javac-syntax", {"A.java"}));
    EXPECT_EQ(good->exit_code, 0) << "what it imports is not asked for";
}

TEST(RealTools, NodeSyntax) {
    Bench bench;
    bench.tree.write("a.cjs", "let x = ;\n");
    RUN_OR_SKIP(bad, bench.run("node", "node-syntax", {"a.cjs"}));
    EXPECT_EQ(bad->exit_code, 1);
    EXPECT_EQ(places(*bad), Lines{"a.cjs:1 SyntaxError"});
}

}  // namespace
}  // namespace rfsn::check
