// SPDX-License-Identifier: MIT
#include <filesystem>

#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using model::FileEdit;
using model::FileMode;
using model::LineRange;
using test::must;
using test::open_repository;
using test::TempRepo;

std::string text(const std::vector<LineRange>& ranges) {
    std::string out;
    for (const auto& range : ranges) {
        out += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    }
    return out;
}

TEST(ChangedLines, AreThoseOfTheNewSide) {
    const TempRepo repo;
    repo.stage("m", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    repo.stage("gone", "x\n");
    repo.stage("mode", "x\ny\n");
    repo.commit();
    repo.stage("m", "1\nTWO\n3\n4\n5\n6\n7\n9\nten\neleven");
    repo.stage("new", "a\nb\nc");
    repo.stage("empty", "");
    repo.git({"update-index", "--chmod=+x", "mode"});
    repo.git({"rm", "-q", "gone"});
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({}));
    const auto lines = must(git::changed_lines(*source, snapshot, {"m", "new", "empty", "mode", "gone", "no such"}));
    EXPECT_EQ(text(lines.at("m")), "2-2 9-10 ");
    EXPECT_EQ(text(lines.at("new")), "1-3 ");
    EXPECT_EQ(text(lines.at("empty")), "");
    EXPECT_EQ(text(lines.at("mode")), "");
    EXPECT_EQ(lines.count("gone"), 0U);
    EXPECT_EQ(lines.count("no such"), 0U);
}

TEST(ChangedLines, OfARenameAreOnlyWhatChanged) {
    const TempRepo repo;
    std::string many;
    for (int i = 0; i < 50; ++i) {
        many += "line " + std::to_string(i) + "\n";
    }
    repo.stage("old", many);
    repo.commit();
    repo.git({"mv", "old", "moved"});
    repo.stage("moved", many + "more\n");
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({}));
    EXPECT_EQ(text(must(git::changed_lines(*source, snapshot, {"moved"})).at("moved")), "51-51 ");
}

/// The best judge of a patch is git.
TEST(UnifiedDiff, IsWhatGitApplies) {
    const TempRepo repo;
    const std::vector<std::string> names{"plain",   "with space", "new\nline", "quote\"back\\",
                                         "bad\xff", "no newline", "dir/x"};
    for (const auto& name : names) {
        repo.stage(name, "1\n2\n3\n4\n5\n6\n7\n8");
    }
    repo.stage("gone", "g\nh\n");
    repo.stage("gone too", "");
    repo.commit();
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({}));
    const git::TreeView view(*source, snapshot);
    std::vector<FileEdit> edits;
    for (const auto& name : names) {
        edits.push_back(
            {name, must(view.find(name))->object, FileMode::regular, "1\nTWO\n3\n4\n5\n6\n7\n8\nnine\n", false});
    }
    edits.push_back({"gone", must(view.find("gone"))->object, FileMode::regular, "", true});
    edits.push_back({"gone too", must(view.find("gone too"))->object, FileMode::regular, "", true});
    edits.push_back({"made/run", "", FileMode::executable, "#!/bin/sh", false});
    edits.push_back({"made/empty", "", FileMode::regular, "", false});
    edits.push_back({"plain same", "", FileMode::regular, "s\n", false});
    const std::string diff = must(git::unified_diff(*source, edits));
    repo.git({"apply", "--index", "-"}, diff);
    for (const auto& name : names) {
        EXPECT_EQ(repo.read(name), "1\nTWO\n3\n4\n5\n6\n7\n8\nnine\n") << name;
    }
    EXPECT_EQ(repo.read("made/run"), "#!/bin/sh");
    EXPECT_FALSE(fs::exists(repo.file("gone")));
    EXPECT_FALSE(fs::exists(repo.file("gone too")));
    EXPECT_NE(diff.find("\\ No newline at end of file\n"), std::string::npos);
    EXPECT_NE(repo.git({"ls-files", "-s", "made/run"}).find("100755"), std::string::npos);
}

TEST(UnifiedDiff, OfNothingIsEmptyAndBinaryIsSaid) {
    const TempRepo repo;
    repo.stage("same", "s\n");
    repo.stage("bin", std::string("a\0b", 3));
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({}));
    const git::TreeView view(*source, snapshot);
    EXPECT_EQ(
        must(git::unified_diff(*source, {{"same", must(view.find("same"))->object, FileMode::regular, "s\n", false}})),
        "");
    const auto diff = must(git::unified_diff(
        *source, {{"bin", must(view.find("bin"))->object, FileMode::regular, std::string("a\0c", 3), false}}));
    EXPECT_NE(diff.find("Binary files a/bin and b/bin differ"), std::string::npos);
    EXPECT_FALSE(git::unified_diff(*source, {{"x", std::string(40, '1'), FileMode::regular, "s\n", false}}));
}

TEST(TreeView, EditsLieOverStagedEntriesOverTheBaseTree) {
    const TempRepo repo;
    repo.stage("base/only", "b\n");
    repo.stage("base/gone", "b\n");
    repo.stage("emptied/x", "b\n");
    repo.commit();
    repo.git({"rm", "-q", "base/gone", "emptied/x"});
    repo.stage("staged/s", "s\n");
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({}));
    const git::TreeView view(*source, snapshot);
    const auto names = [](const std::vector<git::TreeEntry>& entries) {
        std::string all;
        for (const auto& entry : entries) {
            all += entry.name + (entry.is_tree ? "/ " : " ");
        }
        return all;
    };
    EXPECT_EQ(names(must(view.list(""))), "base/ staged/ ");
    EXPECT_FALSE(must(view.find("emptied")));
    EXPECT_FALSE(must(view.find("base/gone")));
    EXPECT_TRUE(must(view.find("base"))->is_tree);
    EXPECT_EQ(must(view.read("base/only")), "b\n");
    EXPECT_FALSE(view.read("base"));
    EXPECT_FALSE(view.read("base/gone"));
    EXPECT_FALSE(must(view.find("")));
    EXPECT_FALSE(must(view.find("base/")));
    EXPECT_FALSE(must(view.find("base/only/below")));
    const auto edited = view.with_edits({{"base/only", "", FileMode::regular, "", true},
                                         {"made/deep/e", "", FileMode::regular, "e", false}})
                            .with_edits({{"made/deep/e", "", FileMode::executable, "later", false}});
    EXPECT_EQ(names(must(edited.list(""))), "made/ staged/ ");
    EXPECT_EQ(names(must(edited.list("made"))), "made/deep/ ");
    EXPECT_EQ(must(edited.read("made/deep/e")), "later");
    EXPECT_EQ(must(edited.find("made/deep/e"))->mode, FileMode::executable);
    EXPECT_FALSE(edited.read("base/only"));
    EXPECT_EQ(edited.read("made/deep/e", 4).error().code, base::ErrorCode::limit);
    EXPECT_EQ(names(must(view.list(""))), "base/ staged/ ") << "the view it came from stays as it was";
}

}  // namespace
}  // namespace rfsn
