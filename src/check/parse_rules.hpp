// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "check/parse_text.hpp"

namespace rfsn::check {

/// A regex with its named groups, by number.
struct LinePattern {
    std::unique_ptr<RE2> re;
    std::vector<std::pair<int, std::string>> groups;
};

/// What a line that may follow a start does with what it captures.
enum class Keep {
    first,   ///< the first such line wins
    last,    ///< the last such line wins
    append,  ///< text is appended, line by line; other groups as `last`
    note,    ///< a note of its own
};

struct FollowRule {
    LinePattern match;
    Keep keep = Keep::first;
};

enum class PatternKind {
    finding,
    note,    ///< attached to the finding before it
    before,  ///< a note kept for the next finding ("required from here")
    file,    ///< a line that names the file of what comes (eslint's stylish form)
    skip,    ///< a line that looks like a finding and is none
};

struct TextPattern {
    PatternKind kind = PatternKind::finding;
    LinePattern start;
    std::vector<FollowRule> follow;
    LinePattern until;  ///< with it, lines that nothing matches are passed over until one that it matches
    std::vector<std::string> require;
    std::map<std::string, std::string, std::less<>> constants;  ///< severity, code, message ("{test}: {message}")
    std::size_t max_lines = 400;
};

struct TextParser::Rules {
    ColumnUnit unit = ColumnUnit::bytes;
    std::uint32_t column_base = 1;
    bool backslashes = false;
    bool end_exclusive = true;
    std::vector<model::Severity> blocking;
    model::Severity fallback = model::Severity::error;
    std::string severity_from = "severity";
    std::map<std::string, model::Severity, std::less<>> severities;
    std::vector<TextPattern> patterns;
};

[[nodiscard]] base::Result<std::unique_ptr<TextParser::Rules>> load_rules(std::string_view name,
                                                                          const base::DocNode& doc);

}  // namespace rfsn::check
