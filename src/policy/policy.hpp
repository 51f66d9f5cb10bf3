// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/patch.hpp"
#include "model/snapshot.hpp"

namespace rfsn::policy {

/// One path of a tree diff with both contents.
struct Change {
    model::FileEdit edit;
    std::string before;  ///< content of old_blob; empty for a creation
    model::FileMode old_mode = model::FileMode::none;
};
struct Limits {
    std::size_t lines = 40;  ///< added and removed ones together
    std::size_t files = 3;
    std::size_t hunks = 6;  ///< as git counts them, with three lines of context
    /// Paths that a failing check named: files that are executed or configure a check may be edited only then.
    std::vector<std::string> diagnosed;
    /// Lines of them that it named, 1-based; 0: it named none.
    std::map<std::string, std::vector<std::size_t>> diagnosed_lines;
    /// Whether text holds a secret; empty: not asked.
    std::function<bool(std::string_view)> contains_secret;
};
/// Every rule that had something to say, refusals first; a proposal passes if all are allowed. Fixers get the path and
/// mode rules only; `offered` are the paths a model was shown (empty: not restricted). Thread safe.
[[nodiscard]] std::vector<model::PolicyVerdict> judge(const std::vector<Change>& changes, model::ProposalSource source,
                                                      const Limits& limits, const std::vector<std::string>& offered);
[[nodiscard]] bool allowed(const std::vector<model::PolicyVerdict>& verdicts);
/// Whether a path is a test's, by the rules' patterns for the languages; no case is distinguished.
[[nodiscard]] bool is_test_path(std::string_view path);
/// Added and removed lines together, as the size of a change is counted.
[[nodiscard]] std::size_t changed_lines(std::string_view before, std::string_view after);
/// Whether the rule over paths with this id names a path; true if the rules cannot be read.
[[nodiscard]] bool is_named_by(std::string_view id, std::string_view path);
/// How a language shows what belongs together.
enum class Layout { none, indentation, braces };
struct CodeView {
    Layout layout = Layout::none;
    bool lines_end_statements = false;
    std::string code;  ///< comments and the contents of strings blanked; lines and offsets as they are
};
/// By the language that the path's name says; `none` for others.
[[nodiscard]] CodeView code_view(std::string_view path, std::string_view content);
/// Ids of all rules with their reasons, for `explain`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> rules();

}  // namespace rfsn::policy
