// SPDX-License-Identifier: MIT
#include "policy/muted_code.hpp"

#include <algorithm>
#include <string>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::policy {
namespace {

bool is(std::string_view text, const re2::RE2& pattern) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}
bool is(std::string_view text, const re2::RE2& pattern, std::string& group) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern, &group);
}

/// How often a name is in the code as a whole word.
std::size_t uses(std::string_view code, const std::string& name) {
    const auto is_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
    };
    std::size_t found = 0;
    for (auto at = code.find(name); at != std::string_view::npos; at = code.find(name, at + name.size())) {
        const std::size_t end = at + name.size();
        found += (at == 0 || !is_word(code[at - 1])) && (end >= code.size() || !is_word(code[end])) ? 1U : 0U;
    }
    return found;
}

/// A condition that never holds, or only where somebody sets a variable.
bool never_holds(std::string_view condition) {
    static const re2::RE2 never(
        R"(^\(*\s*(?:constexpr\s*\(*\s*)?(?:false|False|0+(?:\.0)?|!\s*(?:true|1)|not\s+(?:True|1)|null|undefined|nil|NaN|None|""|''|\[\]|\{\}|\(\))\s*\)*$|^\(*\s*(?:false|False|0)\s*(?:&&|and\b)|(?:&&|\band)\s*(?:false|False|0)\s*\)*$)");
    static const re2::RE2 constants(R"(^[\s()\d."'+\-*/%<>=!&|]*\d[\s()\d."'+\-*/%<>=!&|]*$)");
    static const re2::RE2 true_constant(R"(^[\s(]*[1-9]\d*[\s)]*$)");
    static const re2::RE2 environment(
        R"(\b(?:os\.environ|os\.getenv|getenv|process\.env|os\.Getenv|LookupEnv|System\.getenv|System\.getProperty|Boolean\.getBoolean|GetEnvironmentVariable|env::var\w*|option_env!|ENV\[)|\bcfg!\(\s*(?:feature|any|all\(\s*\)|not))");
    return is(condition, never) || (is(condition, constants) && !is(condition, true_constant)) ||
           is(condition, environment);
}

/// Whether a handler's code makes the test fail after all.
bool fails(const Language& language, std::string_view body, std::string_view rest) {
    static const re2::RE2 ends(
        R"(\braise\b|\bthrow\b|\brethrow\b|\bthrow;|\bresume_unwind\b|\bpanic!?\(|\bfail\w*\s*[(!]|\b(?:done|reject|next|cb|callback)\s*\(\s*\w|\babort\b|\bexit\(\s*[1-9]|\b(?:t|tb|b)\.(?:Error|Fatal|Fail)\w*\(|\bADD_FAILURE\b|\bFAIL\w*\s*\()");
    static const re2::RE2 not_ended(
        R"(\b(?:SkipTest|Skipped|SkipException|TestAbortedException|AssumptionViolated\w*|InconclusiveException|IgnoreException|SuccessException)\b|\bAssert\.(?:Pass|Ignore|Inconclusive|Skip)\b)");
    static const re2::RE2 kept(
        R"(^\s*(?:\w+\.)?(\w+)\s*(?:=[^=]|\.(?:append|add|push|push_back|store|set)\s*\()|\b(\w+)\.(?:append|add|push|push_back|store|set)\()");
    for (const auto line : base::split_lines(body)) {
        if (is(line, not_ended)) {
            continue;
        }
        if (is(line, ends) ||
            (language.assertions.matches(line) && !language.trivial.matches(line) && !language.weak.matches(line))) {
            return true;
        }
        // What it notes down is looked at later.
        std::string name, other;
        if (re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), kept, &name, &other)) {
            name = name.empty() ? other : name;
            for (const auto later : base::split_lines(rest)) {
                if (name.size() > 1 && uses(later, name) > 0 && language.assertions.matches(later) &&
                    !language.trivial.matches(later)) {
                    return true;
                }
            }
        }
    }
    return false;
}

// ---- languages with indentation

struct Logical {
    std::size_t begin = 0, end = 0, indent = 0;
};

std::vector<Logical> logical_lines(std::string_view code, std::size_t begin, std::size_t end) {
    std::vector<Logical> lines;
    int depth = 0;
    std::size_t start = begin;
    for (std::size_t i = begin; i <= end; ++i) {
        const char c = i < end ? code[i] : '\n';
        depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        if (c != '\n' || (depth > 0 && i < end) || (i > begin && i < end && code[i - 1] == '\\')) {
            continue;
        }
        const std::string_view line = code.substr(start, i - start);
        if (const auto first = line.find_first_not_of(" \t\r\n"); first != std::string_view::npos) {
            const auto row = line.rfind('\n', first);
            lines.push_back({start, i, row == std::string_view::npos ? first : first - row - 1});
        }
        start = i + 1;
        depth = 0;
    }
    return lines;
}

class Indented {
   public:
    Indented(const Language& language, const SourceViews& views, std::size_t begin, std::size_t end)
        : language_(language),
          code_(std::string_view(views.code)),
          text_(std::string_view(views.text)),
          begin_(begin),
          end_(end),
          lines_(logical_lines(code_, begin, end)) {}

    std::vector<MutedCode> muted() {
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            judge(i);
        }
        return std::move(found_);
    }
    [[nodiscard]] std::size_t exits() const {
        static const re2::RE2 condition(R"(^\s*(?:if|elif)\b)");
        static const re2::RE2 leaves(R"(^\s*return\s*(?:None|True|False)?\s*$)");
        std::size_t found = 0, body_indent = 0;
        for (std::size_t i = 1; i < lines_.size(); ++i) {
            static const re2::RE2 above(R"(^\s*(?:@|(?:async\s+)?def\b))");
            if (body_indent == 0 && !is(code_of(i), above)) {
                body_indent = lines_[i].indent;
            }
            const MutedCode below = body(i);
            found += is(code_of(i), condition) && lines_[i].indent == body_indent &&
                             is(base::trim(code_.substr(below.begin, below.end - below.begin)), leaves) &&
                             language_.assertions.matches(code_.substr(below.end, end_ - below.end))
                         ? 1U
                         : 0U;
        }
        return found;
    }
    std::vector<Guard> guards() {
        static const re2::RE2 condition(R"(^\s*(?:if|elif)\s+(.*?):\s*$)");
        static const re2::RE2 other(R"(^\s*(?:else|elif)\b)");
        std::vector<Guard> out;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            const auto header = text_.substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
            std::string ignored;
            if (!is(header, condition, ignored)) {
                continue;
            }
            const std::size_t last = block_end(i);
            const bool has_other = last < lines_.size() && lines_[last].indent == lines_[i].indent &&
                                   is(code_.substr(lines_[last].begin, lines_[last].end - lines_[last].begin), other);
            if (!has_other && last > i + 1) {
                out.push_back({lines_[i].end, lines_[last - 1].end, base::trim(header)});
            }
        }
        return out;
    }

   private:
    [[nodiscard]] std::string_view code_of(std::size_t i) const {
        return code_.substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
    }
    /// The first line after the block under line `i`.
    [[nodiscard]] std::size_t block_end(std::size_t i) const {
        std::size_t next = i + 1;
        while (next < lines_.size() && lines_[next].indent > lines_[i].indent) {
            ++next;
        }
        return next;
    }
    /// What a header governs, on its own line or below.
    [[nodiscard]] MutedCode body(std::size_t i) const {
        const std::string_view line = code_of(i);
        int depth = 0;
        for (std::size_t k = 0; k < line.size(); ++k) {
            depth += line[k] == '(' || line[k] == '[' || line[k] == '{'   ? 1
                     : line[k] == ')' || line[k] == ']' || line[k] == '}' ? -1
                                                                          : 0;
            if (line[k] == ':' && depth == 0 && !base::trim(line.substr(k + 1)).empty()) {
                return {lines_[i].begin + k + 1, lines_[i].end};
            }
        }
        const std::size_t last = block_end(i);
        return {lines_[i].end, last > i + 1 ? lines_[last - 1].end : lines_[i].end};
    }

    void judge(std::size_t i) {
        static const re2::RE2 attempt(R"(^\s*try\s*:)");
        static const re2::RE2 expected(
            R"(\b(?:raises|assertRaises(?:Regexp?|Message)?|suppress|catch_warnings_and_errors)\(\s*[^\n]*\b(?:AssertionError|Exception|BaseException|failureException|Failed)\b)");
        static const re2::RE2 with(R"(^\s*(?:async\s+)?with\b)");
        static const re2::RE2 function(R"(^\s*(?:async\s+)?def\s+(\w+)\s*\()");
        static const re2::RE2 condition(R"(^\s*(?:if|elif|while)\b\s*(.*))");
        static const re2::RE2 loop(
            R"(^\s*(?:async\s+)?for\b.*\bin\s*(?:\[\s*\]|\(\s*\)|range\(\s*0?\s*\)|\{\s*\}|set\(\s*\)|list\(\s*\)|""|''|dict\(\s*\)|iter\(\s*(?:\(\s*\)|\[\s*\])\s*\))\s*:)");
        const std::string_view line = code_of(i);
        std::string group;
        if (is(line, attempt)) {
            judge_handlers(i);
        } else if (is(line, expected)) {
            found_.push_back(is(line, with) ? body(i) : MutedCode{lines_[i].begin, lines_[i].end});
        } else if (i > 0 && is(line, function, group)) {
            const bool decorated = base::trim(code_of(i - 1)).substr(0, 1) == "@";
            if (lines_[i].indent > lines_[0].indent && !decorated && group.rfind("test", 0) != 0 &&
                uses(code_.substr(begin_, end_ - begin_), group) < 2) {
                found_.push_back(body(i));
            }
        } else if (is(line, loop)) {
            found_.push_back(body(i));
        } else if (is(text_.substr(lines_[i].begin, line.size()), condition, group)) {
            const auto colon = group.rfind(':');
            if (never_holds(base::trim(std::string_view(group).substr(0, colon)))) {
                found_.push_back(body(i));
            }
        }
    }

    void judge_handlers(std::size_t i) {
        static const re2::RE2 handler(R"(^\s*except\b\*?\s*([^:]*):)");
        static const re2::RE2 last_word(R"(^\s*finally\s*:)");
        static const re2::RE2 catches(R"(^\s*$|\b(?:AssertionError|Exception|BaseException|failureException)\b)");
        static const re2::RE2 leaves(R"((?m)^\s*return\b)");
        bool decided = false;
        for (std::size_t k = block_end(i); k < lines_.size() && lines_[k].indent == lines_[i].indent;
             k = block_end(k)) {
            std::string what;
            const MutedCode code = body(k);
            const std::string_view text = code_.substr(code.begin, code.end - code.begin);
            if (is(code_of(k), handler, what)) {
                if (!decided && is(what, catches)) {
                    decided = true;
                    if (!fails(language_, text, code_.substr(code.end, end_ - code.end))) {
                        found_.push_back(body(i));
                    }
                }
            } else if (is(code_of(k), last_word)) {
                if (is(text, leaves)) {
                    found_.push_back(body(i));
                }
                return;
            } else {
                static const re2::RE2 otherwise(R"(^\s*else\s*:)");
                if (!is(code_of(k), otherwise)) {
                    return;
                }
            }
        }
    }

    const Language& language_;
    std::string_view code_, text_;
    std::size_t begin_, end_;
    std::vector<Logical> lines_;
    std::vector<MutedCode> found_;
};

// ---- languages with brackets

struct Bracket {
    char kind = '{';
    std::size_t header = 0;  ///< where what it belongs to begins
    std::size_t open = 0, close = 0;
    std::size_t parent = npos;
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

std::vector<Bracket> brackets(std::string_view code, std::size_t begin, std::size_t end) {
    std::vector<Bracket> all;
    std::vector<std::size_t> open;           // indexes into `all`
    std::vector<std::size_t> starts{begin};  // of the statement, by depth
    for (std::size_t i = begin; i < end; ++i) {
        const char c = code[i];
        if (c == '{' || c == '(' || c == '[') {
            all.push_back({c, starts.back(), i, end, open.empty() ? Bracket::npos : open.back()});
            open.push_back(all.size() - 1);
            starts.push_back(i + 1);
        } else if (c == '}' || c == ')' || c == ']') {
            if (!open.empty()) {
                all[open.back()].close = i;
                open.pop_back();
                starts.pop_back();
                if (c == '}') {
                    starts.back() = i + 1;
                }
            }
        } else if (c == ';' || (c == ',' && !open.empty() && all[open.back()].kind != '{')) {
            starts.back() = i + 1;
        }
    }
    return all;
}

class Bracketed {
   public:
    Bracketed(const Language& language, const SourceViews& views, std::size_t begin, std::size_t end)
        : language_(language),
          code_(std::string_view(views.code)),
          text_(std::string_view(views.text)),
          end_(std::min(end, views.code.size())),
          unit_(code_.substr(begin, end_ - begin)),
          all_(brackets(code_, begin, end_)) {}

    std::vector<MutedCode> muted() {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (all_[i].kind == '{') {
                judge_block(i);
            } else if (all_[i].kind == '(') {
                judge_call(i);
            }
        }
        return std::move(found_);
    }
    [[nodiscard]] std::size_t exits() const {
        static const re2::RE2 condition(R"((?:^|[\s}])if\b[^{}]*$|\belse\s*$)");
        static const re2::RE2 leaves(R"(^\s*return\b\s*(?:Ok\(\(\)\)|true|false|undefined|null|Unit)?\s*;?\s*$)");
        std::size_t found = 0;
        std::size_t first = Bracket::npos;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (all_[i].kind != '{') {
                continue;
            }
            if (first == Bracket::npos) {
                first = i;
            }
            found += all_[i].parent == first && is(header(all_[i]), condition) && is(inside(all_[i]), leaves) &&
                             language_.assertions.matches(following(all_[i]))
                         ? 1U
                         : 0U;
        }
        return found;
    }
    [[nodiscard]] std::vector<Guard> guards() const {
        static const re2::RE2 condition(R"((?:^|[\s}])if\b(?:\s+constexpr)?\s*([^{}]*)$)");
        static const re2::RE2 other(R"(^\s*else\b)");
        std::vector<Guard> out;
        for (const auto& bracket : all_) {
            if (bracket.kind != '{' || !is(header(bracket), condition) ||
                is(code_.substr(std::min(bracket.close + 1, code_.size())), other)) {
                continue;
            }
            out.push_back(
                {bracket.open, bracket.close, base::trim(text_.substr(bracket.header, bracket.open - bracket.header))});
        }
        return out;
    }

   private:
    [[nodiscard]] std::string_view header(const Bracket& bracket) const {
        return code_.substr(bracket.header, bracket.open - bracket.header);
    }
    [[nodiscard]] std::string_view inside(const Bracket& bracket) const {
        return code_.substr(bracket.open + 1, bracket.close - std::min(bracket.open + 1, bracket.close));
    }
    [[nodiscard]] std::string_view following(const Bracket& bracket) const {
        const std::size_t from = std::min(bracket.close + 1, end_);
        return code_.substr(from, end_ - from);
    }
    [[nodiscard]] bool unit_has(const re2::RE2& pattern) const { return is(unit_, pattern); }
    void mute(const Bracket& bracket) { found_.push_back({bracket.open, bracket.close}); }

    void judge_block(std::size_t i) {
        static const re2::RE2 attempt(R"(\btry\b\s*(?:\([^{}]*\))?\s*$)");
        static const re2::RE2 condition(R"((?:^|[\s}])(?:if|while)\b\s*(.*?)\s*$)");
        static const re2::RE2 counting(
            R"(\bfor\s*\(?[^;{}]*;\s*(?:false|\w+\s*<\s*0)\s*;|\bfor\b[^;{}]*\bin\s+(?:0\.\.0|\[\s*\])\s*$|\bfor\b[^;{}]*:?=\s*range\s+(?:\[\]\w+\{\}|nil)\s*$|\bfor\s*\([^;{}]*\bof\s+\[\s*\]\s*\)\s*$)");
        static const re2::RE2 goroutine(R"(\bgo\s+func\s*\([^)]*\)\s*$)");
        static const re2::RE2 go_waits(R"(\.Wait\(|<-|\bselect\b|\bEventually\b|\.Lock\()");
        static const re2::RE2 deferred(R"(\bdefer\s+func\s*\(\s*\)\s*$)");
        static const re2::RE2 caught(
            R"(\b(?:runCatching|shouldThrowAny|shouldThrowAnyUnit|(?:assertFailsWith|assertThrows|shouldThrow)\s*<\s*(?:Throwable|Error|AssertionError)\s*>)\s*(?:\(\s*\))?\s*$)");
        const Bracket& bracket = all_[i];
        const std::string_view head = header(bracket);
        std::string group;
        if (is(head, attempt)) {
            judge_handlers(bracket);
        } else if (is(head, goroutine)) {
            if (!unit_has(go_waits)) {
                mute(bracket);
            }
        } else if (is(head, deferred)) {
            static const re2::RE2 recovers(R"(\brecover\(\))");
            if (is(inside(bracket), recovers) && !fails(language_, inside(bracket), "")) {
                found_.push_back({bracket.close, end_});
            }
        } else if (is(head, counting) || is(head, caught)) {
            mute(bracket);
        } else if (is(text_.substr(bracket.header, head.size()), condition, group)) {
            // In Go, what is asked stands behind what is set.
            const auto semicolon = group.rfind(';');
            if (never_holds(
                    base::trim(std::string_view(group).substr(semicolon == std::string::npos ? 0 : semicolon + 1)))) {
                mute(bracket);
            }
        } else {
            judge_closure(bracket);
        }
    }

    /// A function that is given a name, at the end of what stands before its code.
    static const re2::RE2& function_value() {
        static const re2::RE2 value(
            R"((?:^|[\s*&>])(\w+)\s*:?=\s*(?:(?:async\s+|move\s+)*(?:\([^(){}]*(?:\([^()]*\)[^(){}]*)*\)(?:\s*:[^={}]*)?|\w+)\s*[=-]>|(?:move\s+)?\|[^|{}]*\|(?:\s*->\s*[\w:<>]+)?|\[[^\]{}]*\]\s*(?:\([^(){}]*\))?(?:\s*->\s*\w+|\s*mutable)*|func\s*\([^{}]*\)[^{}()]*|(?:async\s+)?function\b\s*\*?\s*\w*\s*\([^{}]*\)|delegate\s*(?:\([^{}]*\))?)\s*$)");
        return value;
    }
    /// A function with a name that nobody says again.
    void judge_closure(const Bracket& bracket) {
        static const re2::RE2 named(
            R"(\b(?:function|fn|fun|def|void|Task|int|bool)\s+\*?(\w+)\s*(?:<[^<>{}]*>)?\s*\([^{}]*\)(?:\s*->\s*[\w:<>]+|\s*:\s*\w+)?\s*$)");
        const std::string_view head = header(bracket);
        std::string name;
        if (is(head, function_value(), name)) {
            const bool called =
                !base::trim(following(bracket)).empty() && base::trim(following(bracket)).front() == '(';
            if ((name == "_" || uses(unit_, name) < 2) && !called) {
                mute(bracket);
            }
        } else if (bracket.parent != Bracket::npos && is(head, named, name) && uses(unit_, name) < 2 &&
                   name.rfind("Test", 0) != 0 && name.rfind("test", 0) != 0) {
            mute(bracket);
        }
    }

    void judge_handlers(const Bracket& attempt) {
        static const re2::RE2 handler(R"(^\s*catch\b\s*(?:\(([^{}]*)\))?\s*(?:when\s*\([^{}]*\)\s*)?\{)");
        static const re2::RE2 last_word(R"(^\s*finally\s*\{)");
        static const re2::RE2 leaves(R"((?m)\breturn\b)");
        std::size_t at = attempt.close + 1;
        bool decided = false;
        while (at < end_) {
            std::string what;
            const std::string_view rest = code_.substr(at, end_ - at);
            const bool finally_here = is(rest, last_word);
            if (!finally_here && !re2::RE2::PartialMatch(re2::StringPiece(rest.data(), rest.size()), handler, &what)) {
                return;
            }
            const std::size_t open = at + rest.find('{', finally_here ? 0 : rest.find(what) + what.size());
            const std::size_t close = closing_bracket(code_, open);
            if (close == std::string_view::npos || close > end_) {
                return;
            }
            const std::string_view body = code_.substr(open + 1, close - open - 1);
            if (finally_here) {
                if (is(body, leaves)) {
                    mute(attempt);
                }
                return;
            }
            if (!decided && takes_failures(what)) {
                decided = true;
                if (!fails(language_, body, code_.substr(close, end_ - close))) {
                    mute(attempt);
                }
            }
            at = close + 1;
        }
    }
    /// Whether what a handler catches is what assertions throw.
    [[nodiscard]] bool takes_failures(std::string_view what) const {
        static const re2::RE2 java(
            R"(\b(?:Throwable|Error|AssertionError|AssertionFailedError|ComparisonFailure|MultipleFailuresError|TestFailedException)\b)");
        static const re2::RE2 dotnet(R"(^\s*$|\bException\b|\b\w*(?:Assert\w*|Xunit\w*|Equal|True|False)Exception\b)");
        static const re2::RE2 c(R"(^\s*$|\.\.\.|TestFailure|AssertionFailure|execution_aborted)");
        switch (language_.syntax) {
            case Syntax::java:
                return is(what, java);
            case Syntax::csharp:
                return is(what, dotnet);
            case Syntax::c:
                return is(what, c);
            default:
                return true;
        }
    }

    void judge_call(std::size_t i) {
        const Bracket& bracket = all_[i];
        static const re2::RE2 name(R"(([\w.$:!]+(?:<[^<>(){};]*(?:<[^<>]*>)?>)?)\s*$)");
        std::string called;
        if (!is(header(bracket), name, called)) {
            return;
        }
        // A function without braces around its code.
        const std::string_view before = base::trim(header(bracket).substr(0, header(bracket).rfind(called)));
        std::string closure;
        if (before.size() > 2 && before.back() == '>' && is(before, function_value(), closure) &&
            uses(unit_, closure) < 2) {
            found_.push_back({bracket.header, bracket.close});
            return;
        }
        switch (language_.syntax) {
            case Syntax::javascript:
                javascript_call(bracket, called);
                break;
            case Syntax::java:
                java_call(bracket, called);
                break;
            case Syntax::csharp:
                dotnet_call(bracket, called);
                break;
            case Syntax::rust: {
                static const re2::RE2 unwinding(R"(\bcatch_unwind$)");
                static const re2::RE2 looks(R"(\bresume_unwind\b|\.is_ok\(\)|\.unwrap\(\)|\.expect\(|\?\s*;)");
                static const re2::RE2 spawns(R"((?:^|::|\.)spawn(?:_blocking|_local)?$)");
                static const re2::RE2 joins(R"(\.join\(\)|\.await\b|\bscope\b|\bblock_on\b)");
                if ((is(called, unwinding) && !is(following(bracket), looks)) ||
                    (is(called, spawns) && !unit_has(joins))) {
                    mute(bracket);
                }
                break;
            }
            case Syntax::c: {
                static const re2::RE2 expecting(
                    R"(^(?:EXPECT_(?:NON)?FATAL_FAILURE\w*|(?:EXPECT|ASSERT)_(?:DEATH|EXIT)\w*|(?:REQUIRE|CHECK)_THROWS\w*|BOOST_(?:CHECK|REQUIRE)_THROW)$)");
                if (is(called, expecting)) {
                    mute(bracket);
                }
                break;
            }
            default:
                break;
        }
    }

    void javascript_call(const Bracket& bracket, const std::string& called) {
        static const re2::RE2 expects(R"((?:^|\.)expect(?:\.soft)?$)");
        static const re2::RE2 throwing(
            R"(^\s*\.(?:to\.|be\.|been\.|have\.|an?\.|eventually\.|resolves\.|rejects\.)*(?:toThrow\w*|throws?|Throw|throwError|rejected\w*|rejects|reject|to\.reject\w*)\b)");
        static const re2::RE2 throws_call(
            R"((?:^|\.)(?:throws|throwsAsync|rejects|assertThrows|assertRejects|throw)$)");
        static const re2::RE2 settles(
            R"(^\s*(?:\.not)?\.(?:resolves|rejects|eventually)\b|^\s*\.to(?:\.not)?\.(?:eventually|be\.(?:rejected|fulfilled)))");
        static const re2::RE2 kept(R"(\b(?:await|return|yield)\b|=)");
        static const re2::RE2 chained(R"(\.(?:then|finally)$)");
        static const re2::RE2 timer(
            R"(^(?:setTimeout|setImmediate|process\.nextTick|queueMicrotask|requestAnimationFrame)$)");
        static const re2::RE2 ends(
            R"(\bdone\b|\bresolve\b|Timers|\badvance\w*|\bwaitFor\b|\bflush\w*|\bt\.end\b|\bt\.plan\b|\.tick\()");
        static const re2::RE2 empty_list(R"(\[\s*\]\.(?:forEach|map|every|some)$)");
        static const re2::RE2 caught(R"(\.catch$)");
        const bool is_expectation = is(called, expects);
        if ((is_expectation && is(following(bracket), throwing)) || is(called, throws_call) ||
            (language_.id == "javascript" && is(header(bracket), empty_list))) {
            mute(bracket);
        }
        if (is(called, caught) && !fails(language_, inside(bracket), "")) {
            // What is caught of a promise that is checked.
            const std::string_view head = header(bracket);
            static const re2::RE2 checked(
                R"(\bexpect\(|\bassert\.(?:rejects|doesNotReject)\(|\.(?:resolves|rejects)\b)");
            static const re2::RE2 then_checked(R"(\.then\()");
            if (is(head, checked) || (is(head, then_checked) && language_.assertions.matches(head))) {
                found_.push_back({bracket.header, bracket.open});
            }
            return;
        }
        const bool at_block = bracket.parent == Bracket::npos || all_[bracket.parent].kind == '{';
        const std::string_view head = header(bracket);
        const auto row = head.rfind('\n', head.size() < called.size() ? 0 : head.size() - called.size());
        const std::string_view before = base::trim(head.substr(row == std::string_view::npos ? 0 : row + 1));
        if (at_block && is_expectation && is(following(bracket), settles)) {
            if (!is(before, kept)) {
                found_.push_back({bracket.header, bracket.close + 1});
            }
        } else if (at_block && is(called, chained)) {
            if (!is(head, kept) && !unit_has(ends)) {
                mute(bracket);
            }
        } else if (is(called, timer) && !unit_has(ends)) {
            static const re2::RE2 promised(R"(\bnew\s+Promise\b)");
            if (!unit_has(promised)) {
                mute(bracket);
            }
        }
    }

    void java_call(const Bracket& bracket, const std::string& called) {
        static const re2::RE2 throws_call(
            R"((?:^|\.)(?:assertThrows\w*|assertThatThrownBy|catchThrowable\w*|assertThatExceptionOfType|intercept|shouldThrow\w*|assertFailsWith|runCatching|expectThrows|isThrownBy)(?:<[^>]*>)?$)");
        static const re2::RE2 other_class(R"(^\s*(\w+)(?:\.class|::class)\b)");
        static const re2::RE2 failure(
            R"(^(?:Throwable|Error|AssertionError|AssertionFailedError|ComparisonFailure|MultipleFailuresError)$)");
        static const re2::RE2 spawns(R"((?:^|\.)(?:submit|execute|runAsync|supplyAsync|Thread|schedule)$)");
        static const re2::RE2 joins(R"(\.join\(|\.get\(|\bawait\w*\(|invokeAll|[lL]atch|CompletableFuture\.allOf)");
        if (is(called, throws_call)) {
            std::string type;
            if (!is(inside(bracket), other_class, type) || is(type, failure)) {
                mute(bracket);
            }
        } else if (is(called, spawns) && !unit_has(joins)) {
            mute(bracket);
        }
    }

    void dotnet_call(const Bracket& bracket, const std::string& called) {
        static const re2::RE2 throws_call(
            R"((?:^|\.)(?:Throws\w*|Catch\w*|Exception(?:Async)?|ThrowsException\w*|Invoking)(?:<(.*)>)?$)");
        static const re2::RE2 failure(
            R"(^$|^(?:System\.)?(?:Exception|SystemException)$|Xunit|Assert|Sdk|^\w*(?:Equal|True|False|Null|Contains)Exception$)");
        static const re2::RE2 spawns(R"(\bTask\.(?:Run|Factory\.StartNew)$|\bThread$|\bQueueUserWorkItem$)");
        static const re2::RE2 joins(R"(\bawait\b|\.Wait\w*\(|\.Result\b|\.Join\(|GetResult\()");
        std::string type;
        if (is(called, throws_call, type)) {
            if (is(type, failure)) {
                mute(bracket);
            }
        } else if (is(called, spawns) && !unit_has(joins)) {
            mute(bracket);
        }
    }

    const Language& language_;
    std::string_view code_, text_;
    std::size_t end_;
    std::string_view unit_;
    std::vector<Bracket> all_;
    std::vector<MutedCode> found_;
};

}  // namespace

std::size_t closing_bracket(std::string_view code, std::size_t at) {
    int depth = 0;
    for (; at < code.size(); ++at) {
        const char c = code[at];
        depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        if (depth == 0) {
            return at;
        }
    }
    return std::string_view::npos;
}

std::vector<MutedCode> muted_code(const Language& language, const SourceViews& views, std::size_t begin,
                                  std::size_t end) {
    end = std::min(end, views.code.size());
    if (language.extent == Extent::indent) {
        return Indented(language, views, begin, end).muted();
    }
    return language.extent == Extent::none ? std::vector<MutedCode>{} : Bracketed(language, views, begin, end).muted();
}

std::vector<Guard> guards(const Language& language, const SourceViews& views, std::size_t begin, std::size_t end) {
    end = std::min(end, views.code.size());
    if (language.extent == Extent::indent) {
        return Indented(language, views, begin, end).guards();
    }
    return language.extent == Extent::none ? std::vector<Guard>{} : Bracketed(language, views, begin, end).guards();
}

std::size_t conditional_exits(const Language& language, const SourceViews& views, std::size_t begin, std::size_t end) {
    end = std::min(end, views.code.size());
    if (language.extent == Extent::indent) {
        return Indented(language, views, begin, end).exits();
    }
    return language.extent == Extent::none ? 0 : Bracketed(language, views, begin, end).exits();
}

}  // namespace rfsn::policy
