// SPDX-License-Identifier: MIT
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "check/builtin.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::check {
namespace {

/// In a repository of its own, which is also the working directory.
class BuiltinCommand : public testing::Test {
   protected:
    void SetUp() override { std::filesystem::current_path(repo_.path()); }
    void TearDown() override { std::filesystem::current_path("/"); }
    int run(const std::string& id, const std::vector<std::string>& args) {
        out_.clear();
        err_.clear();
        return run_builtin_command(id, args, out_, err_);
    }
    test::TempRepo repo_;
    std::string out_;
    std::string err_;
};

TEST_F(BuiltinCommand, FixesInPlaceKeepingTheMode) {
    repo_.write("a b.sh", "x \n", true);
    repo_.write("ok", "x\n");
    EXPECT_EQ(run("trailing-whitespace", {"a b.sh", "ok"}), 1);
    EXPECT_EQ(out_, "Fixing a b.sh\n");
    EXPECT_EQ(repo_.read("a b.sh"), "x\n");
    struct stat info {};
    ASSERT_EQ(::stat("a b.sh", &info), 0);
    EXPECT_NE(info.st_mode & S_IXUSR, 0U);
    EXPECT_EQ(run("trailing-whitespace", {"a b.sh", "ok"}), 0);
    EXPECT_EQ(out_, "");
    repo_.write("e", "x");
    EXPECT_EQ(run("end-of-file-fixer", {"e"}), 1);
    EXPECT_EQ(repo_.read("e"), "x\n");
    repo_.write("m", "a\nb\r\n");
    EXPECT_EQ(run("mixed-line-ending", {"--fix=no", "m"}), 1);
    EXPECT_EQ(out_, "m: mixed line endings\n");
    EXPECT_EQ(run("mixed-line-ending", {"m"}), 1);
    EXPECT_EQ(out_, "m: fixed mixed line endings\n");
}

TEST_F(BuiltinCommand, WritesThroughASymlink) {
    repo_.write("real", "x");
    ASSERT_EQ(::symlink("real", "link"), 0);
    EXPECT_EQ(run("end-of-file-fixer", {"link"}), 1);
    EXPECT_EQ(repo_.read("real"), "x\n");
    EXPECT_TRUE(std::filesystem::is_symlink("link"));
}

TEST_F(BuiltinCommand, UsageErrorsAreTwoInArgparsesWords) {
    EXPECT_EQ(run("check-added-large-files", {"--maxkb=x"}), 2);
    EXPECT_NE(err_.find("error: argument --maxkb: invalid int value: 'x'"), std::string::npos);
    EXPECT_EQ(run("check-added-large-files", {"--maxkb"}), 2);
    EXPECT_NE(err_.find("expected one argument"), std::string::npos);
    EXPECT_EQ(run("check-yaml", {"--bogus", "a"}), 2);
    EXPECT_NE(err_.find("unrecognized arguments: --bogus"), std::string::npos);
    EXPECT_EQ(run("mixed-line-ending", {"-f", "zz"}), 2);
    EXPECT_EQ(run("trailing-whitespace", {"--markdown-linebreak-ext="}), 2);
    EXPECT_EQ(run("trailing-whitespace", {"--markdown-linebreak-ext=README.md"}), 2);
    EXPECT_EQ(run("nope", {}), 2);
    EXPECT_NE(err_.find("check-yaml"), std::string::npos);
    EXPECT_EQ(run("check-yaml", {"--help"}), 0);
    EXPECT_NE(out_.find("--allow-multiple-documents"), std::string::npos);
}

TEST_F(BuiltinCommand, OptionsMayStandAnywhereAndBeShortened) {
    repo_.write("a.yaml", "a: 1\n---\nb: 2\n");
    repo_.write("-m", "a: 1\n---\nb: 2\n");
    EXPECT_EQ(run("check-yaml", {"a.yaml"}), 1);
    EXPECT_EQ(run("check-yaml", {"a.yaml", "-m"}), 0);
    EXPECT_EQ(run("check-yaml", {"--allow", "a.yaml"}), 0);
    EXPECT_EQ(run("check-yaml", {"--", "-m"}), 1);
}

TEST_F(BuiltinCommand, DocumentsAreNamedWithThePlace) {
    repo_.write("a.json", "{\"a\":1,}");
    EXPECT_EQ(run("check-json", {"a.json"}), 1);
    EXPECT_EQ(out_.substr(0, 31), "a.json: Failed to json decode (");
    repo_.write("a.yaml", "a: [\n");
    EXPECT_EQ(run("check-yaml", {"a.yaml"}), 1);
    EXPECT_NE(out_.find("in \"a.yaml\", line "), std::string::npos);
    repo_.write("a.toml", "a = \n");
    EXPECT_EQ(run("check-toml", {"a.toml"}), 1);
    EXPECT_EQ(out_.substr(0, 8), "a.toml: ");
}

TEST_F(BuiltinCommand, AMissingFileFailsAndTheOthersAreStillLookedAt) {
    repo_.write("b.json", "{");
    EXPECT_EQ(run("check-json", {"gone.json", "b.json"}), 1);
    EXPECT_NE(err_.find("gone.json"), std::string::npos);
    EXPECT_NE(out_.find("b.json"), std::string::npos);
    EXPECT_EQ(run("check-json", {"."}), 1);
}

TEST_F(BuiltinCommand, ConflictsCountOnlyInAMerge) {
    const std::string conflict =
        std::string(7, '<') + " HEAD\n" + std::string(7, '=') + "\n" + std::string(7, '>') + " x\n";
    repo_.write("f", conflict);
    EXPECT_EQ(run("check-merge-conflict", {"f"}), 0);
    EXPECT_EQ(run("check-merge-conflict", {"--assume-in-merge", "f"}), 1);
    EXPECT_EQ(out_,
              "f:1: Merge conflict string '<<<<<<<' found\nf:2: Merge conflict string '=======' found\nf:3: Merge "
              "conflict string '>>>>>>>' found\n");
    repo_.write(".git/MERGE_MSG", "m");
    repo_.write(".git/MERGE_HEAD", "x");
    EXPECT_EQ(run("check-merge-conflict", {"f"}), 1);
}

TEST_F(BuiltinCommand, LargeFilesAreThoseThatGitSaysAreAdded) {
    const std::string large(3 * 1024 + 1, 'x');
    repo_.stage("old", "small");
    repo_.commit();
    repo_.stage("old", large);
    repo_.stage("d/new \xC3\xA9", large);
    repo_.stage("lfs.bin", large);
    repo_.stage(".gitattributes", "*.bin filter=lfs\n");
    repo_.write("untracked", large);
    EXPECT_EQ(run("check-added-large-files", {"--maxkb=3", "old", "d/new \xC3\xA9", "lfs.bin", "untracked"}), 1);
    EXPECT_EQ(out_, "d/new \xC3\xA9 (4 KB) exceeds 3 KB.\n");
    EXPECT_EQ(run("check-added-large-files", {"--maxkb=4", "d/new \xC3\xA9"}), 0);
    EXPECT_EQ(run("check-added-large-files", {"--maxkb=3", "--enforce-all", "old", "untracked", "old"}), 1);
    EXPECT_EQ(out_, "old (4 KB) exceeds 3 KB.\nuntracked (4 KB) exceeds 3 KB.\n");
}

TEST_F(BuiltinCommand, KeysAndTokensAreNamedNotShown) {
    repo_.write("k", std::string("BE") + "GIN RSA PRIV" + "ATE KEY");
    EXPECT_EQ(run("detect-private-key", {"k"}), 1);
    EXPECT_EQ(out_, "Private key found: k\n");
    const std::string token = std::string("gh") + "p_" + "0123456789abcdefghij" + "klmnopqrstuvwxyz";
    repo_.write("t", token);
    EXPECT_EQ(run("secrets", {"t"}), 1);
    EXPECT_EQ(out_.substr(0, 18), "t:1:1: github-pat:");
    EXPECT_EQ(out_.find(token), std::string::npos);
    repo_.write("t", token + " rfsn-allow: secrets made up\n");
    EXPECT_EQ(run("secrets", {"t"}), 0);
}

}  // namespace
}  // namespace rfsn::check
