// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include "base/sqlite.hpp"
#include "workbench.hpp"

namespace rfsn {
namespace {

using base::ErrorCode;
using model::FileMode;
using model::RunState;
using test::must;

patch::VerifiedPatch sample(const std::string& content) {
    model::FixProposal proposal;
    proposal.source = model::ProposalSource::model;
    proposal.strategy = "m, \xff";
    proposal.edits = {{"bad\xff\nname", std::string(40, 'a'), FileMode::executable, content, false},
                      {"gone", std::string(40, 'b'), FileMode::regular, "", true}};
    proposal.match_levels = {"exact"};
    proposal.checks = {"black"};
    model::Evidence evidence;
    model::CheckDelta delta;
    delta.check = "black";
    delta.before = RunState::blocked;
    delta.after = RunState::passed;
    delta.findings_before = 3;
    evidence.checks = {delta};
    evidence.policy = {{"paths", true, "ok"}};
    evidence.tool_versions["black"] = "23.1";
    evidence.duration = std::chrono::milliseconds(42);
    model::Cost cost;
    cost.requests = 2;
    cost.model = "m";
    model::Snapshot snapshot;
    snapshot.id = "snap";
    snapshot.base_tree = "abc";
    snapshot.merging = true;
    snapshot.files = {{"new\xFF", "old", model::ChangeKind::renamed, model::FileMode::executable,
                       model::FileMode::regular, "1234", "5678"}};
    return patch::VerifiedPatchMaker::make(proposal, snapshot, "base", "result", "diff " + content, evidence, cost);
}

struct Proposals : testing::Test {
    test::Workbench bench;
    void SetUp() override { bench.open(); }
};

TEST_F(Proposals, ComeBackAsTheyWere) {
    const std::string content("\0\xff\xfe\r\n\xc3\xa9", 8);
    const auto id = must(bench.store->add(sample(content)));
    EXPECT_EQ(id.size(), 8U);
    bench.open();
    const auto stored = must(bench.store->get(id.substr(0, 3)));
    EXPECT_EQ(stored.id, id);
    EXPECT_EQ(stored.state, "proposed");
    const auto& p = stored.patch;
    ASSERT_EQ(p.proposal().edits.size(), 2U);
    EXPECT_EQ(p.proposal().edits[0].content, content);
    EXPECT_EQ(p.proposal().edits[0].path, "bad\xff\nname");
    EXPECT_EQ(p.proposal().edits[0].mode, FileMode::executable);
    EXPECT_TRUE(p.proposal().edits[1].deletes);
    EXPECT_EQ(p.proposal().strategy, "m, \xff");
    EXPECT_EQ(p.proposal().source, model::ProposalSource::model);
    EXPECT_EQ(p.snapshot_id(), "snap");
    EXPECT_EQ(p.snapshot().base_tree, "abc");
    EXPECT_TRUE(p.snapshot().merging);
    ASSERT_EQ(p.snapshot().files.size(), 1U);
    EXPECT_EQ(p.snapshot().files[0].path, "new\xFF");
    EXPECT_EQ(p.snapshot().files[0].old_path, "old");
    EXPECT_EQ(p.snapshot().files[0].kind, model::ChangeKind::renamed);
    EXPECT_EQ(p.snapshot().files[0].mode, model::FileMode::executable);
    EXPECT_EQ(p.snapshot().files[0].old_mode, model::FileMode::regular);
    EXPECT_EQ(p.snapshot().files[0].blob, "1234");
    EXPECT_EQ(p.snapshot().files[0].old_blob, "5678");
    EXPECT_EQ(p.base_tree(), "base");
    EXPECT_EQ(p.result_tree(), "result");
    EXPECT_EQ(p.evidence().checks[0].findings_before, 3U);
    EXPECT_EQ(p.evidence().checks[0].after, RunState::passed);
    EXPECT_EQ(p.evidence().tool_versions.at("black"), "23.1");
    EXPECT_EQ(p.evidence().duration.count(), 42);
    EXPECT_EQ(p.cost().requests, 2U);
}

TEST_F(Proposals, TheNewestOpenOneIsTheDefault) {
    EXPECT_EQ(bench.store->get("").error().code, ErrorCode::not_found);
    const auto first = must(bench.store->add(sample("1")));
    const auto second = must(bench.store->add(sample("2")));
    EXPECT_NE(first, second);
    EXPECT_EQ(must(bench.store->get("")).id, second);
    must(bench.store->set_state(second, "applied"));
    EXPECT_EQ(must(bench.store->get("")).id, first);
    EXPECT_EQ(must(bench.store->list(false)).size(), 1U);
    ASSERT_EQ(must(bench.store->list(true)).size(), 2U);
    EXPECT_EQ(must(bench.store->list(true))[0].id, second);
    EXPECT_EQ(must(bench.store->add(sample("1"))), first) << "the same patch again is the same proposal";
    EXPECT_EQ(must(bench.store->list(true)).size(), 2U);
}

TEST_F(Proposals, IdsThatAreUnknownAmbiguousOrNoIds) {
    for (int i = 0; i < 40; ++i) {
        must(bench.store->add(sample(std::to_string(i))));
    }
    std::string shared;
    for (const char c : std::string("0123456789abcdef")) {
        std::size_t count = 0;
        for (const auto& stored : must(bench.store->list(true))) {
            count += stored.id.front() == c ? 1U : 0U;
        }
        shared = count > 1 ? std::string(1, c) : shared;
    }
    ASSERT_NE(shared, "");
    EXPECT_EQ(bench.store->get(shared).error().code, ErrorCode::usage);
    EXPECT_EQ(bench.store->get("0123456789abcdef0").error().code, ErrorCode::not_found);
    EXPECT_EQ(bench.store->get("x' OR 1").error().code, ErrorCode::usage);
    EXPECT_EQ(bench.store->get("%").error().code, ErrorCode::usage);
    EXPECT_EQ(bench.store->set_state("00000000", "applied").error().code, ErrorCode::not_found);
    EXPECT_FALSE(bench.store->set_state(must(bench.store->get("")).id, "verified"));
}

TEST_F(Proposals, ATamperedRowIsSkippedSaidAndNeverVouchedFor) {
    const auto good = must(bench.store->add(sample("good")));
    const auto bad = must(bench.store->add(sample("bad")));
    auto database = must(base::Database::open(bench.repository->common_dir() + "/rfsn/state.db", {""}));
    must(database.execute(
        "UPDATE proposals SET body = CAST(replace(CAST(body AS TEXT), 'bad', 'evil') AS BLOB) WHERE id = '" + bad +
        "'"));
    const auto listed = must(bench.store->list(true));
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].id, good);
    EXPECT_EQ(bench.store->damaged(), std::vector<std::string>{bad});
    EXPECT_EQ(bench.store->get(bad).error().code, ErrorCode::corrupt);
    EXPECT_EQ(bench.store->set_state(bad, "applied").error().code, ErrorCode::corrupt);
    EXPECT_EQ(must(bench.store->get("")).id, good);
    must(bench.store->set_state(bad, "discarded"));
    EXPECT_EQ(bench.store->get(bad).error().code, ErrorCode::not_found);
}

TEST_F(Proposals, AreNobodyElsesToRead) {
    must(bench.store->add(sample("x")));
    struct stat info {};
    const std::string directory = bench.repository->common_dir() + "/rfsn";
    ASSERT_EQ(stat(directory.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    ASSERT_EQ(stat((directory + "/state.db").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

}  // namespace
}  // namespace rfsn
