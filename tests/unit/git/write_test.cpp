// SPDX-License-Identifier: MIT
#include "git/write.hpp"

#include <filesystem>
#include <sys/stat.h>

#include "git/work_tree_file.hpp"
#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using git::IndexChange;
using git::WorkTreeOutcome;
using model::FileMode;
using test::must;
using test::open_repository;
using test::TempRepo;

TEST(UpdateIndex, ChangesAddsAndRemovesAllOrNothing) {
    const TempRepo repo;
    repo.stage("a", "1\n");
    repo.stage("gone", "g\n");
    repo.stage("odd\nname", "o\n");
    const auto opened = open_repository(repo.path());
    const auto blob = must(git::write_blob(opened, "2\n"));
    const auto now = must(git::index_blobs(opened, {"a", "gone", "odd\nname", "none"}));
    EXPECT_EQ(now[3], "");
    must(git::update_index(opened, {{"a", FileMode::executable, blob, now[0]},
                                    {"gone", FileMode::none, "", now[1]},
                                    {"odd\nname", FileMode::regular, blob, now[2]},
                                    {"dir/new", FileMode::regular, blob, ""}}));
    EXPECT_EQ(repo.git({"ls-files", "-s", "-z"}), "100755 " + blob + std::string(" 0\ta\0", 5) + "100644 " + blob +
                                                      std::string(" 0\tdir/new\0", 11) + "100644 " + blob +
                                                      std::string(" 0\todd\nname\0", 12));
    const auto index = repo.read(".git/index");
    const auto stale =
        git::update_index(opened, {{"dir/new", FileMode::none, "", blob}, {"a", FileMode::regular, blob, now[0]}});
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, ErrorCode::conflict);
    EXPECT_NE(stale.error().message.find("a is not staged as it was"), std::string::npos);
    EXPECT_EQ(repo.read(".git/index"), index);
}

TEST(UpdateIndex, ALockIsAConflictThatSaysSo) {
    const TempRepo repo;
    repo.stage("a", "1\n");
    const auto opened = open_repository(repo.path());
    const auto blob = must(git::index_blobs(opened, {"a"}))[0];
    repo.write(".git/index.lock", "");
    const auto locked = git::update_index(opened, {{"a", FileMode::none, "", blob}});
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().code, ErrorCode::conflict);
    EXPECT_NE(locked.error().message.find("locked"), std::string::npos);
}

TEST(UpdateIndex, WritesTheIndexGitHandedUs) {
    const TempRepo repo;
    repo.stage("a", "1\n");
    fs::copy(repo.file(".git/index"), repo.file("mine"));
    const auto opened = open_repository(repo.path(), test::with("GIT_INDEX_FILE", repo.file("mine")));
    const auto before = repo.read(".git/index");
    must(git::update_index(opened, {{"a", FileMode::none, "", must(git::index_blobs(opened, {"a"}))[0]}}));
    EXPECT_EQ(must(git::index_blobs(opened, {"a"}))[0], "");
    EXPECT_EQ(repo.read(".git/index"), before);
}

TEST(UpdateIndex, ManyPathsAndPathspecMagicAreLiteral) {
    const TempRepo repo;
    repo.stage("x", "x\n");
    std::vector<std::string> paths{":(top)x", "*", "x/", "-x"};
    for (int i = 0; i < 3000; ++i) {
        paths.push_back("some/quite/long/path/that/does/not/exist/number/" + std::to_string(i));
    }
    paths.emplace_back("x");
    const auto blobs = must(git::index_blobs(open_repository(repo.path()), paths));
    EXPECT_EQ(std::count(blobs.begin(), blobs.end(), ""), static_cast<std::ptrdiff_t>(paths.size() - 1));
    EXPECT_NE(blobs.back(), "");
}

struct PlanCase {
    const char* name;
    std::string base, disk, theirs;
    WorkTreeOutcome outcome;
    std::string after;
    std::string attributes;
    std::string autocrlf;
};

class Plan : public testing::TestWithParam<PlanCase> {};

TEST_P(Plan, TakesTheChangeAndNothingElse) {
    const auto& p = GetParam();
    const TempRepo repo;
    repo.write(".gitattributes", p.attributes);
    repo.write("f.txt", p.base);
    repo.git({"-c", "core.autocrlf=false", "add", "."});
    if (!p.autocrlf.empty()) {
        repo.git({"config", "core.autocrlf", p.autocrlf});
    }
    repo.write("f.txt", p.disk);
    const auto plan = must(git::plan_work_tree(open_repository(repo.path()), "f.txt", p.base, p.theirs, false));
    EXPECT_STREQ(git::name(plan.outcome), git::name(p.outcome)) << plan.reason;
    EXPECT_EQ(plan.before.value_or("(none)"), p.disk);
    if (p.outcome != WorkTreeOutcome::conflict) {
        EXPECT_EQ(plan.after, p.after);
    } else {
        EXPECT_NE(plan.reason, "");
    }
    EXPECT_EQ(repo.read("f.txt"), p.disk);
}

const std::string five = "1\n2\n3\n4\n5\n";
const std::string five_crlf = "1\r\n2\r\n3\r\n4\r\n5\r\n";

INSTANTIATE_TEST_SUITE_P(
    Files, Plan,
    testing::Values(
        PlanCase{"clean", five, five, "1\nX\n3\n4\n5\n", WorkTreeOutcome::written, "1\nX\n3\n4\n5\n", "", ""},
        PlanCase{"already", five, "1\nX\n3\n4\n5\n", "1\nX\n3\n4\n5\n", WorkTreeOutcome::already, "1\nX\n3\n4\n5\n", "",
                 ""},
        PlanCase{"unstaged_work_elsewhere", five, "1\n2\n3\n4\nmine\n", "X\n2\n3\n4\n5\n", WorkTreeOutcome::merged,
                 "X\n2\n3\n4\nmine\n", "", ""},
        PlanCase{"same_line", five, "mine\n2\n3\n4\n5\n", "X\n2\n3\n4\n5\n", WorkTreeOutcome::conflict, "", "", ""},
        PlanCase{"crlf_by_attribute", five, five_crlf, "1\nX\n3\n4\n5\n", WorkTreeOutcome::written,
                 "1\r\nX\r\n3\r\n4\r\n5\r\n", "*.txt text eol=crlf\n", ""},
        PlanCase{"crlf_by_config_with_work", five, "1\r\n2\r\n3\r\n4\r\nmine\r\n", "X\n2\n3\n4\n5\n",
                 WorkTreeOutcome::merged, "X\r\n2\r\n3\r\n4\r\nmine\r\n", "", "true"},
        PlanCase{"mixed_line_ends_stay", five, "1\r\n2\r\n3\n4\r\n5\r\n", "X\n2\n3\n4\n5\n", WorkTreeOutcome::merged,
                 "X\r\n2\r\n3\n4\r\n5\r\n", "", "true"},
        PlanCase{"the_odd_line_itself", five, "1\r\n2\r\n3\n4\r\n5\r\n", "1\n2\nX\n4\n5\n", WorkTreeOutcome::written,
                 "1\r\n2\r\nX\r\n4\r\n5\r\n", "", "true"},
        PlanCase{"lf_kept_though_git_says_crlf", five, five, "1\nX\n3\n4\n5\n", WorkTreeOutcome::written,
                 "1\nX\n3\n4\n5\n", "*.txt text eol=crlf\n", ""},
        PlanCase{"lf_with_work_though_git_says_crlf", five, "1\n2\n3\n4\nmine\n", "X\n2\n3\n4\n5\n",
                 WorkTreeOutcome::merged, "X\n2\n3\n4\nmine\n", "*.txt text eol=crlf\n", ""},
        PlanCase{"crlf_in_the_blob", five_crlf, "1\r\n2\r\n3\r\n4\r\nmine\r\n", "X\r\n2\r\n3\r\n4\r\n5\r\n",
                 WorkTreeOutcome::merged, "X\r\n2\r\n3\r\n4\r\nmine\r\n", "", ""},
        PlanCase{"no_newline_at_end", "1\n2\n3\n4", "mine\n2\n3\n4", "1\n2\n3\n4\n", WorkTreeOutcome::merged,
                 "mine\n2\n3\n4\n", "", ""},
        PlanCase{"binary", std::string("a\0b", 3), std::string("a\0c", 3), std::string("x\0b", 3),
                 WorkTreeOutcome::conflict, "", "", ""},
        PlanCase{"emptied_by_the_user", five, "", "1\nX\n3\n4\n5\n", WorkTreeOutcome::conflict, "", "", ""},
        PlanCase{"utf16", "a\nb\n",
                 std::string("\xff\xfe"
                             "a\0\n\0b\0\n\0",
                             10),
                 "a\nX\n", WorkTreeOutcome::written,
                 std::string("\xff\xfe"
                             "a\0\n\0X\0\n\0",
                             10),
                 "*.txt working-tree-encoding=UTF-16LE-BOM text\n", ""}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(PlanWorkTree, DeletionsCreationsAndWhatIsNoFile) {
    const TempRepo repo;
    repo.stage("same", "s\n");
    repo.stage("changed", "c\n");
    repo.stage("empty", "");
    repo.stage("gone", "g\n");
    fs::remove(repo.file("gone"));
    repo.write("changed", "mine\n");
    fs::create_symlink("same", repo.file("link"));
    fs::create_directories(repo.file("dir"));
    fs::create_directory_symlink("/tmp", repo.file("out"));
    const auto r = open_repository(repo.path());
    const auto outcome = [&](const std::string& path, const std::string& base, const std::string& theirs, bool deletes,
                             bool creates = false) {
        return std::string(git::name(must(git::plan_work_tree(r, path, base, theirs, deletes, creates)).outcome));
    };
    EXPECT_EQ(outcome("same", "s\n", "", true), "written");
    EXPECT_EQ(outcome("changed", "c\n", "", true), "conflict");
    EXPECT_EQ(outcome("empty", "", "", true), "written");
    EXPECT_EQ(outcome("gone", "g\n", "", true), "already");
    EXPECT_EQ(outcome("gone", "g\n", "x\n", false), "absent");
    EXPECT_EQ(outcome("new/file", "", "n\n", false, true), "written");
    EXPECT_EQ(outcome("same", "", "s\n", false, true), "already");
    EXPECT_EQ(outcome("same", "", "n\n", false, true), "conflict");
    EXPECT_EQ(outcome("link", "s\n", "x\n", false), "conflict");
    EXPECT_EQ(outcome("dir", "s\n", "x\n", false), "conflict");
    EXPECT_EQ(outcome("out/file", "", "x\n", false, true), "conflict");
    EXPECT_EQ(outcome("../escape", "", "x\n", false, true), "conflict");
    EXPECT_EQ(outcome(".git/hooks/pre-commit", "", "x\n", false, true), "conflict");
}

TEST(WriteWorkTree, NeverFollowsASymlinkNorOverwritesWhatItDidNotExpect) {
    const TempRepo repo;
    const TempRepo outside;
    outside.write("target", "theirs\n");
    outside.write("dir/file", "f\n");
    fs::create_symlink(outside.file("target"), repo.file("link"));
    fs::create_directory_symlink(outside.file("dir"), repo.file("sub"));
    repo.write("a", "1\n");
    const auto r = open_repository(repo.path());
    const auto code = [&](const std::string& path, const std::optional<std::string>& expected,
                          const std::optional<std::string>& bytes) {
        const auto result = git::write_work_tree(r, path, expected, bytes, 0644);
        return result ? -1 : static_cast<int>(result.error().code);
    };
    EXPECT_EQ(code("link", "theirs\n", "x"), static_cast<int>(ErrorCode::conflict));
    EXPECT_EQ(code("link", std::nullopt, "x"), static_cast<int>(ErrorCode::conflict));
    EXPECT_EQ(code("sub/file", "f\n", "x"), static_cast<int>(ErrorCode::denied));
    EXPECT_EQ(code("sub/new", std::nullopt, "x"), static_cast<int>(ErrorCode::denied));
    EXPECT_EQ(code("a", "2\n", "x"), static_cast<int>(ErrorCode::conflict));
    EXPECT_EQ(code("a", std::nullopt, "x"), static_cast<int>(ErrorCode::conflict));
    EXPECT_EQ(code("gone", "x", std::nullopt), static_cast<int>(ErrorCode::conflict));
    for (const char* path : {"/etc/passwd", "../x", "a/../../x", "", "d/", ".GIT/config", "x/.git/config"}) {
        EXPECT_EQ(code(path, std::nullopt, "x"), static_cast<int>(ErrorCode::denied)) << path;
    }
    EXPECT_EQ(outside.read("target"), "theirs\n");
    EXPECT_EQ(outside.read("dir/file"), "f\n");
    EXPECT_EQ(repo.read("a"), "1\n");
}

TEST(WriteWorkTree, KeepsTheModeMakesDirectoriesAndTidiesUp) {
    const TempRepo repo;
    repo.write("x", "1\n");
    chmod(repo.file("x").c_str(), 0751);
    const auto r = open_repository(repo.path());
    must(git::write_work_tree(r, "x", "1\n", "2\n", 0751));
    struct stat info {};
    stat(repo.file("x").c_str(), &info);
    EXPECT_EQ(info.st_mode & 07777U, 0751U);
    EXPECT_EQ(repo.read("x"), "2\n");
    must(git::write_work_tree(r, "a/b/c", std::nullopt, "new", 0777));
    EXPECT_EQ(repo.read("a/b/c"), "new");
    must(git::write_work_tree(r, "a/b/c", "new", std::nullopt, 0));
    EXPECT_FALSE(fs::exists(repo.file("a")));
    std::size_t left = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(repo.path())) {
        ++left;
    }
    EXPECT_EQ(left, 2U) << "x and .git, and no temporary file";
}

TEST(MergeBytes, MergesOrSaysThatItCannot) {
    EXPECT_EQ(must(git::merge_bytes("1\n2\n3\n", "1\n2\nmine\n", "X\n2\n3\n")), "X\n2\nmine\n");
    EXPECT_EQ(must(git::merge_bytes("1\n", "1\n", "2\n")), "2\n");
    EXPECT_EQ(must(git::merge_bytes("1\n", "3\n", "2\n")), std::nullopt);
    EXPECT_EQ(must(git::merge_bytes("", "", "")), "");
}

}  // namespace
}  // namespace rfsn
