// SPDX-License-Identifier: MIT
#include <set>

#include <gtest/gtest.h>

#include "policy/policy.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {
namespace {

using model::FileMode;
using model::ProposalSource;

Change edited(const std::string& path, const std::string& before, const std::string& after) {
    Change change;
    change.edit.path = path;
    change.edit.old_blob = "1111";
    change.edit.content = after;
    change.before = before;
    change.old_mode = FileMode::regular;
    return change;
}
Change created(const std::string& path, const std::string& content) {
    Change change;
    change.edit.path = path;
    change.edit.content = content;
    return change;
}

/// Ids of the rules that refuse.
std::set<std::string> refusals(const std::vector<Change>& changes, ProposalSource source = ProposalSource::model,
                               const Limits& limits = {}, const std::vector<std::string>& offered = {}) {
    std::set<std::string> ids;
    for (const auto& verdict : judge(changes, source, limits, offered)) {
        EXPECT_FALSE(verdict.reason.empty()) << verdict.rule;
        if (!verdict.allowed) {
            ids.insert(verdict.rule);
        }
    }
    return ids;
}
using Ids = std::set<std::string>;

TEST(Rules, AreCompleteAndUnique) {
    ASSERT_TRUE(rule_set()) << rule_set().error().describe();
    std::set<std::string> seen;
    for (const auto& [id, reason] : rules()) {
        EXPECT_FALSE(reason.empty()) << id;
        EXPECT_TRUE(seen.insert(id).second) << id;
    }
    for (const char* id : {"path-form", "git-directory", "repeated-path", "symlink", "submodule", "mode", "deletion",
                           "binary", "offered", "size", "test-removed", "fewer-tests", "fewer-assertions",
                           "expectation-changed", "secret", "hidden-characters", "emptied", "generated"}) {
        EXPECT_TRUE(seen.count(id)) << id;
    }
}

TEST(Judge, LetsAnHonestRepairPass) {
    const std::string before = "import os\n\n\ndef add(a, b):\n    return a - b\n";
    const auto verdicts = judge({edited("src/a.py", before, "def add(a, b):\n    return a + b\n")},
                                ProposalSource::model, {}, {"src/a.py"});
    EXPECT_TRUE(allowed(verdicts));
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_EQ(verdicts[0].rule, "size");
    EXPECT_EQ(verdicts[0].reason, "5 lines, 1 file, 1 hunk of at most 40 lines, 3 files, 6 hunks");
}

TEST(Judge, LetsInnocentsPass) {
    const Change innocents[] = {
        edited("src/github/a.py", "x = 1\n", "x = 2\n"),
        edited("src/vendors.py", "x = 1\n", "x = 2\n"),
        edited("src/keys.py", "x = 1\n", "x = 2\n"),
        edited(".env.example", "A=1\n", "A=2\n"),
        edited("docs/a-b c.md", "x\n", "y\n"),
        edited("a.gitignore.md", "x\n", "y\n"),
        edited("src/gitx.py", "x = 1\n", "x = 2\n"),
        edited("a.js", "const m = /a/.exec(s)\n", "const m = /b/.exec(s)\nconst n = /c/.exec(t)\n"),
        edited("a.py", "from m import evaluate\n", "from m import evaluate\nx = evaluate(1)\ny = model.eval()\n"),
        edited("a.cpp", "int f() { return 1; }\n", "int f() { return file_system(2); }\n"),
        edited("a.py", "def f():\n    pass\n",
               "def f():\n    try:\n        g()\n    except ValueError as e:\n        raise X from e\n"),
        edited("tests/test_a.py", "import os\n\ndef test_a():\n    assert f() == 1\n",
               "def test_a():\n    assert f() == 1\n"),
        edited("tests/test_a.py", "def test_a():\n    assert f()==1\n", "def test_a():\n    assert f() == 1\n"),
        edited("a_test.go", "func TestA(t *testing.T) {\nt.Fatal(1)\n}\n",
               "func TestA(t *testing.T) {\n\tt.Fatal(1)\n}\n"),
        created("src/new.py", "x = 1\n"),
    };
    for (const auto& change : innocents) {
        EXPECT_EQ(refusals({change}), Ids{}) << change.edit.path << "\n" << change.edit.content;
    }
}

TEST(Judge, RefusesPathsThatEscape) {
    for (const std::string path : {"", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a/.", "C:/x", "c:x",
                                   "a\\b", "-rf", "~/x", "a\nb", "a\x01", "a\x7f", "a\xe2\x80\x8b.py"}) {
        EXPECT_EQ(refusals({edited(path, "a\n", "b\n")}).count("path-form"), 1U) << path;
    }
    EXPECT_EQ(refusals({created(std::string("a\0b", 3), "b\n")}).count("path-form"), 1U);
    EXPECT_EQ(refusals({created(std::string(5000, 'a'), "b\n")}).count("path-form"), 1U);
    // A fixer may repair a file whose name is odd but in the tree.
    for (const std::string path : {"a\nb.txt", "-x.txt", "a\\b.txt", "\xff.txt"}) {
        EXPECT_EQ(refusals({edited(path, "a \n", "a\n")}, ProposalSource::fixer), Ids{}) << path;
    }
    EXPECT_EQ(refusals({edited("../a", "a \n", "a\n")}, ProposalSource::fixer), Ids{"path-form"});
}

TEST(Judge, RefusesGitDirectoryInEveryDisguise) {
    for (const std::string path :
         {".git/hooks/pre-commit", "a/.git/config", ".GIT/config", ".git /config", ".git./config", ".git...  /x",
          "git~1/config", "GIT~2/x", ".g\xe2\x80\x8cit/config", "\xef\xbb\xbf.git/x", ".git::$INDEX_ALLOCATION/x",
          ".git:x/y", "a\\.git\\config", ".gi\xe2\x81\xaat/x"}) {
        EXPECT_EQ(refusals({created(path, "x\n")}).count("git-directory"), 1U) << path;
        EXPECT_EQ(refusals({edited(path, "x \n", "x\n")}, ProposalSource::fixer).count("git-directory"), 1U) << path;
    }
}

TEST(Judge, RefusesModesAndKinds) {
    auto link = edited("a", "x", "/etc/passwd");
    link.edit.mode = FileMode::symlink;
    EXPECT_EQ(refusals({link}).count("symlink"), 1U);
    link.old_mode = FileMode::symlink;
    link.edit.mode = FileMode::regular;
    EXPECT_EQ(refusals({link}, ProposalSource::fixer).count("symlink"), 1U);
    auto module = created("sub", "1234");
    module.edit.mode = FileMode::gitlink;
    EXPECT_EQ(refusals({module}).count("submodule"), 1U);
    auto executable = created("run", "x\n");
    executable.edit.mode = FileMode::executable;
    EXPECT_EQ(refusals({executable}), Ids{"mode"});
    auto chmod = edited("run", "x\n", "y\n");
    chmod.edit.mode = FileMode::executable;
    EXPECT_EQ(refusals({chmod}, ProposalSource::fixer), Ids{"mode"});
    auto kept = chmod;
    kept.old_mode = FileMode::executable;
    EXPECT_EQ(refusals({kept}), Ids{});
    EXPECT_EQ(refusals({edited("a", "x\n", std::string("x\0\n", 3))}), Ids{"binary"});
    EXPECT_EQ(refusals({edited("a.psd", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "x\n")}),
              Ids{"binary"});
    auto gone = edited("a.py", "x = 1\n", "");
    gone.edit.deletes = true;
    EXPECT_EQ(refusals({gone}), Ids{"deletion"});
    gone.edit.path = "tests/test_a.py";
    EXPECT_EQ(refusals({gone}), Ids{"test-removed"});
    EXPECT_EQ(refusals({gone, created("tests/a_helper.py", "x = 1\n")}).count("test-removed"), 1U);
}

TEST(Judge, RefusesGuardedPaths) {
    const std::pair<const char*, const char*> guarded[] = {
        {".github/workflows/ci.yml", "ci-configuration"},
        {".GitHub/workflows/ci.yml", "ci-configuration"},
        {".gitlab-ci.yml", "ci-configuration"},
        {"Jenkinsfile", "ci-configuration"},
        {"sub/azure-pipelines.yml", "ci-configuration"},
        {".circleci/config.yml", "ci-configuration"},
        {".husky/pre-commit", "hook-manager"},
        {".pre-commit-config.yaml", "hook-manager"},
        {"lefthook.yml", "hook-manager"},
        {".rfsn.yaml", "hook-manager"},
        {".git-rfsn.yaml", "hook-manager"},
        {"CLAUDE.md", "agent-instructions"},
        {"sub/AGENTS.md", "agent-instructions"},
        {".cursor/rules/a.md", "agent-instructions"},
        {".mcp.json", "agent-instructions"},
        {"CODEOWNERS", "owners"},
        {"docs/CODEOWNERS", "owners"},
        {".gitattributes", "git-attributes"},
        {".gitmodules", "git-attributes"},
        {".env", "keys"},
        {"a/.env.local", "keys"},
        {"k/server.pem", "keys"},
        {"id_rsa", "keys"},
        {".npmrc", "keys"},
        {"package-lock.json", "lock-file"},
        {"a/Cargo.lock", "lock-file"},
        {"go.sum", "lock-file"},
        {"uv.lock", "lock-file"},
        {"node_modules/x/a.js", "vendored"},
        {"a/b/vendor/x.go", "vendored"},
        {"third_party/z.c", "vendored"},
        {"x.min.js", "vendored"},
        {"package.json", "build-entry-point"},
        {"setup.py", "build-entry-point"},
        {"tests/conftest.py", "build-entry-point"},
        {"build.rs", "build-entry-point"},
        {"CMakeLists.txt", "build-entry-point"},
        {"src/Makefile", "build-entry-point"},
        {".cargo/config.toml", "build-entry-point"},
        {"Dockerfile", "build-entry-point"},
        {"app/App.csproj", "build-entry-point"},
        {"requirements-dev.txt", "build-entry-point"},
        {"pyproject.toml", "check-configuration"},
        {".eslintrc.json", "check-configuration"},
        {"tsconfig.base.json", "check-configuration"},
        {"a/__snapshots__/b.snap", "recorded-expectation"},
    };
    for (const auto& [path, id] : guarded) {
        EXPECT_EQ(refusals({edited(path, "x\n", "y\n")}).count(id), 1U) << path;
        EXPECT_EQ(refusals({edited(path, "x\n", "y\n")}, ProposalSource::pasted).count(id), 1U) << path;
    }
}

TEST(Judge, LetsFixersWorkWhereTheyAreNoDanger) {
    EXPECT_EQ(refusals({edited("setup.py", "x=1\n", "x = 1\n")}, ProposalSource::fixer), Ids{});
    EXPECT_EQ(refusals({edited(".github/workflows/ci.yml", "a: 1  \n\n\n", "a: 1\n")}, ProposalSource::fixer), Ids{});
    EXPECT_EQ(refusals({edited("CLAUDE.md", "a", "a\n")}, ProposalSource::fixer), Ids{});
    EXPECT_EQ(refusals({edited(".github/workflows/ci.yml", "a:\n  b: 1\n", "a:\nb: 1\n")}, ProposalSource::fixer),
              Ids{"ci-configuration"});
    EXPECT_EQ(refusals({edited("yarn.lock", "a \n", "a\n")}, ProposalSource::fixer), Ids{"lock-file"});
    EXPECT_EQ(refusals({edited("vendor/a.py", "a \n", "a\n")}, ProposalSource::fixer), Ids{"vendored"});
    std::string big;
    for (int i = 0; i < 500; ++i) {
        big += "x \n";
    }
    EXPECT_EQ(refusals({edited("a.txt", big, "y\n")}, ProposalSource::fixer), Ids{});
}

TEST(Judge, LetsDiagnosedFilesBeRepaired) {
    Limits limits;
    EXPECT_EQ(refusals({edited("setup.py", "import os\n", "import sys\n")}, ProposalSource::model, limits),
              Ids{"build-entry-point"});
    limits.diagnosed = {"setup.py"};
    const auto verdicts = judge({edited("setup.py", "import os\n", "import sys\n")}, ProposalSource::model, limits, {});
    EXPECT_TRUE(allowed(verdicts));
    EXPECT_EQ(verdicts[0].rule, "build-entry-point");
    limits.diagnosed = {".github/workflows/ci.yml"};
    EXPECT_EQ(refusals({edited(".github/workflows/ci.yml", "a\n", "b\n")}, ProposalSource::model, limits),
              Ids{"ci-configuration"});
}

TEST(Judge, RefusesWhatWasNotOffered) {
    EXPECT_EQ(refusals({edited("b.py", "x\n", "y\n")}, ProposalSource::model, {}, {"a.py"}), Ids{"offered"});
    EXPECT_EQ(refusals({edited("a.py", "x\n", "y\n")}, ProposalSource::model, {}, {"a.py"}), Ids{});
    EXPECT_EQ(refusals({edited("A.py", "x\n", "y\n")}, ProposalSource::model, {}, {"a.py"}), Ids{"offered"});
    EXPECT_EQ(refusals({edited("a.py", "x\n", "y\n"), edited("A.py", "x\n", "y\n")}), Ids{"repeated-path"});
}

TEST(Judge, MeasuresTheRealDiff) {
    std::string before;
    for (int i = 0; i < 200; ++i) {
        before += "line " + std::to_string(i) + "\n";
    }
    const auto with = [&](int every, int upto) {
        std::string after;
        for (int i = 0; i < 200; ++i) {
            after +=
                i < upto && i % every == 0 ? "new " + std::to_string(i) + "\n" : "line " + std::to_string(i) + "\n";
        }
        return after;
    };
    EXPECT_EQ(refusals({edited("a.txt", before, with(1, 20))}), Ids{});
    EXPECT_EQ(refusals({edited("a.txt", before, with(1, 21))}), Ids{"size"});
    EXPECT_EQ(refusals({edited("a.txt", before, with(20, 120))}), Ids{});        // 6 hunks
    EXPECT_EQ(refusals({edited("a.txt", before, with(20, 140))}), Ids{"size"});  // 7 hunks
    EXPECT_EQ(refusals({edited("a.txt", before, with(7, 140))}),
              Ids{});  // 20 changes, gaps of 6: one hunk as git shows it
    const auto crlf = [&] {
        std::string text;
        for (const char c : before) {
            text += c == '\n' ? std::string("\r\n") : std::string(1, c);
        }
        return text;
    }();
    EXPECT_EQ(refusals({edited("a.txt", before, crlf)}), Ids{"size"});
    EXPECT_EQ(refusals({edited("a", "x\n", "y\n"), edited("b", "x\n", "y\n"), edited("c", "x\n", "y\n"),
                        edited("d", "x\n", "y\n")}),
              Ids{"size"});
    Limits limits;
    limits.lines = 400;
    EXPECT_EQ(refusals({edited("a.txt", before, with(1, 200))}, ProposalSource::remembered, limits), Ids{});
}

struct Weakening {
    const char* path;
    const char* before;
    const char* after;
    const char* rule;
};

TEST(Judge, RefusesWeakenedTestsInEveryLanguage) {
    const Weakening cases[] = {
        {"test_a.py", "def test_a():\n    assert f()\ndef test_b():\n    assert g()\n",
         "def test_a():\n    assert f()\n", "fewer-tests"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def test_a():\n    f()\n", "fewer-assertions"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def test_a():\n    pass  # assert f()\n", "fewer-assertions"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def test_a():\n    \"\"\"\n    assert f()\n    \"\"\"\n",
         "fewer-assertions"},
        {"test_a.py", "def test_a():\n    assert f() == 2\n", "def test_a():\n    assert f() == 3\n",
         "expectation-changed"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def check_a():\n    assert f()\n", "fewer-tests"},
        {"test_a.py", "def test_a():\n    assert f()\n", "@pytest.mark.skip\ndef test_a():\n    assert f()\n",
         "skipped-test"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def test_a():\n    pytest.skip('x')\n    assert f()\n",
         "skipped-test"},
        {"test_a.py", "def test_a():\n    assert f()\n", "def test_a():\n    if False:\n        assert f()\n",
         "skipped-test"},
        {"test_a.py", "def test_a():\n    assert f()\n", "import sys\nsys.exit(0)\ndef test_a():\n    assert f()\n",
         "forced-success"},
        {"a.test.ts", "it('a', () => { expect(f()).toBe(1) })\n", "// it('a', () => { expect(f()).toBe(1) })\n",
         "fewer-tests"},
        {"a.test.ts", "it('a', () => {\n expect(f()).toBe(1)\n})\n",
         "it('a', () => {\n /* expect(f()).toBe(1) */\n})\n", "fewer-assertions"},
        {"a.test.ts", "it('a', () => {\n expect(f()).toBe(1)\n})\n", "it.skip('a', () => {\n expect(f()).toBe(1)\n})\n",
         "skipped-test"},
        {"a.spec.js", "it('a', () => {\n expect(f()).toBe(1)\n})\n", "xit('a', () => {\n expect(f()).toBe(1)\n})\n",
         "skipped-test"},
        {"a_test.go", "func TestA(t *testing.T) {\n\tt.Error(1)\n}\n", "func testA(t *testing.T) {\n\tt.Error(1)\n}\n",
         "fewer-tests"},
        {"a_test.go", "func TestA(t *testing.T) {\n\tt.Error(1)\n}\n",
         "func TestA(t *testing.T) {\n\tt.Skip()\n\tt.Error(1)\n}\n", "skipped-test"},
        {"a_test.go", "func TestA(t *testing.T) {\n\tt.Error(1)\n}\n", "func TestA(t *testing.T) {\n\tt.Log(1)\n}\n",
         "fewer-assertions"},
        {"src/lib.rs", "#[test]\nfn a() {\n    assert_eq!(f(), 1);\n}\n", "fn a() {\n    assert_eq!(f(), 1);\n}\n",
         "fewer-tests"},
        {"src/lib.rs", "#[test]\nfn a() {\n    assert_eq!(f(), 1);\n}\n",
         "#[test]\n#[ignore]\nfn a() {\n    assert_eq!(f(), 1);\n}\n", "skipped-test"},
        {"src/lib.rs", "#[test]\nfn a() {\n    assert_eq!(f(), 1);\n}\n",
         "#[test]\nfn a() {\n    assert_eq!(f(), 2);\n}\n", "expectation-changed"},
        {"ATest.java", "@Test\nvoid a() {\n  assertEquals(1, f());\n}\n",
         "@Test @Disabled\nvoid a() {\n  assertEquals(1, f());\n}\n", "skipped-test"},
        {"ATest.java", "@Test\nvoid a() {\n  assertEquals(1, f());\n}\n", "@Test\nvoid a() {\n  f();\n}\n",
         "fewer-assertions"},
        {"ATests.cs", "[Fact]\nvoid A() {\n  Assert.Equal(1, F());\n}\n",
         "[Fact(Skip = \"x\")]\nvoid A() {\n  Assert.Equal(1, F());\n}\n", "skipped-test"},
        {"ATests.cs", "[Fact]\nvoid A() {\n  Assert.Equal(1, F());\n}\n", "void A() {\n  Assert.Equal(1, F());\n}\n",
         "fewer-tests"},
        {"a_test.cpp", "TEST(A, b) {\n  EXPECT_EQ(f(), 1);\n}\n", "TEST(A, DISABLED_b) {\n  EXPECT_EQ(f(), 1);\n}\n",
         "skipped-test"},
        {"a_test.cpp", "TEST(A, b) {\n  EXPECT_EQ(f(), 1);\n}\n",
         "#if 0\nTEST(A, b) {\n  EXPECT_EQ(f(), 1);\n}\n#endif\n", "skipped-test"},
        {"a_test.cpp", "TEST(A, b) {\n  EXPECT_EQ(f(), 1);\n}\n",
         "TEST(A, b) {\n  GTEST_SKIP();\n  EXPECT_EQ(f(), 1);\n}\n", "skipped-test"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(refusals({edited(one.path, one.before, one.after)}).count(one.rule), 1U) << one.path << "\n"
                                                                                           << one.after;
        EXPECT_EQ(refusals({edited(one.path, one.before, one.after)}, ProposalSource::fixer), Ids{}) << one.path;
    }
}

TEST(Judge, RefusesSilencedChecksAndAddedPowers) {
    const Weakening cases[] = {
        {"a.py", "import os\n", "import os  # noqa\n", "suppression"},
        {"a.py", "x: int = ''\n", "x: int = ''  # type: ignore[assignment]\n", "suppression"},
        {"a.py", "x = 1\n", "# pylint: disable=all\nx = 1\n", "suppression"},
        {"a.py", "x = 1\n", "# ruff: noqa\nx = 1\n", "suppression"},
        {"a.py", "x = 1\n", "x = 1  # pragma: no cover\n", "suppression"},
        {"a.ts", "f(x)\n", "// @ts-ignore\nf(x)\n", "suppression"},
        {"a.js", "f(x)\n", "/* eslint-disable */\nf(x)\n", "suppression"},
        {"a.js", "f(x)\n", "f(x) // eslint-disable-line\n", "suppression"},
        {"a.go", "f()\n", "f() //nolint:errcheck\n", "suppression"},
        {"a.rs", "fn f() {}\n", "#[allow(dead_code)]\nfn f() {}\n", "suppression"},
        {"a.cpp", "f();\n", "f();  // NOLINT\n", "suppression"},
        {"a.cpp", "f();\n", "#pragma GCC diagnostic ignored \"-Wall\"\nf();\n", "suppression"},
        {"A.java", "void f() {}\n", "@SuppressWarnings(\"all\")\nvoid f() {}\n", "suppression"},
        {"A.cs", "F();\n", "#pragma warning disable CS0168\nF();\n", "suppression"},
        {"a.sh", "f $x\n", "# shellcheck disable=SC2086\nf $x\n", "suppression"},
        {"a.sh", "make test\n", "make test || true\n", "masked-failure"},
        {"a.py", "f()\n", "try:\n    f()\nexcept Exception:\n    pass\n", "swallowed-error"},
        {"a.py", "f()\n", "try:\n    f()\nexcept:\n    log()\n", "swallowed-error"},
        {"a.py", "f()\n", "try:\n    f()\nexcept ValueError:  # never\n    pass\n", "swallowed-error"},
        {"a.js", "f()\n", "try { f() } catch (e) {}\n", "swallowed-error"},
        {"a.go", "f()\n", "if err != nil {\n}\n", "swallowed-error"},
        {"a.cpp", "f();\n", "try { f(); } catch (...) {}\n", "swallowed-error"},
        {"a.py", "class A:\n    x = 1\n", "class A:\n    def __eq__(self, other):\n        return True\n",
         "forced-success"},
        {"a.py", "x = 1\n", "x = eval('1')\n", "execution"},
        {"a.py", "x = 1\n", "import subprocess\nx = 1\n", "execution"},
        {"a.py", "x = 1\n", "import os\nos.system('ls')\n", "execution"},
        {"a.js", "x\n", "require('child_process').execSync('id')\n", "execution"},
        {"a.go", "x\n", "exec.Command(\"sh\")\n", "execution"},
        {"a.cpp", "x\n", "std::system(\"id\");\n", "execution"},
        {"a.py", "x = 1\n", "import requests\nx = 1\n", "network"},
        {"a.ts", "x\n", "fetch(u)\n", "network"},
        {"a.go", "x\n", "http.Get(u)\n", "network"},
        {"a.sh", "x\n", "curl -s $u\n", "network"},
        {"a.py", "x = 1\n", "import pickle\nx = 1\n", "deserialisation"},
        {"a.py", "x = 1\n", "x = 'https://example.org/'\n", "url"},
        {"a.md", "x\n", "![x](http://evil.example/?q=1)\n", "url"},
        {"a.py", "x = 1\n", "x = base64.b64decode(y)\n", "encoded-data"},
        {"a.py", "x = 'a'\n", "x = 'a\xe2\x80\xae'\n", "hidden-characters"},
        {"a.py", "x = 'a'\n", "x = 'a\xe2\x80\x8b'\n", "hidden-characters"},
        {"a.py", "x = 1\n", "\n", "emptied"},
        {"a.pb.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\nx\n",
         "// Code generated by protoc-gen-go. DO NOT EDIT.\ny\n", "generated"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(refusals({edited(one.path, one.before, one.after)}).count(one.rule), 1U) << one.path << "\n"
                                                                                           << one.after;
    }
}

TEST(Judge, AsksAboutSecrets) {
    Limits limits;
    limits.contains_secret = [](std::string_view text) { return text.find("hunter2") != std::string_view::npos; };
    EXPECT_EQ(refusals({edited("a.py", "x = 1\n", "x = 'hunter2'\n")}, ProposalSource::model, limits), Ids{"secret"});
    EXPECT_EQ(
        refusals({edited("a.py", "y = 'hunter2'\nx = 1\n", "y = 'hunter2'\nx = 2\n")}, ProposalSource::model, limits),
        Ids{});
}

TEST(Judge, PutsRefusalsFirst) {
    Limits limits;
    limits.diagnosed = {"setup.py"};
    const auto verdicts =
        judge({edited("setup.py", "x\n", "y\n"), edited(".env", "x\n", "y\n")}, ProposalSource::model, limits, {});
    ASSERT_EQ(verdicts.size(), 3U);
    EXPECT_FALSE(verdicts[0].allowed);
    EXPECT_EQ(verdicts[0].rule, "keys");
    EXPECT_EQ(verdicts[0].reason, ".env: such files hold secrets");
    EXPECT_TRUE(verdicts[1].allowed);
    EXPECT_FALSE(allowed(verdicts));
}

}  // namespace
}  // namespace rfsn::policy
