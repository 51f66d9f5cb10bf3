// SPDX-License-Identifier: MIT
#include <array>
#include <filesystem>
#include <linux/capability.h>
#include <map>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "patch/journal.hpp"
#include "patch/transaction.hpp"
#include "workbench.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using model::FileMode;
using test::must;
using test::outcomes;

constexpr const char* ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
constexpr const char* fixed = "1\nTWO\n3\n4\n5\n6\n7\n8\n9\n10\n";

struct Apply : testing::Test {
    test::Workbench bench;

    void SetUp() override {
        bench.repo.stage("a.txt", ten);
        bench.repo.stage("b.txt", "b\n");
        bench.repo.commit();
        bench.open();
    }
    std::string tree() const { return bench.repo.git({"write-tree"}); }
    patch::JournalFiles files() const { return patch::JournalFiles(*bench.repository); }
};

TEST_F(Apply, SetsIndexAndWorkTreeAndUndoPutsBothBack) {
    const auto before = tree();
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    EXPECT_EQ(outcomes(bench.apply(proposal)), "a.txt:written ");
    EXPECT_EQ(bench.staged("a.txt"), fixed);
    EXPECT_EQ(bench.repo.read("a.txt"), fixed);
    EXPECT_EQ(bench.state(proposal.id), "applied");
    EXPECT_FALSE(files().pending());
    EXPECT_EQ(bench.repo.git({"diff", "--name-only"}), "");
    EXPECT_EQ(outcomes(bench.undo()), "a.txt:written ");
    EXPECT_EQ(tree(), before);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_EQ(bench.state(proposal.id), "undone");
    EXPECT_EQ(patch::undo(*bench.repository, *bench.source, *bench.store, "").error().code, ErrorCode::not_found);
    EXPECT_EQ(outcomes(bench.apply(must(bench.store->get(proposal.id)))), "a.txt:written ") << "and again";
}

TEST_F(Apply, UnstagedWorkIsKeptInTheFileAndByteIdenticalElsewhere) {
    const std::string mine = "1\n2\n3\n4\n5\n6\n7\n8\nmine\n10\n";
    bench.repo.write("a.txt", mine);
    bench.repo.write("b.txt", std::string("\0unstaged\r\n\xff", 12));
    bench.repo.write("untracked", "u");
    bench.apply(bench.proven({bench.edit("a.txt", fixed)}));
    EXPECT_EQ(bench.staged("a.txt"), fixed);
    EXPECT_EQ(bench.repo.read("a.txt"), "1\nTWO\n3\n4\n5\n6\n7\n8\nmine\n10\n");
    EXPECT_EQ(bench.repo.read("b.txt"), std::string("\0unstaged\r\n\xff", 12));
    EXPECT_EQ(bench.repo.read("untracked"), "u");
    bench.undo();
    EXPECT_EQ(bench.repo.read("a.txt"), mine);
    EXPECT_EQ(bench.staged("a.txt"), ten);
}

TEST_F(Apply, AConflictLeavesTheFileAloneAndKeepsThePatch) {
    bench.repo.write("a.txt", "1\nmine\n3\n");
    const auto outcome = bench.apply(bench.proven({bench.edit("a.txt", fixed)}));
    EXPECT_EQ(outcomes(outcome), "a.txt:conflict ");
    EXPECT_NE(outcome.files[0].reason, "");
    EXPECT_EQ(bench.repo.read("a.txt"), "1\nmine\n3\n");
    EXPECT_EQ(bench.staged("a.txt"), fixed);
    ASSERT_TRUE(fs::exists(outcome.files[0].kept_patch));
    bench.repo.write("a.txt", ten);
    bench.repo.git({"apply", outcome.files[0].kept_patch});
    EXPECT_EQ(bench.repo.read("a.txt"), fixed);
    bench.repo.write("a.txt", "1\nmine\n3\n");
    bench.undo();
    EXPECT_EQ(bench.staged("a.txt"), ten);
    EXPECT_EQ(bench.repo.read("a.txt"), "1\nmine\n3\n");
}

TEST_F(Apply, ModesLineEndsDeletionsCreationsAndAFileTheUserDeleted) {
    bench.repo.write("run.sh", "#!/bin/sh\nx \n", true);
    bench.repo.stage("dos.txt", "1\r\n2 \r\n3\r\n");
    bench.repo.stage("deleted.txt", "d \n");
    bench.repo.stage("removed.txt", "r\n");
    bench.repo.git({"add", "run.sh"});
    fs::remove(bench.repo.file("deleted.txt"));
    chmod(bench.repo.file("run.sh").c_str(), 0750);
    auto removal = bench.edit("removed.txt", "");
    removal.deletes = true;
    const auto before = tree();
    const auto proposal = bench.proven({bench.edit("deleted.txt", "d\n"),
                                        bench.edit("dos.txt", "1\r\n2\r\n3\r\n"),
                                        {"new/dir/n.sh", "", FileMode::executable, "n\n", false},
                                        removal,
                                        bench.edit("run.sh", "#!/bin/sh\nx\n", FileMode::executable)});
    EXPECT_EQ(outcomes(bench.apply(proposal)),
              "deleted.txt:absent dos.txt:written new/dir/n.sh:written removed.txt:written run.sh:written ");
    EXPECT_EQ(bench.repo.read("dos.txt"), "1\r\n2\r\n3\r\n");
    EXPECT_EQ(bench.staged("deleted.txt"), "d\n");
    EXPECT_FALSE(fs::exists(bench.repo.file("deleted.txt")));
    EXPECT_FALSE(fs::exists(bench.repo.file("removed.txt")));
    EXPECT_EQ(bench.repo.git({"ls-files", "removed.txt"}), "");
    struct stat info {};
    stat(bench.repo.file("run.sh").c_str(), &info);
    EXPECT_EQ(info.st_mode & 0777U, 0750U);
    stat(bench.repo.file("new/dir/n.sh").c_str(), &info);
    EXPECT_NE(info.st_mode & 0100U, 0U);
    EXPECT_NE(bench.repo.git({"ls-files", "-s", "new/dir/n.sh"}).find("100755"), std::string::npos);
    bench.undo();
    EXPECT_EQ(tree(), before);
    EXPECT_EQ(bench.repo.read("removed.txt"), "r\n");
    EXPECT_EQ(bench.repo.read("dos.txt"), "1\r\n2 \r\n3\r\n");
    EXPECT_FALSE(fs::exists(bench.repo.file("new")));
    EXPECT_FALSE(fs::exists(bench.repo.file("deleted.txt")));
    stat(bench.repo.file("run.sh").c_str(), &info);
    EXPECT_EQ(info.st_mode & 0777U, 0750U);
}

TEST_F(Apply, AChangeOfModeAlone) {
    bench.apply(bench.proven({bench.edit("b.txt", "b\n", FileMode::executable)}));
    struct stat info {};
    stat(bench.repo.file("b.txt").c_str(), &info);
    EXPECT_EQ(info.st_mode & 0111U, 0111U & info.st_mode >> 2U);
    EXPECT_NE(info.st_mode & 0100U, 0U);
    EXPECT_EQ(bench.repo.git({"diff", "--name-only"}), "");
    bench.undo();
    stat(bench.repo.file("b.txt").c_str(), &info);
    EXPECT_EQ(info.st_mode & 0111U, 0U);
    EXPECT_EQ(bench.repo.git({"diff", "--cached", "--name-only"}), "");
}

TEST_F(Apply, StopsIfTheIndexMovedSinceTheProof) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed), bench.edit("b.txt", "B\n")});
    bench.repo.stage("b.txt", "later\n");
    const auto index = bench.repo.read(".git/index");
    const auto outcome = patch::apply(*bench.repository, *bench.source, *bench.store, proposal);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::conflict);
    EXPECT_NE(outcome.error().message.find("b.txt"), std::string::npos);
    EXPECT_EQ(bench.repo.read(".git/index"), index);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_FALSE(files().pending());
    const auto twice = bench.proven({bench.edit("a.txt", fixed)});
    bench.apply(twice);
    EXPECT_EQ(patch::apply(*bench.repository, *bench.source, *bench.store, twice).error().code, ErrorCode::conflict);
}

TEST_F(Apply, ALockedIndexChangesNothingAndLeavesNoJournal) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    bench.repo.write(".git/index.lock", "");
    EXPECT_EQ(patch::apply(*bench.repository, *bench.source, *bench.store, proposal).error().code, ErrorCode::conflict);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_FALSE(files().pending());
    fs::remove(bench.repo.file(".git/index.lock"));
    bench.apply(proposal);
    EXPECT_EQ(bench.repo.read("a.txt"), fixed);
}

TEST_F(Apply, IsRefusedWhereGitThrowsTheIndexAway) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    for (const char* name : {".git/index.lock", ".git/next-index-77.lock"}) {
        fs::copy(bench.repo.file(".git/index"), bench.repo.file(name), fs::copy_options::overwrite_existing);
        auto env = base::Environment::of_process();
        env.set("GIT_INDEX_FILE", bench.repo.file(name));
        bench.open(env);
        const auto outcome = patch::apply(*bench.repository, *bench.source, *bench.store, proposal);
        ASSERT_FALSE(outcome) << name;
        EXPECT_EQ(outcome.error().code, ErrorCode::conflict);
        EXPECT_NE(outcome.error().message.find("git commit"), std::string::npos);
        EXPECT_EQ(patch::undo(*bench.repository, *bench.source, *bench.store, "").error().code, ErrorCode::conflict);
        fs::remove(bench.repo.file(name));
    }
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
}

TEST_F(Apply, UndoGoesBackStepByStepAndByName) {
    const auto first = bench.proven({bench.edit("a.txt", fixed)});
    bench.apply(first);
    const std::string both = "1\nTWO\n3\n4\n5\n6\n7\n8\n9\nTEN\n";
    const auto second = bench.proven({bench.edit("a.txt", both)});
    bench.apply(second);
    EXPECT_EQ(outcomes(bench.undo(first.id)), "a.txt:merged ");
    EXPECT_EQ(bench.staged("a.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n9\nTEN\n");
    EXPECT_EQ(bench.repo.read("a.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n9\nTEN\n");
    bench.undo();
    EXPECT_EQ(bench.staged("a.txt"), ten);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_EQ(patch::undo(*bench.repository, *bench.source, *bench.store, first.id).error().code, ErrorCode::not_found);
}

TEST_F(Apply, UndoKeepsLaterWorkStagedAndNot) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    bench.apply(proposal);
    bench.repo.stage("a.txt", "1\nTWO\n3\n4\n5\n6\n7\n8\n9\nstaged later\n");
    bench.repo.write("a.txt", "1\nTWO\n3\n4\n5\nunstaged later\n7\n8\n9\nstaged later\n");
    EXPECT_EQ(outcomes(bench.undo()), "a.txt:merged ");
    EXPECT_EQ(bench.staged("a.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n9\nstaged later\n");
    EXPECT_EQ(bench.repo.read("a.txt"), "1\n2\n3\n4\n5\nunstaged later\n7\n8\n9\nstaged later\n");
}

TEST_F(Apply, UndoOfWhatWasChangedAgainLeavesItAloneAndSaysSo) {
    bench.apply(bench.proven({bench.edit("a.txt", fixed)}));
    bench.repo.stage("a.txt", "1\nother\n3\n");
    const auto outcome = bench.undo();
    EXPECT_EQ(outcomes(outcome), "a.txt:conflict ");
    EXPECT_NE(outcome.files[0].reason, "");
    EXPECT_TRUE(fs::exists(outcome.files[0].kept_patch));
    EXPECT_EQ(bench.staged("a.txt"), "1\nother\n3\n");
    EXPECT_EQ(bench.repo.read("a.txt"), "1\nother\n3\n");
}

TEST_F(Apply, UndoWorksAfterGitHasCollectedTheOldBlob) {
    bench.repo.stage("c.txt", "never committed \n");
    bench.apply(bench.proven({bench.edit("c.txt", "never committed\n")}));
    bench.repo.git({"gc", "-q", "--prune=now"});
    bench.open();
    bench.undo();
    EXPECT_EQ(bench.staged("c.txt"), "never committed \n");
    EXPECT_EQ(bench.repo.git({"fsck", "--connectivity-only", "--no-dangling"}), "");
}

TEST_F(Apply, UndoAfterTheCommitStagesTheWayBack) {
    bench.apply(bench.proven({bench.edit("a.txt", fixed)}));
    bench.repo.commit();
    bench.undo();
    EXPECT_EQ(bench.staged("a.txt"), ten);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
}

/// What is on disk when a process is killed after each of its steps.
struct Killed : Apply, testing::WithParamInterface<int> {};

TEST_P(Killed, TheNextCommandCompletesTheApply) {
    bench.repo.write("b.txt", "b\nmine\n");
    const auto proposal = bench.proven({bench.edit("a.txt", fixed), bench.edit("b.txt", "B\n\nb\n")});
    patch::Journal journal;
    journal.proposal = proposal.id;
    journal.index_path = bench.repository->index_path();
    journal.record = must(files().new_record_name(proposal.id));
    for (const auto& edit : proposal.patch.proposal().edits) {
        patch::JournalFile file;
        file.path = edit.path;
        file.old_blob = edit.old_blob;
        file.old_mode = file.new_mode = edit.mode;
        file.new_blob = must(git::write_blob(*bench.repository, edit.content));
        file.base = must(bench.source->read(edit.old_blob, 1000));
        file.theirs = edit.content;
        must(patch::plan_file(*bench.repository, file));
        journal.files.push_back(std::move(file));
    }
    must(files().begin(journal));
    if (GetParam() >= 1) {
        must(patch::move_index(*bench.repository, journal));
    }
    if (GetParam() >= 2) {
        auto first_only = journal;
        first_only.files.resize(1);
        must(patch::move_work_tree(*bench.repository, first_only));
    }
    if (GetParam() >= 3) {
        must(patch::move_work_tree(*bench.repository, journal));
    }
    if (GetParam() >= 4) {
        must(files().write_record(journal));
    }
    const auto outcome = must(patch::recover(*bench.repository));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(bench.staged("a.txt"), fixed);
    EXPECT_EQ(bench.staged("b.txt"), "B\n\nb\n");
    EXPECT_EQ(bench.repo.read("a.txt"), fixed);
    EXPECT_EQ(bench.repo.read("b.txt"), "B\n\nb\nmine\n");
    EXPECT_FALSE(files().pending());
    EXPECT_EQ(bench.state(proposal.id), "applied");
    EXPECT_FALSE(must(patch::recover(*bench.repository)));
    bench.undo();
    EXPECT_EQ(bench.staged("b.txt"), "b\n");
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_EQ(bench.repo.read("b.txt"), "b\nmine\n");
}

TEST_P(Killed, WhatTheUserDidMeanwhileIsKept) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    patch::Journal journal;
    journal.proposal = proposal.id;
    journal.index_path = bench.repository->index_path();
    journal.record = must(files().new_record_name(proposal.id));
    patch::JournalFile file;
    file.path = "a.txt";
    file.old_blob = bench.blob("a.txt");
    file.old_mode = file.new_mode = FileMode::regular;
    file.new_blob = must(git::write_blob(*bench.repository, fixed));
    file.base = ten;
    file.theirs = fixed;
    must(patch::plan_file(*bench.repository, file));
    journal.files = {file};
    must(files().begin(journal));
    std::string expected_index = fixed;
    std::string expected_file;
    switch (GetParam()) {
        case 0:  // edits elsewhere in the file: merged
            bench.repo.write("a.txt", std::string(ten) + "mine\n");
            expected_file = std::string(fixed) + "mine\n";
            break;
        case 1:  // edits the same lines: left alone
            bench.repo.write("a.txt", "mine\n");
            expected_file = "mine\n";
            break;
        case 2:  // stages something else
            bench.repo.stage("a.txt", "staged\n");
            expected_index = expected_file = "staged\n";
            break;
        case 3:  // deletes it
            fs::remove(bench.repo.file("a.txt"));
            break;
        default:  // does what we would have done
            bench.repo.stage("a.txt", fixed);
            expected_file = fixed;
            break;
    }
    const auto outcome = must(patch::recover(*bench.repository));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(bench.staged("a.txt"), expected_index);
    EXPECT_EQ(bench.repo.read("a.txt"), expected_file);
    EXPECT_EQ(fs::exists(bench.repo.file("a.txt")), GetParam() != 3);
    EXPECT_FALSE(files().pending());
    const bool left = GetParam() == 1 || GetParam() == 2;
    EXPECT_EQ(!outcome->files[0].kept_patch.empty(), left);
}

INSTANTIATE_TEST_SUITE_P(AfterEachStep, Killed, testing::Range(0, 5));

TEST_F(Apply, ADamagedJournalStopsEverythingAndIsNeverThrownAway) {
    const auto proposal = bench.proven({bench.edit("a.txt", fixed)});
    patch::Journal journal;
    journal.proposal = proposal.id;
    const std::string whole = patch::encode(journal);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        ASSERT_FALSE(patch::decode_journal(std::string_view(whole).substr(0, length))) << length;
    }
    ASSERT_TRUE(patch::decode_journal(whole));
    bench.repo.write(".git/rfsn/journal", whole.substr(0, whole.size() / 2));
    const auto recovered = patch::recover(*bench.repository);
    ASSERT_FALSE(recovered);
    EXPECT_EQ(recovered.error().code, ErrorCode::corrupt);
    EXPECT_NE(recovered.error().message.find("rfsn/journal"), std::string::npos);
    EXPECT_FALSE(patch::apply(*bench.repository, *bench.source, *bench.store, proposal));
    EXPECT_FALSE(patch::undo(*bench.repository, *bench.source, *bench.store, ""));
    EXPECT_TRUE(files().pending());
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
}

TEST_F(Apply, AnInterruptedApplyWaitsForItsOwnIndex) {
    patch::Journal journal;
    journal.proposal = "12345678";
    journal.index_path = bench.repository->index_path();
    journal.record = "00000001-12345678";
    must(files().begin(journal));
    fs::copy(bench.repo.file(".git/index"), bench.repo.file(".git/index.lock"));
    auto env = base::Environment::of_process();
    env.set("GIT_INDEX_FILE", bench.repo.file(".git/index.lock"));
    bench.open(env);
    EXPECT_EQ(patch::recover(*bench.repository).error().code, ErrorCode::conflict);
    env.set("GIT_INDEX_FILE", bench.repo.file("other"));
    bench.open(env);
    EXPECT_EQ(patch::recover(*bench.repository).error().code, ErrorCode::conflict);
    fs::remove(bench.repo.file(".git/index.lock"));
    bench.open();
    EXPECT_TRUE(must(patch::recover(*bench.repository)));
}

TEST_F(Apply, WhatIsInTheWayIsLeftAloneAndNamed) {
    for (const char* path : {"link", "pipe", "dir", "sub/file", "flat/file", "work"}) {
        bench.repo.stage(path, ten);
    }
    const auto proposal =
        bench.proven({bench.edit("link", fixed), bench.edit("pipe", fixed), bench.edit("dir", fixed),
                      bench.edit("sub/file", fixed), bench.edit("flat/file", fixed), bench.edit("work", fixed)});
    const test::TempRepo outside;
    outside.write("file", ten);
    for (const char* path : {"link", "pipe", "dir", "sub", "flat"}) {
        fs::remove_all(bench.repo.file(path));
    }
    fs::create_symlink(outside.file("file"), bench.repo.file("link"));
    ASSERT_EQ(mkfifo(bench.repo.file("pipe").c_str(), 0600), 0);
    fs::create_directory(bench.repo.file("dir"));
    fs::create_directory_symlink(outside.path(), bench.repo.file("sub"));
    bench.repo.write("flat", "a file\n");
    bench.repo.write("work", "1\nmine\n");
    const std::map<std::string, std::string> expected{
        {"link", "it is a symlink"},
        {"pipe", "it is a pipe"},
        {"dir", "it is a directory"},
        {"sub/file", "'sub' on its way is a symlink"},
        {"flat/file", "'flat' on its way is no directory"},
        {"work", "its unstaged changes touch the same lines"},
    };
    const auto outcome = bench.apply(proposal);
    ASSERT_EQ(outcome.files.size(), expected.size());
    for (const auto& file : outcome.files) {
        EXPECT_EQ(file.work_tree, git::WorkTreeOutcome::conflict) << file.path;
        EXPECT_NE(file.reason.find(expected.at(file.path)), std::string::npos) << file.path << ": " << file.reason;
        EXPECT_TRUE(fs::exists(file.kept_patch)) << file.path;
        EXPECT_EQ(bench.staged(file.path), fixed);
    }
    EXPECT_EQ(outside.read("file"), ten);
    bench.undo();
    EXPECT_EQ(bench.staged("sub/file"), ten);
    EXPECT_EQ(outside.read("file"), ten);
}

/// Permissions count for root too; children that are started get the capability back.
class WithoutOverride {
   public:
    WithoutOverride() {
        syscall(SYS_capget, &header_, before_.data());
        auto less = before_;
        less[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
        syscall(SYS_capset, &header_, less.data());
    }
    WithoutOverride(const WithoutOverride&) = delete;
    WithoutOverride& operator=(const WithoutOverride&) = delete;
    ~WithoutOverride() { syscall(SYS_capset, &header_, before_.data()); }

   private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> before_{};
};

TEST_F(Apply, WhatMayNotBeWrittenOrReadIsLeftAloneAndNamed) {
    bench.repo.stage("locked/file", ten);
    bench.repo.stage("locked/gone", ten);
    bench.repo.stage("secret", ten);
    auto removal = bench.edit("locked/gone", "");
    removal.deletes = true;
    const auto proposal = bench.proven({bench.edit("locked/file", fixed),
                                        removal,
                                        bench.edit("secret", fixed),
                                        {"locked/sub/new", "", FileMode::regular, "n\n", false}});
    chmod(bench.repo.file("locked").c_str(), 0555);
    chmod(bench.repo.file("secret").c_str(), 0000);
    patch::ApplyOutcome outcome;
    {
        const WithoutOverride as_anybody;
        outcome = bench.apply(proposal);
    }
    chmod(bench.repo.file("locked").c_str(), 0755);
    chmod(bench.repo.file("secret").c_str(), 0644);
    ASSERT_EQ(outcome.files.size(), 4U);
    for (const auto& file : outcome.files) {
        EXPECT_EQ(file.work_tree, git::WorkTreeOutcome::conflict) << file.path;
        const std::string expected = file.path == "secret" ? "can't read secret: Permission denied"
                                                           : "its directory is not writable (Permission denied)";
        EXPECT_NE(file.reason.find(expected), std::string::npos) << file.path << ": " << file.reason;
        EXPECT_TRUE(fs::exists(file.kept_patch)) << file.path;
    }
    EXPECT_EQ(bench.repo.read("locked/file"), ten);
    EXPECT_EQ(bench.repo.read("secret"), ten);
    EXPECT_EQ(bench.staged("secret"), fixed);
    EXPECT_FALSE(files().pending());
}

TEST_F(Apply, AnUndoThatWasKilledIsCompletedAndSaysSo) {
    for (const bool by_undo : {false, true}) {
        const auto proposal = bench.proven({bench.edit("a.txt", by_undo ? "other\n" : fixed)});
        EXPECT_FALSE(bench.apply(proposal).undo);
        auto journal = must(files().find_record(proposal.id));
        journal.kind = patch::Journal::Kind::undo;
        auto& file = journal.files[0];
        std::swap(file.old_blob, file.new_blob);
        std::swap(file.base, file.theirs);
        std::swap(file.before, file.after);
        must(files().begin(journal));
        const auto outcome = by_undo ? bench.undo() : must(patch::recover(*bench.repository)).value();
        EXPECT_TRUE(outcome.undo);
        EXPECT_EQ(outcome.proposal, proposal.id);
        EXPECT_EQ(outcomes(outcome), "a.txt:written ");
        EXPECT_EQ(bench.staged("a.txt"), ten);
        EXPECT_EQ(bench.repo.read("a.txt"), ten);
        EXPECT_EQ(bench.state(proposal.id), "undone");
        EXPECT_FALSE(files().pending());
        EXPECT_EQ(patch::undo(*bench.repository, *bench.source, *bench.store, "").error().code, ErrorCode::not_found);
    }
}

TEST_F(Apply, AKilledUndoOfOnePatchDoesNotStandInForTheUndoOfAnother) {
    const auto first = bench.proven({bench.edit("a.txt", fixed)});
    bench.apply(first);
    const auto second = bench.proven({bench.edit("b.txt", "B\n")});
    bench.apply(second);
    auto journal = must(files().find_record(second.id));
    journal.kind = patch::Journal::Kind::undo;
    auto& file = journal.files[0];
    std::swap(file.old_blob, file.new_blob);
    std::swap(file.base, file.theirs);
    std::swap(file.before, file.after);
    must(files().begin(journal));
    const auto outcome = bench.undo(first.id);
    EXPECT_TRUE(outcome.undo);
    EXPECT_EQ(outcome.proposal, first.id);
    EXPECT_EQ(bench.repo.read("a.txt"), ten);
    EXPECT_EQ(bench.repo.read("b.txt"), "b\n");
}

TEST_F(Apply, ManyFilesInFewChildrenAndGitNeedNotLookAtThemAgain) {
    std::vector<std::string> paths;
    for (int i = 0; i < 40; ++i) {
        paths.push_back("d/" + std::to_string(i) + "\n\"odd\" *");
        bench.repo.stage(paths.back(), "old " + std::to_string(i) + "\n");
    }
    bench.repo.stage("untouched", "u\n");
    bench.repo.commit();
    const auto before = tree();
    std::vector<model::FileEdit> edits;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        edits.push_back(bench.edit(paths[i], "new " + std::to_string(i) + "\n"));
        edits.back().deletes = i % 7 == 3;
    }
    edits.push_back({"d/created", "", FileMode::regular, "c\n", false});
    const auto proposal = bench.proven(edits);
    const test::TempRepo trace;
    auto env = base::Environment::of_process();
    env.set("GIT_TRACE", trace.file("trace"));
    bench.open(env);
    bench.apply(proposal);
    EXPECT_EQ(bench.repo.git({"diff-files", "--name-only"}), "");
    EXPECT_EQ(bench.repo.git({"ls-files", "--others"}), "");
    for (std::size_t i = 0; i < paths.size(); ++i) {
        ASSERT_EQ(fs::exists(bench.repo.file(paths[i])), i % 7 != 3);
        if (i % 7 != 3) {
            ASSERT_EQ(bench.repo.read(paths[i]), "new " + std::to_string(i) + "\n");
            ASSERT_EQ(bench.staged(paths[i]), "new " + std::to_string(i) + "\n");
        }
    }
    bench.undo();
    EXPECT_EQ(bench.repo.git({"diff-files", "--name-only"}), "");
    EXPECT_EQ(tree(), before);
    EXPECT_EQ(bench.repo.git({"status", "--porcelain"}), "");
    const std::string log = trace.read("trace");
    std::size_t children = 0;
    for (auto at = log.find("built-in: git hash-object"); at != std::string::npos;
         at = log.find("built-in: git hash-object", at + 1)) {
        ++children;
    }
    EXPECT_GT(children, 0U);
    EXPECT_LE(children, 10U) << "one for the apply, one for the undo, and one for each file that comes to be";
}

TEST_F(Apply, APathThatIsASymlinkNowIsLeftAlone) {
    const test::TempRepo outside;
    outside.write("target", ten);
    fs::remove(bench.repo.file("a.txt"));
    fs::create_symlink(outside.file("target"), bench.repo.file("a.txt"));
    EXPECT_EQ(outcomes(bench.apply(bench.proven({bench.edit("a.txt", fixed)}))), "a.txt:conflict ");
    EXPECT_EQ(outside.read("target"), ten);
}

}  // namespace
}  // namespace rfsn
