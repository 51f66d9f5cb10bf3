// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secrets/char_class.hpp"
#include "secrets/pattern.hpp"

namespace rfsn::secrets {

/// How the text after an anchor is read.
enum class Reader {
    body,       ///< a run of one alphabet
    pattern,    ///< PCRE2 on a bounded window
    key_block,  ///< PEM, PuTTY
    url,        ///< scheme://user:password@host
};

/// One rule of config/secrets/rules.yaml.
struct Rule {
    std::string id;
    std::string description;
    std::vector<std::string> anchors;  ///< literal, case-sensitive
    Reader reader = Reader::body;
    CharClass body;
    std::size_t min = 0;  ///< bytes after the anchor
    std::size_t max = 0;
    std::string pattern;
    std::size_t before = 0;          ///< window of a pattern: bytes before the anchor ...
    std::size_t window = 256;        ///< ... and from its start
    std::string check;               ///< of structure.hpp
    bool check_decides = false;      ///< failing the check means no hit, not a doubt
    bool has_digit = false;          ///< a body without a digit is a word
    bool guessable = false;          ///< a person chose it: no hash of it is shown
    bool inside_word = false;        ///< the anchor is a name, which may be part of a longer one
    bool redact_only = false;        ///< too common to block a commit, but never sent out
    std::vector<std::string> known;  ///< hashes (as Hit::hash) of values that their owners published

    /// The compiled pattern, made on first use. Thread safe. nullptr if it does not compile.
    [[nodiscard]] const Pattern* compiled() const;

   private:
    struct Lazy {
        std::once_flag once;
        std::optional<Pattern> pattern;
    };
    std::unique_ptr<Lazy> lazy_ = std::make_unique<Lazy>();
};

/// The compiled-in rules, the more specific first; read on first use. Errors: invalid, if the data is wrong.
[[nodiscard]] const base::Result<std::vector<Rule>>& rule_set();

/// Reads the JSON form of a rules file. Errors: invalid, naming the rule.
[[nodiscard]] base::Result<std::vector<Rule>> parse_rules(std::string_view json);

}  // namespace rfsn::secrets
