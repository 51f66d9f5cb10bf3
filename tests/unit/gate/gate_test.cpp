// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "gate/consent.hpp"
#include "gate/fix.hpp"
#include "gate/propose.hpp"
#include "gate/prover.hpp"
#include "gate/survey.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::gate {
namespace {

class Gate : public testing::Test {
   protected:
    std::unique_ptr<Session> open() {
        OpenRequest request;
        request.directory = repo.path();
        request.env = base::Environment::of_process();
        request.env.set("HOME", home.path());
        request.runner = &runner;
        auto session = Session::open(std::move(request));
        EXPECT_TRUE(session) << session.error().describe();
        return session ? std::move(*session) : nullptr;
    }
    static CheckRequest request(std::vector<std::string> only = {"builtin"}) {
        CheckRequest asked;
        asked.choice.only = std::move(only);
        return asked;
    }

    test::TempRepo repo;
    test::TempRepo home;
    base::PosixProcessRunner runner;
};

TEST_F(Gate, JudgesTheIndexAndNotTheWorkTree) {
    repo.stage("a.txt", "good\n");
    repo.write("a.txt", "bad \n");
    auto session = open();
    auto judged = judge(*session, request());
    ASSERT_TRUE(judged) << judged.error().describe();
    EXPECT_EQ(make_report(*session, **judged).exit_code, 0);
    repo.stage("a.txt", "bad \n");
    repo.write("a.txt", "good\n");
    session = open();
    judged = judge(*session, request());
    ASSERT_TRUE(judged);
    const auto report = make_report(*session, **judged);
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(report.verdict, model::Verdict::blocked);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].path, "a.txt");
}

TEST_F(Gate, FilesThatAreExcludedStayPartOfTheTree) {
    repo.stage(".rfsn.yaml", "exclude: [\"gen/**\"]\n");
    repo.stage("gen/x.txt", "bad \n");
    repo.stage("a.txt", "good\n");
    auto session = open();
    const auto judged = judge(*session, request());
    ASSERT_TRUE(judged) << judged.error().describe();
    EXPECT_EQ(make_report(*session, **judged).exit_code, 0);
    EXPECT_EQ((*judged)->snapshot.files.size(), 2U);
    const auto entry = (*judged)->view->find("gen/x.txt");
    ASSERT_TRUE(entry);
    EXPECT_TRUE(entry->has_value());
}

TEST_F(Gate, UnknownNamesAreUsageErrorsWithTheNearest) {
    repo.stage("a.txt", "x\n");
    auto session = open();
    const auto judged = judge(*session, request({"check-yml"}));
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, base::ErrorCode::usage);
    EXPECT_NE(judged.error().message.find("check-yaml"), std::string::npos);
}

TEST_F(Gate, TheProverSeesTheEditAndNothingElse) {
    repo.stage("a.txt", "bad \n");
    repo.stage("b.json", "{\"a\": 1}\n");
    auto session = open();
    const auto judged = judge(*session, request());
    ASSERT_TRUE(judged);
    const auto* file = &(*judged)->whole.files[0];
    CheckProver prover(*session, **judged);
    model::FixProposal good;
    good.checks = {"trailing-whitespace"};
    good.edits = {{"a.txt", file->blob, file->mode, "good\n", false}};
    auto proof = prover.prove(good);
    ASSERT_TRUE(proof) << proof.error().describe();
    const auto delta = [&](const std::string& id) {
        for (const auto& one : proof->checks) {
            if (one.check == id) {
                return one;
            }
        }
        return model::CheckDelta{};
    };
    EXPECT_EQ(delta("trailing-whitespace").before, model::RunState::blocked);
    EXPECT_EQ(delta("trailing-whitespace").after, model::RunState::passed);

    // It turns its own check green and another one red: the proof says so.
    const auto* json = &(*judged)->whole.files[1];
    model::FixProposal bad = good;
    bad.edits.push_back({"b.json", json->blob, json->mode, "{\"a\": 1,}\n", false});
    proof = prover.prove(bad);
    ASSERT_TRUE(proof);
    EXPECT_EQ(delta("check-json").before, model::RunState::passed);
    EXPECT_EQ(delta("check-json").after, model::RunState::blocked);
    const auto summary = verify_and_store(*session, **judged, bad, {});
    ASSERT_TRUE(summary) << summary.error().describe();
    EXPECT_FALSE(summary->proven);
    EXPECT_NE(summary->refusal.find("check-json"), std::string::npos);
}

TEST_F(Gate, FixersMakeOneProvenProposal) {
    repo.stage("a.txt", "bad \n\n\n");
    auto session = open();
    const auto judged = judge(*session, request());
    ASSERT_TRUE(judged);
    const auto proposed = propose_from_fixers(*session, **judged);
    ASSERT_TRUE(proposed) << proposed.error().describe();
    ASSERT_EQ(proposed->proposals.size(), 1U);
    EXPECT_TRUE(proposed->proposals[0].proven) << proposed->proposals[0].refusal;
    EXPECT_NE(proposed->proposals[0].diff.find("+bad\n"), std::string::npos);
    EXPECT_EQ(repo.read("a.txt"), "bad \n\n\n");
}

TEST_F(Gate, NoEndpointNoRequest) {
    config::LlmSettings settings;
    EXPECT_TRUE(why_no_endpoint(settings));
    settings.base_url = "http://127.0.0.1:1/v1";
    settings.model = "m";
    EXPECT_NE(why_no_endpoint(settings).value_or("").find("llm enable"), std::string::npos);
    settings.enabled = true;
    EXPECT_FALSE(why_no_endpoint(settings));
}

TEST_F(Gate, ConsentIsForOneEndpoint) {
    const std::string state = home.path() + "/state";
    config::LlmSettings settings;
    settings.base_url = "http://a/v1";
    settings.model = "m";
    config::LlmSettings other = settings;
    other.base_url = "http://a/v2";
    config::LlmSettings more = settings;
    more.providers["second"].base_url = "https://b/v1";
    more.providers["second"].model = "m";
    more.order = {"main", "second"};
    EXPECT_FALSE(consent_given(state, settings));
    ASSERT_TRUE(give_consent(state, "http://a/v1"));
    EXPECT_TRUE(consent_given(state, settings));
    EXPECT_FALSE(consent_given(state, other));
    EXPECT_FALSE(consent_given(state, more));
    EXPECT_FALSE(consent_given(state, {}));
    ASSERT_TRUE(withdraw_consent(state));
    EXPECT_FALSE(consent_given(state, settings));
    EXPECT_FALSE(give_consent("", "http://a/v1"));
}

TEST_F(Gate, ExplainKnowsChecksCodesAndRules) {
    buildpack::Registry registry;
    for (const char* word : {"trailing-whitespace", "TW", "black", "github-pat"}) {
        EXPECT_TRUE(explain(registry, word)) << word;
    }
    const auto unknown = explain(registry, "blakc");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("black"), std::string::npos);
}

TEST_F(Gate, TheSurveyReadsTheIndexTree) {
    repo.stage("pyproject.toml", "[project]\nname = \"x\"\n");
    repo.stage("x.py", "x = 1\n");
    repo.write("go.mod", "module x\n");  // not staged
    auto session = open();
    const auto found = survey(*session);
    ASSERT_TRUE(found) << found.error().describe();
    EXPECT_EQ(found->packs, std::vector<std::string>{"python"});
    ASSERT_EQ(found->projects.size(), 1U);
    EXPECT_EQ(found->projects[0].project.root, ".");
}

}  // namespace
}  // namespace rfsn::gate
