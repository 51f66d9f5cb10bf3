// SPDX-License-Identifier: MIT
// Marks that keep a check from seeing code: told apart from new code that brings its own.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <re2/re2.h>

#include "base/text.hpp"
#include "policy/integrity.hpp"
#include "policy/path_rules.hpp"

namespace rfsn::policy {
namespace {

constexpr std::size_t max_source = std::size_t{4} << 20;

Syntax syntax_of(const RuleSet& rules, const std::string& name) {
    const Language* language = rules.language(name);
    return language == nullptr ? Syntax::none : language->syntax;
}

using Counts = std::map<std::string, std::size_t>;
Counts lines_of(std::string_view text) {
    Counts lines;
    for (const auto line : base::split_lines(text)) {
        ++lines[squeezed(line)];
    }
    return lines;
}

std::set<std::string> words_of(std::string_view line) {
    std::set<std::string> words;
    std::string word;
    for (std::size_t i = 0; i <= line.size(); ++i) {
        const char c = i < line.size() ? line[i] : ' ';
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
        } else if (!word.empty()) {
            words.insert(std::move(word));
            word.clear();
        }
    }
    return words;
}

/// Whether the change has a new line that could hold a mark at all: most have none, and then no pattern is compiled.
bool may_be_marked(const StagedChange& change) {
    static constexpr std::string_view hints[] = {
        "noqa",    "nosec", "nosem",   "ignore",  "isable", "pragma",  "allow", "expect",     "lint",
        "uppress", "fixme", "no_type", "cover",   "excl",   "nosonar", "nopmd", "inspection", ":off",
        " off",    "skip",  "mypy",    "pyright", "build",  "-v",      "no-qa"};
    std::multiset<std::string_view> old_lines;
    for (const auto line : base::split_lines(*change.before)) {
        old_lines.insert(line);
    }
    for (const auto line : base::split_lines(*change.after)) {
        if (const auto old = old_lines.find(line); old != old_lines.end()) {
            old_lines.erase(old);
        } else {
            std::string lower(line);
            std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
            if (std::any_of(std::begin(hints), std::end(hints),
                            [&](std::string_view hint) { return lower.find(hint) != std::string::npos; })) {
                return true;
            }
        }
    }
    return false;
}

/// One file's two sides, line by line.
class File {
   public:
    File(const RuleSet& rules, const StagedChange& change, bool small)
        : rules_(rules),
          change_(change),
          small_(small),
          syntax_(syntax_of(rules, folded(change.path))),
          before_(source_views(*change.before, syntax_)),
          after_(source_views(*change.after, syntax_)),
          code_lines_(base::split_lines(after_.text)),
          mark_lines_(base::split_lines(after_.unquoted)) {
        Counts kept = lines_of(after_.text);
        for (const auto line : base::split_lines(before_.text)) {
            auto found = kept.find(squeezed(line));
            if (found != kept.end() && found->second > 0) {
                --found->second;
            } else if (!base::trim(line).empty()) {
                removed_.push_back(words_of(line));
            }
        }
    }

    void run(std::vector<Weakening>& found) {
        Counts old_marks = lines_of(before_.unquoted);
        for (std::size_t i = 0; i < mark_lines_.size(); ++i) {
            if (mark_lines_[i].find("rfsn-allow:") != std::string_view::npos || !is_mark(mark_lines_[i])) {
                continue;
            }
            auto known = old_marks.find(squeezed(mark_lines_[i]));
            if (known != old_marks.end() && known->second > 0) {
                --known->second;
                continue;
            }
            const bool old_code = silences_old_code(i);
            if ((old_code || small_) && !replaces_other_mark(i) && !is_customary(i)) {
                found.push_back({"check-silenced", change_.path, i + 1,
                                 rules_.reason("check-silenced") + ": '" +
                                     base::printable(base::trim(mark_lines_[i]).substr(0, 100)) + "'",
                                 is_narrow(i), std::nullopt});
            }
        }
    }

   private:
    [[nodiscard]] bool is_mark(std::string_view line) const {
        // An attribute in a comment is an example of one.
        static const re2::RE2 example(R"(^\s*(?://[/!]?|\*|/\*).*(?:#!?\[|@Suppress|\[Suppress))");
        if (re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), example)) {
            return false;
        }
        return std::any_of(rules_.not_more.begin(), rules_.not_more.end(), [&](const CountRule& rule) {
            return (rule.id == "suppression" || rule.id == "skipped-build") && rule.patterns.matches(line);
        });
    }
    [[nodiscard]] bool is_own_line(std::size_t i) const { return is_own_line(code_lines_[i]); }
    [[nodiscard]] static bool is_own_line(std::string_view line) {
        const std::string_view code = base::trim(line);
        static const re2::RE2 attribute(
            R"(^(?:#!?\[[^\n]*\]|@\w*Suppress\w*(?:\([^\n]*\))?|\[[\w.:]*Suppress\w*\([^\n]*\)\]|\[ExcludeFromCodeCoverage[^\n]*\]|#\s*pragma\b[^\n]*|#\s*nullable\b[^\n]*|@(?:typing\.)?no_type_check)$)");
        return code.empty() || re2::RE2::FullMatch(re2::StringPiece(code.data(), code.size()), attribute);
    }
    [[nodiscard]] bool is_for_whole_file(std::string_view line) const {
        static const re2::RE2 whole(
            R"((?i)^\s*(?:/\*+|//+|#|--|;)?\s*(?:eslint-disable(?:\s|\*|$)|tslint:disable(?:\s|$)|(?:ruff|flake8)\s*:\s*noqa|mypy\s*:|pylint\s*:\s*(?:disable|skip-file)|pyright\s*:|type\s*:\s*ignore\s*$|@ts-nocheck|jshint|fmt\s*:\s*off|isort\s*:\s*skip_file|NOLINTBEGIN|clang-format off|shellcheck disable|cppcheck-suppress-file|coverage\s*:|istanbul ignore file|biome-ignore-all|lint:file-ignore|nolint|yamllint disable|rubocop:disable|stylelint-disable)|^\s*#!\[(?:allow|expect)|^\s*#\s*(?:pragma\s+(?:GCC|clang)\s+diagnostic|pragma\s+warning|nullable\s+disable)|@file:Suppress|go:build\s+(?:ignore|never))");
        return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), whole);
    }

    /// Whether a mark is for one place and names the rule that it silences there.
    [[nodiscard]] bool is_narrow(std::size_t i) const {
        static const re2::RE2 named(
            R"((?i)(?:noqa\s*:\s*\w|type\s*:\s*ignore\s*\[|pyright\s*:\s*ignore\s*\[|nolint\s*:\s*\w|NOLINT(?:NEXTLINE)?\s*\(\s*\w|eslint-disable(?:-next-line|-line)?\s+[\w@]|Suppress\w*\s*\(|(?:allow|expect)\s*\(\s*\w|pylint\s*:\s*disable\s*=|pragma:?\s*no|diagnostic\s+ignored|warning\s*\(?\s*disable\s*:?\s*\w|lint:ignore\s+\w|rubocop:disable\s+\w|shellcheck\s+disable\s*=|(?:istanbul|c8|v8)\s+ignore|biome-ignore\s+\w|LCOV_EXCL_LINE|\bNOPMD\b|rustfmt::skip|@formatter:off|prettier-ignore|fmt\s*:\s*skip))");
        static const re2::RE2 security(
            R"((?i)(?:nosec|nosemgrep|gitleaks|betterleaks|allowlist|whitelist|trufflehog|ggignore|NOSONAR|gosec|bandit|checkov|tfsec|trivy|\bS\d{3}\b))");
        const re2::StringPiece line(mark_lines_[i].data(), mark_lines_[i].size());
        return re2::RE2::PartialMatch(line, named) && !re2::RE2::PartialMatch(line, security) &&
               (!is_for_whole_file(mark_lines_[i]) || is_between_push_and_pop(i) || is_mostly_new());
    }
    [[nodiscard]] bool is_between_push_and_pop(std::size_t i) const {
        static const re2::RE2 push(R"(^\s*#\s*pragma\b.*\bpush\b)");
        static const re2::RE2 pop(R"(^\s*#\s*pragma\b.*\bpop\b)");
        const auto is = [&](std::size_t k, const re2::RE2& pattern) {
            return re2::RE2::PartialMatch(re2::StringPiece(mark_lines_[k].data(), mark_lines_[k].size()), pattern);
        };
        int depth = 0;
        for (std::size_t k = 0; k < i; ++k) {
            depth += is(k, push) ? 1 : is(k, pop) ? -1 : 0;
        }
        for (std::size_t k = i + 1; k < mark_lines_.size() && depth > 0; ++k) {
            if (is(k, pop)) {
                return true;
            }
        }
        return false;
    }
    /// A file of which three quarters are written anew brings its own marks, like a new one.
    [[nodiscard]] bool is_mostly_new() const {
        Counts old_lines = lines_of(before_.code);
        std::size_t kept = 0, all = 0;
        for (const auto& [line, count] : lines_of(after_.code)) {
            if (line.size() > 3) {
                all += count;
                const auto old = old_lines.find(line);
                kept += old == old_lines.end() ? 0 : std::min(count, old->second);
            }
        }
        return 4 * kept < all;
    }

    [[nodiscard]] bool silences_old_code(std::size_t i) {
        if (is_own_line(i)) {
            if (is_for_whole_file(mark_lines_[i])) {
                return !base::trim(*change_.before).empty();
            }
            std::size_t next = i + 1;
            while (next < code_lines_.size() && (base::trim(code_lines_[next]).empty() || is_own_line(next))) {
                ++next;
            }
            return next < code_lines_.size() && was_in_sight(next);
        }
        return was_in_sight(i);
    }

    /// How often each line of code is in the sight of checks: without a mark on it or above it.
    [[nodiscard]] Counts in_sight(const SourceViews& views) const {
        Counts counts;
        const auto code = base::split_lines(views.text);
        const auto marks = base::split_lines(views.unquoted);
        bool marked = false;
        for (std::size_t i = 0; i < code.size() && i < marks.size(); ++i) {
            const bool mark = is_mark(marks[i]);
            if (is_own_line(code[i])) {
                marked = marked || mark;
                continue;
            }
            if (!mark && !marked) {
                ++counts[squeezed(code[i])];
            }
            marked = false;
        }
        return counts;
    }

    /// Whether a line's code could be seen before, as it is or much alike, at a place where it no longer can.
    [[nodiscard]] bool was_in_sight(std::size_t i) {
        if (!sighted_) {
            sighted_ = true;
            seen_before_ = in_sight(before_);
            seen_after_ = in_sight(after_);
        }
        const std::string code = squeezed(code_lines_[i]);
        if (code.size() < 3) {
            return false;
        }
        const auto was = seen_before_.find(code);
        if (was != seen_before_.end()) {
            const auto is = seen_after_.find(code);
            return is == seen_after_.end() || is->second < was->second;
        }
        const auto words = words_of(code_lines_[i]);
        return words.size() >= 3 && std::any_of(removed_.begin(), removed_.end(), [&](const auto& old_words) {
                   std::size_t common = 0;
                   for (const auto& word : words) {
                       common += old_words.count(word);
                   }
                   return 10 * common >= 7 * std::max(words.size(), old_words.size());
               });
    }

    /// A mark that was worded otherwise, or stood elsewhere, before: as many as there were.
    [[nodiscard]] bool replaces_other_mark(std::size_t i) {
        if (!counted_) {
            counted_ = true;
            const auto count = [&](const SourceViews& views, bool whole) {
                const auto lines = base::split_lines(views.unquoted);
                return std::count_if(lines.begin(), lines.end(), [&](std::string_view line) {
                    return is_mark(line) && (!whole || is_for_whole_file(line));
                });
            };
            more_ = count(after_, false) > count(before_, false);
            more_whole_ = count(after_, true) > count(before_, true);
        }
        return is_for_whole_file(mark_lines_[i]) ? !more_whole_ : !more_;
    }

    /// Code that no single run can reach, left out of the measure of coverage as is the custom; the `else` of such an
    /// `if`, too.
    [[nodiscard]] bool is_customary(std::size_t i) const {
        static const re2::RE2 other(R"(^(\s*)else\s*:\s*#\s*pragma:?\s*no\b)");
        static const re2::RE2 first(R"(^(\s*)if\s+.*(?:version_info|sys\.platform|os\.name|TYPE_CHECKING))");
        std::string depth, at;
        if (re2::RE2::PartialMatch(re2::StringPiece(mark_lines_[i].data(), mark_lines_[i].size()), other, &depth)) {
            for (std::size_t k = i; k-- > 0;) {
                const re2::StringPiece line(code_lines_[k].data(), code_lines_[k].size());
                const auto indent = std::min(code_lines_[k].find_first_not_of(" \t"), code_lines_[k].size());
                if (!base::trim(code_lines_[k]).empty() && indent <= depth.size()) {
                    return re2::RE2::PartialMatch(line, first, &at) && at == depth;
                }
            }
        }
        static const re2::RE2 custom(
            R"((?:version_info|sys\.platform|os\.name|TYPE_CHECKING|__main__|NotImplementedError|ImportError|ModuleNotFoundError|@overload|@abstractmethod|\bassert_never\b|\bunreachable\b)[^#\n]*#\s*pragma:?\s*no)");
        return re2::RE2::PartialMatch(re2::StringPiece(mark_lines_[i].data(), mark_lines_[i].size()), custom);
    }

    const RuleSet& rules_;
    const StagedChange& change_;
    bool small_;
    Syntax syntax_;
    SourceViews before_, after_;
    Counts seen_before_, seen_after_;
    bool sighted_ = false;
    std::vector<std::string_view> code_lines_, mark_lines_;
    std::vector<std::set<std::string>> removed_;
    bool counted_ = false;
    bool more_ = false;
    bool more_whole_ = false;
};

}  // namespace

void find_silenced(const RuleSet& rules, const std::vector<StagedChange>& changes, std::vector<Weakening>& found) {
    if (!rules.asks("check-silenced")) {
        return;
    }
    std::vector<const StagedChange*> marked;
    for (const auto& change : changes) {
        if (change.before && change.after && change.before->size() <= max_source &&
            change.after->size() <= max_source && rules.language(folded(change.path)) != nullptr &&
            may_be_marked(change)) {
            marked.push_back(&change);
        }
    }
    if (marked.empty()) {
        return;
    }
    const std::size_t bearable = marks_for_size(rules, changes);
    const std::size_t first = found.size();
    for (const auto* change : marked) {
        File(rules, *change, bearable == 0).run(found);
    }
    // Narrow ones of a large change are only told, as long as they are few.
    const auto narrow =
        static_cast<std::size_t>(std::count_if(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(),
                                               [](const Weakening& weakening) { return weakening.noted; }));
    for (std::size_t i = first; i < found.size(); ++i) {
        found[i].noted = found[i].noted && narrow <= bearable;
    }
}

}  // namespace rfsn::policy
