// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

/// A tool's words for how bad it is, out of the `severity` and `blocking` keys of a parser's file.
struct SeverityRules {
    model::Severity fallback = model::Severity::error;
    std::string from = "severity";  ///< the field whose text decides where a tool has no word of its own
    std::map<std::string, model::Severity, std::less<>> words;
    std::vector<model::Severity> blocking{model::Severity::error, model::Severity::warning};

    /// By the longest known word that `text` starts with, letter case aside: "fatal error" by "fatal", "e501" by "e".
    [[nodiscard]] model::Severity of(std::string_view text) const;
    [[nodiscard]] bool blocks(model::Severity severity) const;
};

/// `doc` is the whole file; `name` is said in errors. Errors: config.
[[nodiscard]] base::Result<SeverityRules> load_severity(std::string_view name, const base::DocNode& doc);

/// "NAME:LINE:COLUMN: message"
[[nodiscard]] tl::unexpected<base::Error> wrong_rule(std::string_view name, const base::DocNode& node,
                                                     std::string_view message);
/// Errors: config, for a key that is not among `known`.
[[nodiscard]] base::Result<void> check_rule_keys(std::string_view name, const base::DocNode& node,
                                                 const std::vector<std::string>& known);

}  // namespace rfsn::check
