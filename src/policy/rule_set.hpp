// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "policy/source_text.hpp"

// The rules of config/policy/rules.yaml, ready to use.
namespace rfsn::policy {

/// Regular expressions whose matches are counted together, compiled when they are first asked. Thread safe.
class Patterns {
   public:
    Patterns();
    Patterns(Patterns&&) noexcept;
    Patterns& operator=(Patterns&&) noexcept;
    Patterns(const Patterns&) = delete;
    Patterns& operator=(const Patterns&) = delete;
    ~Patterns();

    void add(const std::string& pattern);
    /// Errors: internal (a pattern that is none), naming it.
    [[nodiscard]] base::Result<void> check() const;
    [[nodiscard]] std::size_t count(std::string_view text) const;
    struct Hit {
        std::size_t begin = 0, end = 0;
        std::string_view name;  ///< of the first group that took part, or empty
    };
    /// Every match, by position.
    [[nodiscard]] std::vector<Hit> all(std::string_view text) const;
    /// The first line of `text` that matches, or "".
    [[nodiscard]] std::string_view first_line(std::string_view text) const;
    [[nodiscard]] bool matches(std::string_view text) const;

   private:
    struct Compiled;
    [[nodiscard]] const Compiled& compiled() const;
    std::vector<std::string> sources_;
    std::unique_ptr<Compiled> compiled_;
};

enum class Unless { never, diagnosed, line_ends };
struct PathRule {
    std::string id, reason;
    std::vector<std::string> globs, except;
    bool model_only = false;
    Unless unless = Unless::never;
};

/// What belongs to a test after the place where its name stands.
enum class Extent { none, indent, braces, parens };

struct Language {
    std::string id;
    std::vector<std::string> files;
    Syntax syntax = Syntax::none;
    Extent extent = Extent::none;
    std::vector<std::string> collected;  ///< globs of the files whose tests a runner finds; empty: names do not decide
    std::vector<std::string> ignored;    ///< globs of files that a runner passes over all the same
    Patterns tests, units, assertions, weak, trivial, cases;
};

struct CountRule {
    std::string id, reason;
    bool raw = false;  ///< comments count, too
    bool outside_tests = false;
    std::vector<std::string> files;  ///< globs; empty: every file
    Patterns patterns;
};

struct RuleSet {
    std::vector<std::pair<std::string, std::string>> reasons;  ///< every rule, in the order of the file
    std::vector<PathRule> paths;
    std::vector<std::string> test_files;
    std::vector<Language> languages;
    std::vector<CountRule> not_more;
    Patterns generated;
    Patterns skips;      ///< the patterns of skipped-test
    Patterns narrowing;  ///< what leaves all other tests out
    Patterns run_faked;
    Patterns equal_to_all;                        ///< operators that answer the same for everything
    Patterns neutralised;                         ///< what keeps a test's assertions from counting
    std::vector<std::string> integrity;           ///< ids of the rules over a change
    std::set<std::string, std::less<>> disabled;  ///< ids that are not asked; empty outside of tests

    /// "" for an id that is not there.
    [[nodiscard]] std::string reason(std::string_view id) const;
    [[nodiscard]] bool asks(std::string_view id) const { return disabled.count(id) == 0; }
    [[nodiscard]] const Language* language(std::string_view folded_path) const;
    [[nodiscard]] bool is_test_file(std::string_view folded_path) const;
};

/// A file of config/policy. Errors: internal.
[[nodiscard]] base::Result<base::DocNode> rule_document(std::string_view name);
/// Errors: internal.
[[nodiscard]] base::Result<RuleSet> read_rules(const base::DocNode& root);
/// The rules compiled in, read at the first call. Errors: internal (then nothing may be allowed).
[[nodiscard]] const base::Result<RuleSet>& rule_set();

}  // namespace rfsn::policy
