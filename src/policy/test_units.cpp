// SPDX-License-Identifier: MIT
#include "policy/test_units.hpp"

#include <algorithm>
#include <map>

#include <re2/re2.h>

#include "base/text.hpp"
#include "policy/muted_code.hpp"
#include "policy/overwritten.hpp"

namespace rfsn::policy {
namespace {

std::size_t line_end(std::string_view text, std::size_t offset) {
    return std::min(text.find('\n', offset), text.size());
}

/// Where a block ends whose lines are indented deeper than the one at `at`.
std::size_t end_by_indent(std::string_view code, std::size_t at) {
    const std::size_t depth = indent_of(line_at(code, at));
    std::size_t end = line_end(code, at);
    // The signature may go over several lines.
    int open = 0;
    for (std::size_t i = line_start(code, at); i < code.size(); ++i) {
        open += code[i] == '(' || code[i] == '[' || code[i] == '{'   ? 1
                : code[i] == ')' || code[i] == ']' || code[i] == '}' ? -1
                                                                     : 0;
        if (code[i] == '\n' && open <= 0) {
            end = i;
            break;
        }
    }
    while (end < code.size()) {
        const std::size_t next = end + 1;
        const std::string_view line = line_at(code, next);
        if (next >= code.size()) {
            return code.size();
        }
        if (!base::trim(line).empty() && indent_of(line) <= depth) {
            break;
        }
        end = next + line.size();
    }
    return std::min(end, code.size());
}

/// Past the bracket that closes the first `open` after `at`; a ';' before it means that there is no body.
std::size_t end_by_brackets(std::string_view code, std::size_t at, char open, char close) {
    std::size_t from = at;
    while (from < code.size() && code[from] != open) {
        if (open == '{' && code[from] == ';') {
            return from;
        }
        ++from;
    }
    int depth = 0;
    for (; from < code.size(); ++from) {
        depth += code[from] == open ? 1 : code[from] == close ? -1 : 0;
        if (depth == 0) {
            return from + 1;
        }
    }
    return code.size();
}

/// The attributes, annotations and decorators above a test belong to it.
std::size_t begin_with_attributes(std::string_view code, std::size_t at) {
    std::size_t begin = line_start(code, at);
    while (begin > 0) {
        const std::string_view line = base::trim(line_at(code, begin - 1));
        if (line.empty() || (line[0] != '@' && line[0] != '[' && line.substr(0, 2) != "#[")) {
            break;
        }
        begin = line_start(code, begin - 1);
    }
    return begin;
}

std::string plain_name(std::string_view name) {
    std::string out = squeezed(name);
    for (auto at = out.find("DISABLED_"); at != std::string::npos; at = out.find("DISABLED_")) {
        out.erase(at, 9);
    }
    return out;
}

/// Whether what was found starts in code: a pattern may read strings, but not start in one.
bool starts_in_code(const SourceViews& views, std::size_t at) {
    while (at < views.text.size() && (views.text[at] == ' ' || views.text[at] == '\t' || views.text[at] == '\n')) {
        ++at;
    }
    return at < views.code.size() && views.code[at] == views.text[at];
}

/// "assertEqual(x, x)", "assert x == x", "expect(x).toBe(x)": compares a thing with itself.
bool compares_with_itself(std::string_view line) {
    static const re2::RE2 two_arguments(
        R"((?:\bassert\w*!?|\bEXPECT_\w+|\bASSERT_\w+|\bBOOST_\w+|\.(?:Equal|Same|AreEqual|AreSame|equal|strictEqual|deepEqual|deepStrictEqual|is|same))\s*\(\s*(?:t\s*,\s*)?([^(),]+)\s*,\s*([^(),]+)\s*[,)])");
    static const re2::RE2 equals(
        R"((?:assert!?\(?|EXPECT\w*\(|REQUIRE\(|CHECK\()\s*([^=(),]+?)\s*===?\s*([^=(),]+?)\s*(?:$|[,;)]))");
    static const re2::RE2 expectation(
        R"(expect\(\s*([^()]+)\s*\)\.(?:toBe|toEqual|toStrictEqual|to\.equal|to\.be)\(\s*([^()]+)\s*\))");
    const re2::StringPiece text(line.data(), line.size());
    std::string a, b;
    for (const auto* pattern : {&two_arguments, &equals, &expectation}) {
        if (re2::RE2::PartialMatch(text, *pattern, &a, &b) && squeezed(a) == squeezed(b)) {
            return true;
        }
    }
    return false;
}

struct Assertion {
    std::size_t at = 0;
    bool weak = false;
    std::size_t counts = 1;  ///< what is said in one breath
    std::string line;
};

/// The words of a chain that assert each for itself: `assertThat(x).isNotNull().hasSize(2)`.
std::size_t chained(const Language& language, std::string_view code, std::size_t at, std::size_t end) {
    static const re2::RE2 java(
        R"(\)\s*\.(?:is|has|contains|starts|ends|matches|does|satisfies|allMatch|allSatisfy|anyMatch|noneMatch|returns)[A-Z]?\w*\()");
    static const re2::RE2 dotnet(R"(\.And\b)");
    const std::string_view text = code.substr(at, end - at);
    re2::StringPiece rest(text.data(), text.size());
    std::size_t links = language.syntax == Syntax::csharp ? 1 : 0;
    while (re2::RE2::FindAndConsume(&rest, language.syntax == Syntax::csharp ? dotnet : java)) {
        ++links;
        rest = re2::StringPiece(rest.data() - 1, rest.size() + 1);
        rest.remove_prefix(1);
    }
    return std::max<std::size_t>(links, 1);
}

/// Whether what stands at `at` goes on a chain that begins at `from`: no bracket between them is left open.
bool is_chained(std::string_view code, std::size_t from, std::size_t at) {
    const std::string_view between = code.substr(from, at - from);
    return std::count(between.begin(), between.end(), '(') == std::count(between.begin(), between.end(), ')');
}

std::vector<Assertion> assertions_of(const Language& language, const SourceViews& views) {
    std::vector<Assertion> found;
    for (const auto& hit : language.assertions.all(views.code)) {
        const std::string_view line = line_at(views.text, hit.begin);
        if (language.trivial.matches(line) || compares_with_itself(line)) {
            continue;
        }
        static const re2::RE2 worded(R"(\braises\([^\n]*\bmatch\s*=|\bassertRaisesRegexp?\()");
        std::size_t counts =  // the error, and what it says
            language.syntax == Syntax::python &&
                    re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), worded)
                ? 2
                : 1;
        if (language.syntax == Syntax::java || language.syntax == Syntax::csharp) {
            const auto [begin, end] = statement_around(views.code, hit.begin);
            if (!found.empty() && found.back().at >= begin && hit.begin < end && begin != hit.begin &&
                views.code.substr(found.back().at, hit.begin - found.back().at).find_first_of("{;") ==
                    std::string::npos &&
                is_chained(views.code, found.back().at, hit.begin)) {
                continue;  // a word of the same chain
            }
            counts = chained(language, views.code, hit.begin, end);
        }
        found.push_back({hit.begin, language.weak.matches(line), counts, squeezed(line)});
    }
    return found;
}

void read_body(const SourceViews& views, TestUnit& unit) {
    const std::string_view code = std::string_view(views.code).substr(unit.begin, unit.end - unit.begin);
    const std::string_view text = std::string_view(views.text).substr(unit.begin, unit.end - unit.begin);
    unit.words = code;
    unit.body = text;
    const auto code_lines = base::split_lines(code);
    const auto text_lines = base::split_lines(text);
    std::string_view first;
    bool in_body = false;
    for (std::size_t i = 0; i < code_lines.size(); ++i) {
        const std::string_view trimmed = base::trim(code_lines[i]);
        if (trimmed.empty()) {
            continue;
        }
        unit.lines.push_back(squeezed(text_lines[i]));
        if (in_body && first.empty() && trimmed.find_first_not_of("{}\"'()") != std::string_view::npos) {
            first = trimmed;
        }
        in_body = in_body || trimmed.back() == ':' || trimmed.back() == '{';
    }
    std::sort(unit.lines.begin(), unit.lines.end());
    while (!first.empty() && (first.back() == ';' || first.back() == ' ')) {
        first.remove_suffix(1);
    }
    unit.leaves_early = first == "return" || first == "return None" || first == "return true" || first == "return;" ||
                        first == "return True" || first == "return undefined" || first == "return Ok(())";
}

/// Whether Python's runners would not find this test: inside of a function, or in a class that is no test's.
bool is_never_collected(const SourceViews& views, std::size_t at) {
    const std::string_view code = views.code;
    std::size_t depth = indent_of(line_at(code, at));
    for (std::size_t begin = line_start(code, at); begin > 0 && depth > 0;) {
        begin = line_start(code, begin - 1);
        const std::string_view line = line_at(code, begin);
        if (base::trim(line).empty() || indent_of(line) >= depth) {
            continue;
        }
        depth = indent_of(line);
        static const re2::RE2 function(R"(^\s*(?:async\s+)?def\s)");
        static const re2::RE2 class_head(R"(^\s*class\s+(\w+)\s*(\(\s*[\w.][^\n]*)?)");
        const re2::StringPiece text(line.data(), line.size());
        std::string name, bases;
        if (re2::RE2::PartialMatch(text, function)) {
            return true;
        }
        if (re2::RE2::PartialMatch(text, class_head, &name, &bases) && bases.empty()) {
            static const re2::RE2 constructor(R"((?m)^\s+def\s+__init__\s*\()");
            const std::string_view body = code.substr(begin, end_by_indent(code, begin) - begin);
            return name.rfind("Test", 0) != 0 ||
                   re2::RE2::PartialMatch(re2::StringPiece(body.data(), body.size()), constructor);
        }
    }
    return false;
}

/// How many of the preprocessor's conditions stand around the places of a file; the guards of a header count on both
/// sides of a change. The file is read once.
class Conditions {
   public:
    explicit Conditions(std::string_view code) {
        static const re2::RE2 condition(R"((?m)^[ \t]*#[ \t]*(if|endif))");
        re2::StringPiece rest(code.data(), code.size());
        std::string word;
        std::size_t depth = 0;
        while (re2::RE2::FindAndConsume(&rest, condition, &word)) {
            depth = word == "if" ? depth + 1 : depth - std::min<std::size_t>(depth, 1);
            ends_.push_back(code.size() - rest.size());
            depths_.push_back(depth);
        }
    }
    [[nodiscard]] std::size_t around(std::size_t at) const {
        const auto before = std::upper_bound(ends_.begin(), ends_.end(), at) - ends_.begin();
        return before == 0 ? 0 : depths_[static_cast<std::size_t>(before) - 1];
    }

   private:
    std::vector<std::size_t> ends_, depths_;
};

/// A private method is run by no runner, whatever it is annotated with; nor is a static one, or one with a result, by
/// JUnit.
bool is_never_run(const Language& language, std::string_view code, std::size_t at) {
    static const re2::RE2 modifier(R"(\bprivate\b)");
    static const re2::RE2 no_method(
        R"(^\s*(?:(?:public|protected|final|synchronized)\s+)*(?:static\s|(?:int|long|boolean|String|Object|double)\s+$))");
    const std::string_view line = line_at(code, at).substr(0, at - line_start(code, at));
    const re2::StringPiece text(line.data(), line.size());
    return re2::RE2::PartialMatch(text, modifier) || (language.id == "java" && re2::RE2::PartialMatch(text, no_method));
}

/// A function that prepares for others, whatever it is called.
bool is_fixture(std::string_view code, std::size_t begin, std::size_t at) {
    static const re2::RE2 decorator(R"((?m)^\s*@(?:pytest\.|pytest_asyncio\.)?(?:fixture|property|cached_property)\b)");
    const std::string_view above = code.substr(begin, at - std::min(begin, at));
    return re2::RE2::PartialMatch(re2::StringPiece(above.data(), above.size()), decorator);
}

/// A line that is a row of a table and nothing else.
bool is_row(std::string_view line) {
    static const re2::RE2 row(R"(^(?:\{.*\}|\(.*\)|\[.*\]|"[^"]*"\s*:\s*\{.*\}),?$)");
    const std::string_view text = base::trim(line);
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), row);
}

void read_what_counts(const RuleSet& rules, const Language& language, const SourceViews& views,
                      const Conditions& conditions, TestUnit& unit) {
    const std::string_view text = std::string_view(views.text).substr(unit.begin, unit.end - unit.begin);
    const std::string_view code = std::string_view(views.code).substr(unit.begin, unit.end - unit.begin);
    unit.neutralised = rules.neutralised.count(text);
    if (language.syntax == Syntax::c || language.syntax == Syntax::csharp) {
        unit.conditions = conditions.around(unit.begin);
    }
    if (language.syntax == Syntax::rust) {
        // Above the function: one inside of it chooses code, and those of other machines take nothing out here.
        static const re2::RE2 condition(
            R"re(#\[cfg\(\s*(test\s*\)|not\(\s*(?:miri|loom|target_(?:family|arch)\s*=\s*"wasm))?)re");
        re2::StringPiece rest(text.data(), std::min(code.find("fn "), text.size()));
        std::string harmless;
        while (re2::RE2::FindAndConsume(&rest, condition, &harmless)) {
            unit.conditions += harmless.empty() ? 1U : 0U;
        }
    }
    unit.is_async = language.extent == Extent::indent && code.find("async def") != std::string_view::npos &&
                    code.find("await") == std::string_view::npos && code.find("async with") == std::string_view::npos &&
                    code.find("async for") == std::string_view::npos;
    if (const auto table = code.find("parametrize("); table != std::string_view::npos) {
        const std::size_t end = end_by_brackets(code, table, '(', ')');
        unit.rows += static_cast<std::size_t>(std::count(code.begin() + static_cast<std::ptrdiff_t>(table),
                                                         code.begin() + static_cast<std::ptrdiff_t>(end), ','));
    }
    int depth = 0;
    std::size_t body = 0;  // indentation of the body, in a language that has it
    bool in_body = false, left = false;
    for (const auto line : base::split_lines(code)) {
        const std::string_view trimmed = base::trim(line);
        if (!trimmed.empty() && is_row(trimmed)) {
            const auto from = static_cast<std::size_t>(trimmed.data() - code.data());
            std::string row = squeezed(text.substr(from, trimmed.size()));
            row.erase(row.find_last_not_of(',') + 1);
            unit.row_texts.push_back(std::move(row));
        }
        const bool top = language.extent == Extent::indent ? in_body && indent_of(line) == body : depth == 1;
        if (language.extent == Extent::indent && !trimmed.empty() && !in_body && unit.lines.size() > 1 &&
            trimmed.find("def ") == std::string_view::npos && trimmed.front() != '@' && trimmed.front() != ')') {
            in_body = true;
            body = indent_of(line);
        }
        left = left || (top && (trimmed == "return" || trimmed == "return;" || trimmed == "return None"));
        unit.early_returns += !top && (trimmed == "return" || trimmed == "return;") ? 1U : 0U;
        unit.unreached += left && language.assertions.matches(line) ? 1U : 0U;
        for (const char c : line) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
    }
}

/// The function around an offset that is no test, or "".
std::string function_around(const Language& language, std::string_view code, std::size_t at) {
    static const re2::RE2 head(
        R"(^\s*(?:(?:pub|public|private|protected|internal|static|async|export|default|final|inline|constexpr|template\s*<[^>]*>|func|fn|def|function|fun|void|bool|int|auto|macro_rules!|const|let|var|suspend)\s+)+(?:\([^)]*\)\s*)?(\w+)\s*(?:<[^>]*>)?\s*(?:\(|=\s*(?:async\s*)?(?:\(|\w+\s*=>|function)|\{))");
    const std::size_t depth = indent_of(line_at(code, at));
    for (std::size_t begin = line_start(code, at);;) {
        const std::string_view line = line_at(code, begin);
        std::string name;
        if (!base::trim(line).empty() && (indent_of(line) < depth || begin == line_start(code, at)) &&
            re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), head, &name)) {
            return name;
        }
        if (begin == 0 || (language.extent == Extent::braces && line.substr(0, 1) == "}")) {
            return {};
        }
        begin = line_start(code, begin - 1);
    }
}

template <typename Innermost>
void read_assertions(const Language& language, const Innermost& innermost,
                     const std::vector<std::pair<std::size_t, std::size_t>>& dead, TestFile& file) {
    struct Around {
        std::vector<MutedCode> muted;
        std::vector<Guard> guards;
        std::vector<std::pair<std::string, std::string>> values;
    };
    std::map<const TestUnit*, Around> around;
    for (auto& unit : file.units) {
        unit.exits = conditional_exits(language, file.views, unit.begin, unit.end);
        static const re2::RE2 output(R"(//\s*(?:Unordered )?[oO]utput:)");
        const std::string_view raw = std::string_view(file.views.unquoted).substr(unit.begin, unit.end - unit.begin);
        if (language.syntax == Syntax::go && unit.name.rfind("Example", 0) == 0 &&
            re2::RE2::PartialMatch(re2::StringPiece(raw.data(), raw.size()), output)) {
            ++unit.assertions;
            unit.checks.emplace_back("//Output:");
        }
        auto& one = around[&unit];
        one.muted = muted_code(language, file.views, unit.begin, unit.end);
        one.guards = guards(language, file.views, unit.begin, unit.end);
        one.values = local_values(std::string_view(file.views.text).substr(unit.begin, unit.end - unit.begin));
    }
    for (auto& assertion : assertions_of(language, file.views)) {
        const std::size_t at = assertion.at;
        if (std::any_of(dead.begin(), dead.end(),
                        [&](const auto& range) { return at >= range.first && at < range.second; })) {
            continue;
        }
        TestUnit* unit = innermost(at);
        if (unit == nullptr) {
            ++file.assertions;
            if (const auto name = function_around(language, file.views.code, at); !name.empty()) {
                file.helpers[name] += assertion.counts;
            }
            ++file.outside;
            continue;
        }
        const auto& known = around[unit];
        if (std::any_of(known.muted.begin(), known.muted.end(),
                        [&](const MutedCode& range) { return at >= range.begin && at < range.end; })) {
            unit->muted.push_back(std::move(assertion.line));
            continue;
        }
        auto claims = claims_at(language, file.views, at, unit->begin);
        for (auto& claim : claims) {
            resolve(known.values, claim);
        }
        if (!claims.empty() && std::all_of(claims.begin(), claims.end(),
                                           [](const Claim& claim) { return claim.strength == Strength::nothing; })) {
            unit->muted.push_back(std::move(assertion.line));
            continue;
        }
        ++file.assertions;
        unit->assertions += assertion.counts;
        static const re2::RE2 soft(R"(\bdebug_assert|\bWARN\w*\(|\bANY\b|\bany\(\)|\bexpect\.any)");
        static const re2::RE2 soft_c(R"(^assert\()");
        const bool is_soft = re2::RE2::PartialMatch(assertion.line, soft) ||
                             (language.syntax == Syntax::c && re2::RE2::PartialMatch(assertion.line, soft_c));
        const bool weak = is_soft          ? true
                          : claims.empty() ? assertion.weak
                                           : std::all_of(claims.begin(), claims.end(), [](const Claim& claim) {
                                                 return claim.strength <= Strength::some;
                                             });
        unit->weak += weak ? 1U : 0U;
        for (auto& claim : claims) {
            unit->claims.push_back(std::move(claim));
        }
        for (const auto& guard : known.guards) {
            if (at >= guard.begin && at < guard.end) {
                unit->guarded.emplace_back(assertion.line, squeezed(guard.condition));
            }
        }
        unit->checks.push_back(std::move(assertion.line));
    }
}

}  // namespace

TestFile read_tests(const RuleSet& rules, const Language& language, std::string_view content, bool is_test) {
    TestFile file;
    file.language = &language;
    file.views = source_views(content, language.syntax);
    const std::string_view code = file.views.code;
    const Conditions conditions(code);
    for (const auto& hit : language.units.all(file.views.text)) {
        if (hit.name.empty() || !starts_in_code(file.views, hit.begin) ||
            code.substr(hit.begin, hit.end - hit.begin).find("EXPECTED_FAILURES") != std::string_view::npos) {
            continue;
        }
        const auto at = static_cast<std::size_t>(hit.name.data() - file.views.text.data());
        if (std::any_of(file.units.begin(), file.units.end(), [&](const TestUnit& unit) {
                return unit.name == plain_name(hit.name) && at >= unit.begin && at < unit.end;
            })) {
            continue;
        }
        if (language.syntax == Syntax::python && is_never_collected(file.views, at)) {
            continue;
        }
        if ((language.id == "java" || language.id == "dotnet") && is_never_run(language, file.views.code, at)) {
            continue;
        }
        TestUnit unit;
        unit.name = plain_name(hit.name);
        unit.line = line_number(code, at);
        unit.begin = begin_with_attributes(code, std::min(hit.begin + 1, at));
        if (language.syntax == Syntax::python && is_fixture(code, unit.begin, at)) {
            continue;
        }
        switch (language.extent) {
            case Extent::indent:
                unit.end = end_by_indent(code, at);
                break;
            case Extent::braces:
                unit.end = end_by_brackets(code, at, '{', '}');
                break;
            case Extent::parens: {
                const auto open = code.rfind('(', at);
                unit.end = end_by_brackets(code, open == std::string_view::npos ? at : open, '(', ')');
                break;
            }
            case Extent::none:
                unit.end = line_end(code, at);
                break;
        }
        unit.end = std::max(unit.end, unit.begin);
        unit.cases = language.cases.count(code.substr(unit.begin, unit.end - unit.begin));
        read_body(file.views, unit);
        read_what_counts(rules, language, file.views, conditions, unit);
        file.units.push_back(std::move(unit));
    }
    std::vector<std::pair<std::size_t, std::size_t>> dead;
    if (language.syntax == Syntax::python) {
        dead = drop_overwritten(file.views, file.units);
    }
    const auto innermost = [&](std::size_t at) {
        TestUnit* best = nullptr;
        for (auto& unit : file.units) {
            if (at >= unit.begin && at < unit.end && (best == nullptr || unit.begin >= best->begin)) {
                best = &unit;
            }
        }
        return best;
    };
    if (file.units.empty() && !is_test) {
        return file;
    }
    for (const auto line : base::split_lines(file.views.text)) {
        if (auto text = squeezed(line); text.size() > 2) {
            file.lines.push_back(std::move(text));
        }
    }
    read_assertions(language, innermost, dead, file);
    for (const auto& hit : rules.skips.all(file.views.text)) {
        if (!starts_in_code(file.views, hit.begin)) {
            continue;
        }
        if (auto* unit = innermost(hit.begin)) {
            ++unit->skips;
        } else {
            ++file.outer_skips;
        }
    }
    for (const auto& hit : rules.narrowing.all(file.views.code)) {
        file.narrowed.push_back(hit);
    }
    return file;
}

double similarity(const TestUnit& a, const TestUnit& b) {
    if (a.lines.empty() || b.lines.empty()) {
        return 0;
    }
    std::vector<std::string> common;
    std::set_intersection(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), std::back_inserter(common));
    return 2.0 * static_cast<double>(common.size()) / static_cast<double>(a.lines.size() + b.lines.size());
}

}  // namespace rfsn::policy
