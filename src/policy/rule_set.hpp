// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "base/result.hpp"

// The rules of config/policy/rules.yaml, ready to use.
namespace rfsn::policy {

/// Regular expressions whose matches are counted together. Thread safe.
class Patterns {
   public:
    [[nodiscard]] base::Result<void> add(const std::string& pattern);
    [[nodiscard]] std::size_t count(std::string_view text) const;
    /// The first line of `text` that matches, or "".
    [[nodiscard]] std::string_view first_line(std::string_view text) const;
    [[nodiscard]] bool matches(std::string_view text) const;

   private:
    std::vector<std::unique_ptr<re2::RE2>> expressions_;
};

enum class Unless { never, diagnosed, line_ends };
struct PathRule {
    std::string id, reason;
    std::vector<std::string> globs, except;
    bool model_only = false;
    Unless unless = Unless::never;
};

enum class Comments { none, c, hash, python };
struct Language {
    std::string id;
    std::vector<std::string> files;
    Comments comments = Comments::none;
    Patterns tests, assertions;
};

struct CountRule {
    std::string id, reason;
    bool raw = false;  ///< comments count, too
    Patterns patterns;
};

struct RuleSet {
    std::vector<std::pair<std::string, std::string>> reasons;  ///< every rule, in the order of the file
    std::vector<PathRule> paths;
    std::vector<std::string> test_files;
    std::vector<Language> languages;
    std::vector<CountRule> not_more;
    Patterns generated;

    /// "" for an id that is not there.
    [[nodiscard]] std::string reason(std::string_view id) const;
    [[nodiscard]] const Language* language(std::string_view folded_path) const;
    [[nodiscard]] bool is_test_file(std::string_view folded_path) const;
};

/// The rules compiled in, read at the first call. Errors: internal (then nothing may be allowed).
[[nodiscard]] const base::Result<RuleSet>& rule_set();

}  // namespace rfsn::policy
