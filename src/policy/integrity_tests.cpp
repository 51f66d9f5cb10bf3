// SPDX-License-Identifier: MIT
// Tests of both sides of a change, found again where they were moved or renamed.
#include <algorithm>
#include <map>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/integrity.hpp"
#include "policy/muted_code.hpp"
#include "policy/path_rules.hpp"
#include "policy/test_units.hpp"
#include "policy/weaker_test.hpp"

namespace rfsn::policy {
namespace {

constexpr std::size_t max_source = std::size_t{4} << 20;
constexpr std::size_t max_pairs = 4'000'000;
constexpr double same_file_similarity = 0.5;
constexpr double other_file_similarity = 0.65;

struct Candidate {
    std::size_t file = 0;  ///< index of the change
    TestUnit* unit = nullptr;
    Candidate* match = nullptr;
};

/// One change read on both sides.
struct Pair {
    const StagedChange* change = nullptr;
    TestFile before, after;
    bool is_test = false;
};

bool runs(const Language& language, const std::string& path) {
    return (language.collected.empty() || base::glob_match_any(language.collected, path)) &&
           !base::glob_match_any(language.ignored, path);
}

/// Names that code defines, outside of its tests.
void definitions(const TestFile& file, std::set<std::string>& names) {
    static const re2::RE2 keyword(
        R"(\b(?:def|class|func|fn|function|struct|enum|trait|interface|type|record|const|let|var|val|fun|static|mod|object|namespace|macro_rules!|#[ \t]*define)[ \t]+(?:\([^)\n]*\)[ \t]*)?(\w{3,}))");
    static const re2::RE2 method(R"((\w{3,})[ \t]*\([^;{}()]*(?:\([^()]*\)[^;{}()]*)*\)[^;{}()=]*\{)");
    static const std::set<std::string_view> words{"while", "switch", "catch", "for",     "else",        "return",
                                                  "with",  "using",  "lock",  "foreach", "synchronized"};
    std::string code = file.views.code;
    for (const auto& unit : file.units) {
        std::fill(code.begin() + static_cast<std::ptrdiff_t>(unit.begin),
                  code.begin() + static_cast<std::ptrdiff_t>(unit.end), ' ');
    }
    for (const auto* pattern : {&keyword, &method}) {
        re2::StringPiece rest(code);
        std::string name;
        while (re2::RE2::FindAndConsume(&rest, *pattern, &name)) {
            if (words.count(name) == 0) {
                names.insert(name);
            }
        }
    }
}

class Matcher {
   public:
    explicit Matcher(std::vector<Pair>& pairs) : pairs_(pairs) {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            for (auto& unit : pairs[i].before.units) {
                before_.push_back({i, &unit, nullptr});
            }
            for (auto& unit : pairs[i].after.units) {
                after_.push_back({i, &unit, nullptr});
            }
        }
    }

    std::vector<Candidate>& run() {
        by_name();
        by_code();
        return before_;
    }

   private:
    void join(Candidate& before, Candidate& after) {
        before.match = &after;
        after.match = &before;
    }
    [[nodiscard]] const Language* language(const Candidate& candidate) const {
        const auto& pair = pairs_[candidate.file];
        return pair.before.language != nullptr ? pair.before.language : pair.after.language;
    }

    void by_name() {
        std::map<std::pair<std::size_t, std::string>, std::vector<Candidate*>> in_file;
        std::map<std::string, std::vector<Candidate*>> anywhere;
        for (auto& candidate : after_) {
            in_file[{candidate.file, candidate.unit->name}].push_back(&candidate);
            anywhere[candidate.unit->name].push_back(&candidate);
        }
        for (auto& candidate : before_) {
            auto& same = in_file[{candidate.file, candidate.unit->name}];
            if (!same.empty()) {
                // Of several with one name, the one that changed least.
                const auto best =
                    std::max_element(same.begin(), same.end(), [&](const Candidate* a, const Candidate* b) {
                        return similarity(*candidate.unit, *a->unit) < similarity(*candidate.unit, *b->unit);
                    });
                join(candidate, **best);
                same.erase(best);
            }
        }
        for (auto& candidate : before_) {
            if (candidate.match != nullptr) {
                continue;
            }
            for (auto* other : anywhere[candidate.unit->name]) {
                if (other->match == nullptr && language(*other) == language(candidate) &&
                    (candidate.unit->name.size() >= 12 || similarity(*candidate.unit, *other->unit) >= 0.3)) {
                    join(candidate, *other);
                    break;
                }
            }
        }
    }

    void by_code() {
        std::size_t pairs = 0;
        for (auto& candidate : before_) {
            if (candidate.match != nullptr) {
                continue;
            }
            Candidate* best = nullptr;
            double most = 0;
            for (auto& other : after_) {
                if (other.match != nullptr || language(other) != language(candidate) || ++pairs > max_pairs) {
                    continue;
                }
                const double alike = similarity(*candidate.unit, *other.unit);
                const double least = other.file == candidate.file ? same_file_similarity : other_file_similarity;
                if (alike >= least && alike > most) {
                    most = alike;
                    best = &other;
                }
            }
            if (best != nullptr) {
                join(candidate, *best);
            }
        }
    }

    std::vector<Pair>& pairs_;
    std::vector<Candidate> before_, after_;
};

bool mentions(const std::string& code, const std::set<std::string>& names) {
    std::string word;
    for (std::size_t i = 0; i <= code.size(); ++i) {
        const char c = i < code.size() ? code[i] : ' ';
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
            continue;
        }
        if (word.size() >= 3 && names.count(word) != 0) {
            return true;
        }
        word.clear();
    }
    return false;
}

class Judge {
   public:
    Judge(const RuleSet& rules, std::vector<Pair>& pairs, std::vector<Weakening>& found)
        : rules_(rules), pairs_(pairs), found_(found) {}

    void run() {
        Matcher matcher(pairs_);
        auto& units = matcher.run();
        Checks checks;
        std::map<std::string, std::size_t> old_lines;
        for (const auto& pair : pairs_) {
            checks.add(pair.before, true);
            checks.add(pair.after, false);
            for (const auto& line : pair.before.lines) {
                ++old_lines[line];
            }
        }
        for (const auto& pair : pairs_) {
            for (const auto& line : pair.after.lines) {
                auto old = old_lines.find(line);
                if (old != old_lines.end() && old->second > 0) {
                    --old->second;
                } else if (pair.is_test || !pair.after.units.empty()) {
                    checks.new_lines.insert(line);
                }
            }
        }
        std::map<std::size_t, std::vector<const TestUnit*>> removed;
        for (const auto& candidate : units) {
            if (candidate.match == nullptr) {
                if (!is_about_what_is_gone(*candidate.unit) && !is_empty_suite(candidate) &&
                    !is_carried_on(*candidate.unit, checks)) {
                    removed[candidate.file].push_back(candidate.unit);
                }
                continue;
            }
            compare(candidate, checks);
        }
        for (const auto& [file, tests] : removed) {
            report_removed(file, tests);
        }
        for (const auto& pair : pairs_) {
            judge_file(pair);
        }
    }

   private:
    void add(const char* rule, const std::string& path, std::size_t line, const std::string& what) {
        if (rules_.asks(rule)) {
            found_.push_back({rule, path, line, rules_.reason(rule) + ": " + what, false, std::nullopt});
        }
    }
    /// Whether a test is about something that the change takes away.
    bool is_about_what_is_gone(const TestUnit& unit) {
        if (!read_) {
            read_ = true;
            std::set<std::string> defined_after;
            for (const auto& pair : pairs_) {
                if (!pair.is_test) {
                    definitions(pair.before, gone_);
                    definitions(pair.after, defined_after);
                }
            }
            for (const auto& name : defined_after) {
                gone_.erase(name);
            }
        }
        return mentions(unit.words, gone_);
    }
    /// Whether a test only started what another framework had found, and nothing in its folder is for that any more.
    [[nodiscard]] bool is_empty_suite(const Candidate& candidate) const {
        static const re2::RE2 starts(R"(\b(?:RunSpecs|suite\.Run)\()");
        static const re2::RE2 specs(
            R"((?m)^\s*(?:var\s+_\s*=\s*)?(?:Describe|Context|It|DescribeTable)\(|^func\s+\(\w+\s+\*?\w+\)\s+Test\w+\(\))");
        if (!re2::RE2::PartialMatch(candidate.unit->words, starts)) {
            return false;
        }
        const auto folder = [](const std::string& path) { return path.substr(0, path.rfind('/') + 1); };
        const std::string here = folder(pairs_[candidate.file].change->path);
        bool had = false;
        for (const auto& pair : pairs_) {
            if (folder(pair.change->path) == here && pair.is_test) {
                had = had || re2::RE2::PartialMatch(pair.before.views.code, specs);
                if (re2::RE2::PartialMatch(pair.after.views.code, specs)) {
                    return false;
                }
            }
        }
        return had;
    }
    static std::string quoted(const TestUnit& unit) { return "'" + base::printable(unit.name.substr(0, 80)) + "'"; }

    void report_removed(std::size_t file, const std::vector<const TestUnit*>& tests) {
        std::string names;
        for (std::size_t i = 0; i < tests.size() && i < 3; ++i) {
            names += (i == 0 ? "" : ", ") + quoted(*tests[i]);
        }
        if (tests.size() > 3) {
            names += " and " + std::to_string(tests.size() - 3) + " more";
        }
        add("test-removed", pairs_[file].change->path, 0, names);
    }

    void compare(const Candidate& candidate, const Checks& checks) {
        const TestUnit& before = *candidate.unit;
        const TestUnit& after = *candidate.match->unit;
        const Pair& pair = pairs_[candidate.match->file];
        const std::string& path = pair.change->path;
        const std::size_t lost = lost_checks(before, after, checks);
        const auto counts = [](std::size_t was, std::size_t is) {
            return std::to_string(was) + " before, " + std::to_string(is) + " now";
        };
        if (lost > 0 && !is_about_what_is_gone(before)) {
            add("test-weakened", path, after.line,
                quoted(after) + " has fewer assertions: " + counts(before.assertions, after.assertions));
        } else if (after.cases < before.cases) {
            add("test-weakened", path, after.line,
                quoted(after) + " has fewer cases: " + counts(before.cases, after.cases));
        } else if (after.weak > before.weak && after.assertions - after.weak < before.assertions - before.weak &&
                   after.assertions <= before.assertions) {
            add("test-weakened", path, after.line,
                quoted(after) + " has weaker assertions: " + counts(before.weak, after.weak) +
                    " that hold for almost anything");
        }
        if (const std::string muted = muted_check(before, after); !muted.empty()) {
            add("test-weakened", path, after.line,
                quoted(after) + " passes whether this holds or not: '" + base::printable(muted) + "'");
        } else if (const std::string guarded = guarded_check(before, after); !guarded.empty()) {
            add("test-weakened", path, after.line,
                quoted(after) + " asserts only where it holds: '" + base::printable(guarded) + "'");
        } else if (after.neutralised > before.neutralised && before.assertions > 0) {
            add("test-weakened", path, after.line, quoted(after) + " keeps assertions from counting");
        } else if (after.unreached > before.unreached) {
            add("test-weakened", path, after.line, quoted(after) + " returns before all is asserted");
        } else if (const std::size_t rows = lost_rows(before, after, checks);
                   rows > 0 && after.assertions <= before.assertions &&
                   similarity(before, after) >= same_file_similarity && !is_about_what_is_gone(before)) {
            add("test-weakened", path, after.line,
                quoted(after) + " has fewer rows: " + std::to_string(rows) + " of its values are gone");
        } else if (const std::string looser = looser_check(before, after); !looser.empty()) {
            add("test-weakened", path, after.line, quoted(after) + " demands less: '" + base::printable(looser) + "'");
        } else if (const std::string replaced = replaced_subject(before, after); !replaced.empty()) {
            add("test-weakened", path, after.line,
                quoted(after) + " replaces what it tests: '" + base::printable(replaced) + "'");
        }
        static const re2::RE2 starts(
            R"(\b(?:suite\.Run|RunSpecs|TestingT|rapid\.Check|quick\.Check|testscript\.Run)\()");
        if (re2::RE2::PartialMatch(before.words, starts) && !re2::RE2::PartialMatch(after.words, starts)) {
            add("test-weakened", path, after.line, quoted(after) + " does not start its tests any more");
        }
        if (after.conditions > before.conditions || (after.is_async && !before.is_async)) {
            add("test-skipped", path, after.line, quoted(after) + " is not always run");
        }
        // A condition that left the test early says so now.
        const std::size_t told = before.early_returns - std::min(before.early_returns, after.early_returns);
        if (after.skips > before.skips + told) {
            add("test-skipped", path, after.line, quoted(after));
        } else if (after.exits > before.exits) {
            add("test-skipped", path, after.line, quoted(after) + " is left under a condition before all is asserted");
        } else if (after.leaves_early && !before.leaves_early) {
            add("test-skipped", path, after.line, quoted(after) + " returns before it tests anything");
        }
    }

    void judge_file(const Pair& pair) {
        const auto& change = *pair.change;
        if (!change.after || pair.after.language == nullptr) {
            return;
        }
        if (pair.after.narrowed.size() > pair.before.narrowed.size() && (pair.is_test || !pair.after.units.empty())) {
            const auto& hit = pair.after.narrowed.back();
            add("test-skipped", change.path, line_number(pair.after.views.code, hit.begin),
                "only some of the file's tests run");
        }
        if (change.before && !pair.before.units.empty() && !pair.after.units.empty() &&
            pair.after.outer_skips > pair.before.outer_skips) {
            add("test-skipped", change.path, 0, "a group or the whole file");
        }
        if (change.before && pair.before.language != nullptr) {
            judge_build(pair);
            judge_parameters(pair);
            judge_mocks(pair);
        }
        if (pair.after.language->id == "go" && runs_nothing(pair.after.views.code) &&
            !runs_nothing(pair.before.views.code)) {
            add("run-faked", change.path, 0, "TestMain runs no test");
        }
        if (pair.is_test &&
            rules_.run_faked.count(pair.after.views.code) > rules_.run_faked.count(pair.before.views.code)) {
            const auto hits = rules_.run_faked.all(pair.after.views.code);
            const auto line = line_at(pair.after.views.code, hits.back().begin);
            add("run-faked", change.path, line_number(pair.after.views.code, hits.back().begin),
                "'" + base::printable(base::trim(line).substr(0, 100)) + "'");
        }
    }

    /// googletest's values for tests with parameters stand outside of them.
    void judge_parameters(const Pair& pair) {
        static const re2::RE2 instance(R"(\bINSTANTIATE_(?:TYPED_)?TEST_(?:SUITE|CASE)_P\s*(\())");
        const auto values = [&](const TestFile& file) {
            std::size_t count = 0;
            re2::StringPiece rest(file.views.code), open;
            while (re2::RE2::FindAndConsume(&rest, instance, &open)) {
                const auto from = static_cast<std::size_t>(open.data() - file.views.code.data());
                const auto close = closing_bracket(file.views.code, from);
                const std::string_view inside =
                    std::string_view(file.views.code).substr(from, std::min(close, file.views.code.size()) - from);
                count += static_cast<std::size_t>(std::count(inside.begin(), inside.end(), ','));
            }
            return count;
        };
        if (pair.before.language->syntax == Syntax::c && pair.change->after && !pair.before.units.empty() &&
            values(pair.after) < values(pair.before)) {
            add("test-weakened", pair.change->path, 0, "there are fewer values for tests with parameters");
        }
    }

    /// In JavaScript a whole module may be replaced by what the test makes up.
    void judge_mocks(const Pair& pair) {
        static const re2::RE2 mock(
            R"re(\b(?:vi|jest)\.(?:mock|doMock|unstable_mockModule)\(\s*["'`]([^"'`\n]+)["'`]\s*,)re");
        if (pair.after.language->syntax != Syntax::javascript) {
            return;
        }
        re2::StringPiece rest(pair.after.views.text);
        std::string module;
        while (re2::RE2::FindAndConsume(&rest, mock, &module)) {
            const std::string named = re2::RE2::QuoteMeta(module);
            const re2::RE2 old("\\b(?:vi|jest)\\.\\w+\\(\\s*[\"'`]" + named);
            const re2::RE2 import("import\\s*\\{([^}]*)\\}\\s*from\\s*[\"']" + named +
                                  "|\\{([^}]*)\\}\\s*=\\s*(?:await\\s+)?(?:require|import)\\([\"']" + named);
            std::string names, others;
            if (re2::RE2::PartialMatch(pair.before.views.text, old) ||
                !re2::RE2::PartialMatch(pair.after.views.text, import, &names, &others)) {
                continue;
            }
            const auto factory = std::string_view(rest.data(), std::min<std::size_t>(rest.size(), 2000));
            const std::string imported = names + others;
            for (const auto part : base::split(imported, ',')) {
                const std::string name(base::trim(part));
                const bool asserted =
                    std::any_of(pair.before.units.begin(), pair.before.units.end(), [&](const TestUnit& unit) {
                        return std::any_of(unit.checks.begin(), unit.checks.end(), [&](const std::string& check) {
                            return check.find(name + "(") != std::string::npos;
                        });
                    });
                if (name.size() > 1 && asserted &&
                    factory.substr(0, factory.find("\n}")).find(name) != std::string_view::npos) {
                    add("test-weakened", pair.change->path,
                        line_number(pair.after.views.text, pair.after.views.text.size() - rest.size()),
                        "'" + base::printable(name) + "', which is tested, is replaced");
                    return;
                }
            }
        }
    }

    /// Whether a Go file has a TestMain that never starts the tests.
    static bool runs_nothing(const std::string& code) {
        static const re2::RE2 main(R"((?m)^func\s+TestMain\((\w+)[^)]*\)[^{]*(\{))");
        std::string name;
        re2::StringPiece body;
        if (!re2::RE2::PartialMatch(code, main, &name, &body)) {
            return false;
        }
        const auto open = static_cast<std::size_t>(body.data() - code.data());
        const auto close = closing_bracket(code, open);
        // It may be given to somebody who runs it: goleak.VerifyTestMain(m).
        const re2::RE2 used("\\b" + re2::RE2::QuoteMeta(name) + "(?:\\.Run\\(|\\s*[,)])");
        return close != std::string::npos && !re2::RE2::PartialMatch(code.substr(open, close - open), used);
    }

    /// Tests that cargo or JUnit would not find where they are now.
    void judge_place(const Pair& pair) {
        static const re2::RE2 target(R"(^(?:.*/)?tests/([^/]+)\.rs$)");
        static const re2::RE2 below(R"(^(?:.*/)?tests/[^/]+/(?:.*/)?([^/]+)\.rs$)");
        std::string name;
        if (pair.before.language->id == "rust" && re2::RE2::FullMatch(pair.change->old_path, target) &&
            re2::RE2::FullMatch(pair.change->path, below, &name) && name != "main") {
            const re2::RE2 module("\\bmod\\s+" + re2::RE2::QuoteMeta(name) + "\\s*;");
            if (std::none_of(pairs_.begin(), pairs_.end(), [&](const Pair& other) {
                    return re2::RE2::PartialMatch(other.after.views.code, module);
                })) {
                add("test-removed", pair.change->path, 0, "cargo finds no tests there");
            }
        }
        static const re2::RE2 abstract_class(R"((?m)^\s*(?:(?:public|protected|sealed)\s+)*abstract\s+class\s+(\w+))");
        std::string type;
        if (pair.before.language->id == "java" && !pair.before.units.empty() && !pair.after.units.empty() &&
            re2::RE2::PartialMatch(pair.after.views.code, abstract_class, &type) &&
            !re2::RE2::PartialMatch(pair.before.views.code, abstract_class)) {
            const re2::RE2 heir("\\b(?:extends|:)\\s+" + re2::RE2::QuoteMeta(type) + "\\b");
            if (std::none_of(pairs_.begin(), pairs_.end(),
                             [&](const Pair& other) { return re2::RE2::PartialMatch(other.after.views.code, heir); })) {
                add("test-skipped", pair.change->path, 0, "an abstract class that nobody extends is not run");
            }
        }
    }

    /// Tests that stay where they are, and are not built any more.
    void judge_build(const Pair& pair) {
        static const re2::RE2 module(R"((?m)^\s*(?:pub\s+)?mod\s+(\w*tests?)\s*;)");
        static const re2::RE2 constraint(R"((?m)^//\s*(?:go:|\+)build\s+(.+)$)");
        const std::string& id = pair.before.language->id;
        std::string was, is;
        if (id == "rust" && re2::RE2::PartialMatch(pair.before.views.code, module, &was) &&
            !re2::RE2::PartialMatch(pair.after.views.code, module) && !pair.after.views.code.empty() &&
            std::none_of(pairs_.begin(), pairs_.end(), [&](const Pair& other) {
                return (!other.change->after && other.change->path.find(was) != std::string::npos) ||
                       other.change->old_path.find(was) != std::string::npos;
            })) {
            add("test-removed", pair.change->path, 0, "the module " + was + " is not built any more");
        }
        judge_place(pair);
        static const re2::RE2 one_system(
            R"(_(?:windows|darwin|plan9|js|wasip1|solaris|aix|freebsd|netbsd|openbsd|dragonfly|android|ios|illumos|arm|arm64|386|wasm|s390x|ppc64le?|mips\w*|riscv64|loong64)_test\.go$)");
        const std::string& old_path = pair.change->old_path;
        if (id == "go" && !old_path.empty() && re2::RE2::PartialMatch(pair.change->path, one_system) &&
            !re2::RE2::PartialMatch(old_path, one_system)) {
            add("test-skipped", pair.change->path, 1, "the file is only built for some systems");
        }
        static const re2::RE2 hidden_class(
            R"((?m)^\s*(?:\[[^\n]*\]\s*)?(?:internal|private|(?:public\s+)?abstract)\s+(?:(?:sealed|static|partial)\s+)*class\s+\w)");
        const auto count_hidden = [&](const std::string& code) {
            re2::StringPiece rest(code);
            std::size_t count = 0;
            while (re2::RE2::FindAndConsume(&rest, hidden_class)) {
                ++count;
            }
            return count;
        };
        if (id == "dotnet" && pair.is_test && !pair.before.units.empty() && !pair.after.units.empty() &&
            count_hidden(pair.after.views.code) > count_hidden(pair.before.views.code) &&
            pair.after.units.size() <= pair.before.units.size()) {
            add("test-skipped", pair.change->path, 0, "a class of tests that is not public is not run");
        }
        if (id == "go" && pair.is_test && !pair.before.units.empty() &&
            re2::RE2::PartialMatch(*pair.change->after, constraint, &is) &&
            (!re2::RE2::PartialMatch(*pair.change->before, constraint, &was) ||
             (is != was && is.find(was) != std::string::npos && is.find("&&") != std::string::npos))) {
            add("test-skipped", pair.change->path, 1, "the file is only built with '" + base::printable(is) + "'");
        }
    }

    const RuleSet& rules_;
    std::vector<Pair>& pairs_;
    std::vector<Weakening>& found_;
    bool read_ = false;
    std::set<std::string> gone_;  ///< names that code defined before the change, and none defines after it
};

}  // namespace

void find_weaker_tests(const RuleSet& rules, const std::vector<StagedChange>& changes, std::vector<Weakening>& found) {
    std::vector<Pair> pairs;
    for (const auto& change : changes) {
        const std::string name = folded(change.path);
        const std::string old_name = folded(change.old_path.empty() ? change.path : change.old_path);
        Pair pair;
        pair.change = &change;
        pair.is_test = rules.is_test_file(old_name) || rules.is_test_file(name);
        const auto read = [&](const std::optional<std::string>& content, const std::string& path, TestFile& into) {
            const Language* language = rules.language(path);
            if (content && language != nullptr && language->extent != Extent::none && content->size() <= max_source) {
                into = read_tests(rules, *language, *content, pair.is_test);
                if (!runs(*language, path)) {
                    into.units.clear();
                }
            }
        };
        read(change.before, old_name, pair.before);
        read(change.after, name, pair.after);
        if (pair.before.language != nullptr || pair.after.language != nullptr) {
            pairs.push_back(std::move(pair));
        }
    }
    Judge judge(rules, pairs, found);
    judge.run();
}

}  // namespace rfsn::policy
