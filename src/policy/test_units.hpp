// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/claim.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// One test: a function, a method, an it(...).
struct TestUnit {
    std::string name;
    std::size_t line = 0;
    std::size_t begin = 0, end = 0;  ///< bytes, with the attributes above it
    std::size_t assertions = 0;      ///< that say something
    std::size_t weak = 0;            ///< of them, those that hold for almost anything
    std::size_t skips = 0;
    std::size_t cases = 0;
    std::size_t neutralised = 0;         ///< what keeps assertions from counting
    std::size_t rows = 0;                ///< values in a table of parameters
    std::vector<std::string> row_texts;  ///< of tables, each on a line, squeezed
    std::size_t conditions = 0;          ///< of the preprocessor around it
    std::size_t exits = 0;               ///< under a condition, with assertions below
    std::size_t early_returns = 0;       ///< below a condition
    std::size_t unreached = 0;           ///< assertions below a return that nothing guards
    bool is_async = false;
    bool leaves_early = false;        ///< it returns before its first statement
    std::vector<std::string> lines;   ///< its code, squeezed, sorted
    std::vector<std::string> checks;  ///< squeezed lines with assertions, in order
    std::vector<Claim> claims;        ///< what they say, as far as it could be read
    std::vector<std::string> muted;   ///< squeezed lines with assertions that cannot fail the test
    std::vector<std::pair<std::string, std::string>> guarded;  ///< checks with the condition that they stand under
    std::string words;                                         ///< its code, for what it mentions
    std::string body;                                          ///< the same with its strings
};

/// A source file as the rules about tests see it.
struct TestFile {
    const Language* language = nullptr;
    SourceViews views;
    std::vector<TestUnit> units;
    std::size_t assertions = 0;                  ///< in the whole file
    std::size_t outside = 0;                     ///< of them, those in no test: helpers
    std::map<std::string, std::size_t> helpers;  ///< functions outside of tests that assert, with how often
    std::vector<std::string> lines;              ///< all, squeezed: what tables hold
    std::size_t outer_skips = 0;                 ///< skips in no test: of classes, groups and the file
    std::vector<Patterns::Hit> narrowed;         ///< ".only" and its kind, which leave the other tests out
};
/// `is_test`: its name says so; else only its units are looked for.
[[nodiscard]] TestFile read_tests(const RuleSet& rules, const Language& language, std::string_view content,
                                  bool is_test);

/// How much of two tests' code is the same, 0 to 1.
[[nodiscard]] double similarity(const TestUnit& a, const TestUnit& b);

}  // namespace rfsn::policy
