// SPDX-License-Identifier: MIT
// The tables of tests/fixtures/integrity: changes as data, each with what has to be said of it, over all languages.
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "base/doc.hpp"
#include "policy/integrity.hpp"
#include "policy/policy.hpp"

namespace rfsn::policy {
namespace {

using Bases = std::map<std::string, std::string>;

base::DocNode table(const std::string& name) {
    const std::string path = std::string(RFSN_SOURCE_DIR) + "/tests/fixtures/integrity/" + name;
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    auto parsed = base::parse_doc(base::DocFormat::yaml, text.str());
    if (!parsed) {
        ADD_FAILURE() << path << ":" << parsed.error().at.line << ": " << parsed.error().message;
        return {};
    }
    return *parsed;
}
Bases bases_of(const base::DocNode& root) {
    Bases bases;
    for (const auto& [name, text] : root.find("bases")->entries) {
        bases[name] = text.text;
    }
    return bases;
}

/// "base" or "before", then "edit" (pairs of a text and what comes in its place), "append", "prepend", "after" or
/// "gone".
StagedChange change_of(const base::DocNode& node, const Bases& bases, const std::string& name) {
    StagedChange change{node.string_or("path", ""), node.string_or("old", ""), std::nullopt, std::nullopt};
    if (const auto* base = node.find("base"); base != nullptr) {
        change.before = bases.at(base->text);
    } else if (const auto* before = node.find("before"); before != nullptr) {
        change.before = before->text;
    }
    if (node.bool_or("gone", false)) {
        return change;
    }
    std::string after = node.find("after") != nullptr ? node.find("after")->text : change.before.value_or("");
    const auto edits = node.strings("edit");
    for (std::size_t i = 0; i + 1 < edits.size(); i += 2) {
        const auto at = after.find(edits[i]);
        if (at == std::string::npos) {
            ADD_FAILURE() << name << ": no '" << edits[i] << "' in it";
            break;
        }
        after.replace(at, edits[i].size(), edits[i + 1]);
    }
    change.after = node.string_or("prepend", "") + after + node.string_or("append", "");
    EXPECT_NE(change.before, change.old_path.empty() ? change.after : std::nullopt) << name << " changes nothing";
    return change;
}
std::vector<StagedChange> changes_of(const base::DocNode& one, const Bases& bases) {
    const std::string name = one.string_or("name", "?");
    std::vector<StagedChange> changes;
    if (const auto* files = one.find("files"); files != nullptr) {
        for (const auto& file : files->items) {
            changes.push_back(change_of(file, bases, name));
        }
    } else {
        changes.push_back(change_of(one, bases, name));
    }
    return changes;
}

TEST(IntegrityTables, SeeEveryBypass) {
    const auto root = table("bypasses.yaml");
    ASSERT_NE(root.find("cases"), nullptr);
    const Bases bases = bases_of(root);
    for (const auto& one : root.find("cases")->items) {
        const auto found = weakenings(changes_of(one, bases));
        const std::string rule = one.string_or("rule", "");
        EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                                [&](const auto& is) { return !is.noted && (rule.empty() || is.rule == rule); }))
            << one.at.line << ": " << one.string_or("name", "?") << (found.empty() ? "" : ": " + found[0].message);
    }
}

TEST(IntegrityTables, LetInnocentsPass) {
    const auto root = table("innocents.yaml");
    ASSERT_NE(root.find("cases"), nullptr);
    const Bases bases = bases_of(root);
    for (const auto& one : root.find("cases")->items) {
        std::string told;
        for (const auto& is : weakenings(changes_of(one, bases))) {
            told +=
                (is.noted ? ""
                          : "\n    " + is.path + ":" + std::to_string(is.line) + ": " + is.rule + ": " + is.message);
        }
        EXPECT_EQ(told, "") << one.at.line << ": " << one.string_or("name", "?");
    }
}

TEST(IntegrityTables, HoldProposalsToTheSame) {
    const auto root = table("proposals.yaml");
    ASSERT_NE(root.find("cases"), nullptr);
    const Bases bases = bases_of(root);
    for (const auto& one : root.find("cases")->items) {
        std::vector<Change> changes;
        for (auto& staged : changes_of(one, bases)) {
            Change change;
            change.edit.path = staged.path;
            if (staged.before) {
                change.edit.old_blob = "1111";
                change.before = *staged.before;
                change.old_mode = model::FileMode::regular;
            }
            change.edit.deletes = !staged.after;
            change.edit.content = staged.after.value_or("");
            changes.push_back(std::move(change));
        }
        const std::string rule = one.string_or("rule", "");
        std::string told;
        bool refused = false;
        for (const auto& verdict : judge(changes, model::ProposalSource::model, Limits{}, {})) {
            refused = refused || (!verdict.allowed && (rule == "any" || verdict.rule == rule));
            told += verdict.allowed ? "" : "\n    " + verdict.rule + ": " + verdict.reason;
        }
        if (rule.empty()) {
            EXPECT_EQ(told, "") << one.at.line << ": " << one.string_or("name", "?");
        } else {
            EXPECT_TRUE(refused) << one.at.line << ": " << one.string_or("name", "?") << told;
        }
    }
}

}  // namespace
}  // namespace rfsn::policy
