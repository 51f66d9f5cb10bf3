// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <re2/re2.h>
#include <re2/set.h>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "check/parse_severity.hpp"
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
    append,  ///< message and test are appended, line by line; other groups as `last`
    note,    ///< a note of its own
    drop,    ///< nothing
    stop,    ///< as `first`, and nothing follows any more
    rest,    ///< nothing, and so are all lines up to the block's end: they are the program's own output
    again,   ///< another cause follows: the message that comes replaces the one so far
};

struct FollowRule {
    LinePattern match;
    LinePattern unless;  ///< with it, a line that it matches is none
    Keep keep = Keep::first;
    std::string unset;  ///< with it, a line is one only as long as nothing was captured under this name
    std::string separator = "\n";
};

enum class PatternKind {
    finding,
    note,     ///< attached to the finding before it
    before,   ///< a note kept for the next finding ("required from here")
    carry,    ///< what it captures holds for the findings to come (the file of eslint's stylish form, the running test)
    skip,     ///< a line that looks like a finding and is none
    section,  ///< from here on the patterns `within` its name are looked at
    enter,    ///< make's "Entering directory": relative paths start there
    leave,
    failed,  ///< names a test that failed, for patterns that are `only_failed`
};

struct TextPattern {
    PatternKind kind = PatternKind::finding;
    LinePattern start;
    LinePattern unless;
    std::vector<FollowRule> follow;
    LinePattern until;                ///< with it, lines that nothing matches are passed over until one that it matches
    std::vector<LinePattern> refine;  ///< the first that matches the message's whole text sets what it captures
    std::vector<std::string> require;
    std::map<std::string, std::string, std::less<>> constants;  ///< test, severity, code, message ("{test}: {message}")
    std::string within;  ///< a section's name; with "!" in front, any other section
    std::string section;
    std::string group;       ///< findings whose summaries are left out: those of their test, or of their `owner`
    std::string summary_of;  ///< a summary's group
    std::optional<std::uint32_t> column_base;
    std::size_t max_lines = 400;
    bool only_failed = false;
    bool dedent = false;      ///< the blanks in front of the message's first line go from all of its lines
    bool interrupts = false;  ///< starts also inside another finding's lines
    bool clear = false;       ///< of carry: forgets what was carried before
};

struct TextParser::Rules {
    ColumnUnit unit = ColumnUnit::bytes;
    std::uint32_t column_base = 1;
    bool backslashes = false;
    bool class_files = false;  ///< a file without a directory is one of the class in `frame`
    bool end_exclusive = true;
    SeverityRules severity;
    std::vector<TextPattern> patterns;
    std::unique_ptr<RE2::Set> starts;  ///< says in one pass which patterns a line may start
};

/// The rules of another parser by its name, for `include`; nullptr if there is none.
using RuleLookup = std::function<const base::DocNode*(std::string_view name)>;

[[nodiscard]] base::Result<std::unique_ptr<TextParser::Rules>> load_rules(std::string_view name,
                                                                          const base::DocNode& doc,
                                                                          const RuleLookup& lookup);

}  // namespace rfsn::check
