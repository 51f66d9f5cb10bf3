// SPDX-License-Identifier: MIT
#include "policy/claim.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include <re2/re2.h>

#include "base/text.hpp"
#include "policy/muted_code.hpp"

namespace rfsn::policy {
namespace {

bool is(std::string_view text, const re2::RE2& pattern) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

std::size_t word_uses(std::string_view text, const std::string& word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
        const std::size_t end = at + word.size();
        found += (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end])) ? 1U : 0U;
    }
    return found;
}

/// A piece of source in both views: brackets are looked for in the one, and read in the other.
struct Piece {
    std::string_view code, text;
    [[nodiscard]] Piece part(std::size_t from, std::size_t count = std::string_view::npos) const {
        from = std::min(from, code.size());
        return {code.substr(from, count), text.substr(from, count)};
    }
    [[nodiscard]] Piece trimmed() const {
        std::size_t from = 0, end = code.size();
        const auto blank = [&](std::size_t i) { return std::isspace(static_cast<unsigned char>(text[i])) != 0; };
        while (from < end && blank(from)) {
            ++from;
        }
        while (end > from && blank(end - 1)) {
            --end;
        }
        return part(from, end - from);
    }
    [[nodiscard]] std::string squeezed() const { return policy::squeezed(text); }
};

/// Splits at the commas that no bracket holds.
std::vector<Piece> arguments(Piece all) {
    std::vector<Piece> out;
    int depth = 0;
    std::size_t from = 0;
    for (std::size_t i = 0; i <= all.code.size(); ++i) {
        const char c = i < all.code.size() ? all.code[i] : ',';
        depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        if (c == ',' && (depth == 0 || i == all.code.size())) {
            const Piece piece = all.part(from, i - from).trimmed();
            if (!piece.code.empty() || i < all.code.size()) {
                out.push_back(piece);
            }
            from = i + 1;
        }
    }
    return out;
}

Piece without_brackets(Piece piece) {
    piece = piece.trimmed();
    while (piece.code.size() > 1 && piece.code.front() == '(' &&
           closing_bracket(piece.code, 0) == piece.code.size() - 1) {
        piece = piece.part(1, piece.code.size() - 2).trimmed();
    }
    return piece;
}

/// Where an operator stands that no bracket holds, with its length; npos if there is none.
std::pair<std::size_t, std::size_t> find_operator(std::string_view code,
                                                  const std::vector<std::string_view>& operators) {
    int depth = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        if (depth != 0) {
            continue;
        }
        for (const auto op : operators) {
            if (code.substr(i, op.size()) != op) {
                continue;
            }
            const bool word = is_word(op.front());
            const char before = i == 0 ? ' ' : code[i - 1];
            const char after = i + op.size() < code.size() ? code[i + op.size()] : ' ';
            if (word ? !is_word(before) && !is_word(after)
                     : std::string_view("=<>!-").find(before) == std::string_view::npos && after != '=' &&
                           (op != "<" || after != '<') && (op != ">" || (before != '-' && after != '>'))) {
                return {i, op.size()};
            }
        }
    }
    return {std::string_view::npos, 0};
}

/// A value with room around it that another value fits into.
Claim without_room(Claim claim) {
    static const re2::RE2 wide(
        R"((?:\b(?:abs|rel|delta|atol|rtol)=)(?:[1-9]\d*(?:\.\d*)?(?:e\+?\d+)?|0?\.[1-9]\d*)(?:[,)]|$))");
    if (is(claim.other, wide) || is(claim.subject, wide)) {
        claim.strength = std::min(claim.strength, Strength::partial);
    }
    return claim;
}
/// Equal to true is no more than true: linters and libraries write the one for the other.
Claim without_true(Claim claim) {
    if (claim.subject == "true" || claim.subject == "True") {
        std::swap(claim.subject, claim.other);
    }
    if (claim.other == "true" || claim.other == "True") {
        claim.strength = std::min(claim.strength, Strength::some);
        claim.other.clear();
    }
    return claim;
}
Claim claim(Strength strength, Piece subject, Piece other = {}) {
    // What type a thing has says little of it.
    static const re2::RE2 kind(R"(^(?:typeof\s+|(?:type|bool|Boolean)\()\s*(.+?)\)?$)");
    subject = without_brackets(subject);
    if (re2::RE2::FullMatch(re2::StringPiece(subject.code.data(), subject.code.size()), kind) &&
        strength != Strength::nothing) {
        const auto from = subject.code.find_first_of(" (") + 1;
        const bool call =
            subject.code.back() == ')' && closing_bracket(subject.code, from - 1) == subject.code.size() - 1;
        if (call || subject.code[from - 1] == ' ') {
            return {Strength::some, subject.part(from, subject.code.size() - from - (call ? 1 : 0)).squeezed(), ""};
        }
    }
    return without_room(
        without_true({strength, without_brackets(subject).squeezed(), without_brackets(other).squeezed()}));
}

std::vector<Claim> of_expression(const Language& language, Piece text);

/// `f(x)` as its name and arguments, if it is one call and nothing else.
bool is_call(Piece piece, std::string& name, Piece& inside) {
    static const re2::RE2 head(R"(^([\w.$:]+!?)\s*(?:<[\w<>, .]*>)?\()");
    const re2::StringPiece text(piece.code.data(), piece.code.size());
    if (!re2::RE2::PartialMatch(text, head, &name)) {
        return false;
    }
    const auto open = piece.code.find('(');
    const auto close = closing_bracket(piece.code, open);
    if (close == std::string_view::npos || close + 1 != piece.code.size()) {
        return false;
    }
    inside = piece.part(open + 1, close - open - 1);
    return true;
}

std::string last_name(std::string_view name) {
    const auto dot = name.find_last_of(".:");
    std::string out(dot == std::string_view::npos ? name : name.substr(dot + 1));
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    out.erase(std::remove(out.begin(), out.end(), '_'), out.end());
    out.erase(std::remove(out.begin(), out.end(), '!'), out.end());
    return out;
}

/// What has to hold, written as an expression.
std::vector<Claim> of_expression(const Language& language, Piece text) {
    text = without_brackets(text);
    if (text.code.empty()) {
        return {};
    }
    const bool words = language.extent == Extent::indent;
    if (find_operator(text.code, words ? std::vector<std::string_view>{"or"} : std::vector<std::string_view>{"||"})
            .second != 0) {
        return {claim(Strength::some, text)};
    }
    const auto conjunction =
        find_operator(text.code, words ? std::vector<std::string_view>{"and"} : std::vector<std::string_view>{"&&"});
    if (conjunction.second != 0) {
        auto out = of_expression(language, text.part(0, conjunction.first));
        for (auto& one : of_expression(language, text.part(conjunction.first + conjunction.second))) {
            out.push_back(std::move(one));
        }
        return out;
    }
    struct Kind {
        std::vector<std::string_view> operators;
        Strength strength;
    };
    static const std::vector<Kind> symbols{
        {{"===", "=="}, Strength::exact}, {{"!==", "!="}, Strength::some}, {{"<=", ">=", "<", ">"}, Strength::partial}};
    static const std::vector<Kind> spelled{{{"not in"}, Strength::some},
                                           {{"is not"}, Strength::some},
                                           {{"is"}, Strength::exact},
                                           {{"in"}, Strength::partial}};
    for (const auto* kinds : {&symbols, &spelled}) {
        if (kinds == &spelled && !words) {
            break;
        }
        for (const auto& kind : *kinds) {
            const auto at = find_operator(text.code, kind.operators);
            if (at.second != 0) {
                const Piece right = text.part(at.first + at.second);
                const auto again = kind.strength == Strength::partial
                                       ? find_operator(right.code, kind.operators)
                                       : std::pair<std::size_t, std::size_t>{std::string_view::npos, 0};
                if (again.second != 0) {  // 0 <= x < 10
                    return {claim(kind.strength, right.part(0, again.first), text.part(0, at.first))};
                }
                return {claim(kind.strength, text.part(0, at.first), right)};
            }
        }
    }
    static const re2::RE2 instance(R"(\binstanceof\b)");
    if (is(text.code, instance)) {
        return {claim(Strength::some, text.part(0, text.code.find("instanceof")))};
    }
    static const re2::RE2 negated(R"(^(?:not\b|!))");
    if (is(text.code, negated)) {
        return {claim(Strength::exact, text.part(text.code[0] == '!' ? 1 : 3), {"false", "false"})};
    }
    std::string name;
    Piece inside;
    if (is_call(text, name, inside)) {
        const auto given = arguments(inside);
        static const re2::RE2 about(R"(^(?:isinstance|bool|len|callable|hasattr|type|Boolean|str|repr|isnan|sizeof)$)");
        if (!given.empty() && is(name, about)) {
            return {claim(Strength::some, given[0])};
        }
        const std::string last = last_name(name);
        if (given.size() == 2 && (last == "deepequal" || last == "equals" || last == "arrayequal" || last == "equal")) {
            return {claim(Strength::exact, given[0], given[1])};
        }
        if (given.size() == 2 && (name == "errors.Is" || name == "errors.As")) {
            return {claim(Strength::exact, given[0], given[1])};
        }
        if (given.size() == 2 && (last == "allclose" || last == "isclose")) {
            return {claim(Strength::partial, given[0], given[1])};
        }
        if (last == "matches" && given.size() == 2) {
            return {claim(Strength::partial, given[0], given[1])};
        }
    }
    static const re2::RE2 method(R"(\.(\w+)\s*\([^()]*\)$)");
    std::string last;
    if (re2::RE2::PartialMatch(re2::StringPiece(text.code.data(), text.code.size()), method, &last)) {
        const auto dot = text.code.rfind("." + last);
        const auto open = text.code.find('(', dot);
        if (last == "equals" || last == "Equals" || last == "eq" || last == "isEqualTo") {
            return {claim(Strength::exact, text.part(0, dot), text.part(open + 1, text.code.size() - open - 2))};
        }
        static const re2::RE2 there(R"(^(?:is_ok|is_some|is_err|is_none|has_value|isPresent|isOk|exists)$)");
        if (is(last, there)) {
            return {claim(Strength::some, text.part(0, dot))};
        }
    }
    // What only answers yes or no says all that it can.
    static const re2::RE2 predicate(
        R"((?:^|[.:>])(?:is|has|are|can|contains|starts|ends|matches|exists)(?:[A-Z_]\w*)?\([^()]*\)$|(?:^|[.:>])(?:isEmpty|is_empty|empty)\(\)$)");
    return {claim(is(text.code, predicate) ? Strength::exact : Strength::some, text)};
}

/// What a name of a function says that compares its arguments.
bool strength_of_name(const std::string& name, Strength& strength) {
    static const re2::RE2 exact(
        R"(^(?:assert|expect|check|require|boostcheck|boostrequire|boosttest|debugassert|propassert|testassert|ckassert|crassert)?(?:int|str|uint|ptr|long|double|float|string|array|iterable|list|dict|set|tuple|multiline|sequence|count|deep|strict|deepstrict|frame|series|json|yaml)?(?:equals?|eq|streq|doubleeq|floateq|areequal|aresame|same|is|equalvalues|jsoneq|elementsmatch|exactly|erroris|erroras|errorcontains|eqerror|eql|linesmatch|equalcollections|equivalent)$)");
    static const re2::RE2 some(
        R"(^(?:assert|expect|check|require|is|are)*(?:not(?:equals?|eq|same|null|nil|none|empty|zero|deepequal|strictequal|deepstrictequal|undefined|in|defined)|isnotnone|isnotnull|isnotempty|isinstance\w*|instanceof|istype|isassignablefrom|ne|ok|exists?|defined|areotequal|arenotequal|isnot|isinstanceoftype|typeof|error|err)$)");
    static const re2::RE2 partial(
        R"(^(?:assert|expect|check|require)*(?:almostequals?|notalmostequal|near|indelta|inepsilon|greater\w*|less\w*|gt|ge|lt|le|contains\w*|in|inrange|regexp?\w*|match\w*|startswith|endswith|isgreater\w*|isless\w*|include\w*|subset|within\w*|positive|negative)$)");
    if (is(name, exact)) {
        strength = Strength::exact;
    } else if (is(name, some)) {
        strength = Strength::some;
    } else if (is(name, partial)) {
        strength = Strength::partial;
    } else {
        return false;
    }
    return true;
}

/// "expect(x).not.toBe(y)", "assertThat(x).isEqualTo(y)", "x.Should().Be(y)": what the words after the subject say.
Claim of_chain(Piece subject, Piece chain) {
    static const re2::RE2 exact(
        R"(\.(?:toBe|toEqual|toStrictEqual|toHaveLength|toHaveBeenCalledWith|toHaveBeenCalledTimes|toBeNull|toBeUndefined|toBeNaN|toMatchSnapshot|toMatchInlineSnapshot|toThrow\w*|equals?|eql|eq|eqls|isEqualTo|isEqualByComparingTo|isSameAs|containsExactly\w*|hasSize|isEmpty|isNull|isTrue|isFalse|Be|BeEquivalentTo|Equal|BeTrue|BeFalse|BeNull|HaveCount|BeEmpty|BeSameAs|members|lengthOf|length|throws?|true|false|null|undefined|empty|be|hasToString|isEqualToIgnoringCase|returns|hasMessage|isThrownBy|should)\b)");
    static const re2::RE2 some(
        R"(\.(?:toBeDefined|toBeTruthy|toBeInstanceOf|toBeTypeOf|toHaveBeenCalled|toBeFalsy|exist|exists|ok|isOk|instanceof|instanceOf|isNotNull|isNotEmpty|isInstanceOf|isNotEqualTo|isNotNaN|isNotZero|NotBeNull|NotBe|NotBeEmpty|BeOfType|BeAssignableTo|NotBeNullOrEmpty|isPresent|isNotSameAs|isNotBlank)\b)");
    static const re2::RE2 type_only(R"(\.be\.an?\(|\.an?\()");
    static const re2::RE2 partial(
        R"(\.(?:toContain\w*|toMatch|toMatchObject|toBeCloseTo|toBeGreater\w*|toBeLess\w*|include\w*|contain\w*|match|closeTo|above|below|within|least|most|gt|lt|gte|lte|greaterThan|lessThan|isGreater\w*|isLess\w*|isBetween|isCloseTo|contains|startsWith|endsWith|matches|isIn|Contain\w*|BeGreater\w*|BeLess\w*|BeInRange|BeApproximately|StartWith|EndWith|Match\w*|BeOneOf|isPositive|isNegative|oneOf|property)\b)");
    static const re2::RE2 negated(R"(\.(?:not|isNot|doesNot)\b|\.(?:doesNotContain|isNotIn)\b)");
    static const re2::RE2 anything(
        R"(\b(?:expect\.any(?:thing)?\(|any\(|Mockito\.any|It\.IsAny|mock\.ANY\b|anything\(\)|notNullValue|match\.any))");
    Claim out = claim(Strength::exact, subject);
    const Strength most = out.strength;
    const auto open = chain.code.rfind('(');
    if (open != std::string_view::npos) {
        const auto close = closing_bracket(chain.code, open);
        if (close != std::string_view::npos) {
            out.other = chain.part(open + 1, close - open - 1).squeezed();
        }
    }
    // The strongest word of those that are not denied decides.
    const bool denied = is(chain.code, negated);
    if (!denied && is(chain.code, exact) && !is(chain.code, type_only) &&
        !(is(chain.code, some) && out.other.empty() &&
          !is(chain.code, re2::RE2(R"(\.(?:toBe|equal|eql|isEqualTo|Be|Equal)\()")))) {
        out.strength = is(chain.text, anything) ? Strength::some : Strength::exact;
    } else if (!denied && is(chain.code, partial)) {
        out.strength = Strength::partial;
    } else if (denied || is(chain.code, some) || is(chain.code, type_only)) {
        out.strength = Strength::some;
    }
    static const re2::RE2 only_true(R"(\.(?:isTrue|BeTrue|true)\b)");
    if (is(chain.code, only_true)) {
        out.strength = Strength::some;
    }
    out.strength = std::min(out.strength, most);
    return without_true(std::move(out));
}

/// `Is.EqualTo(1)`, `is(equalTo(1))`, `notNullValue()`: the second argument of an assertThat.
Claim of_matcher(Piece subject, Piece matcher) {
    static const re2::RE2 some(
        R"(^(?:Is\.Not\b|Is\.True|not\w*\(|notNullValue|anything|instanceOf|isA\(|any\(|Is\.InstanceOf|Is\.TypeOf|Is\.AssignableTo|Has\.Property))");
    static const re2::RE2 exact(
        R"(^(?:Is\.(?:EqualTo|SameAs|EquivalentTo|False|Null|Empty)|is\(|equalTo|sameInstance|nullValue|hasSize|empty|contains\(|hasEntry))");
    Claim out = claim(Strength::partial, subject, matcher);
    const std::string_view text = base::trim(matcher.text);
    if (is(text, some) || is(text, re2::RE2(R"(^is\((?:not\w*\(|notNullValue|anything|instanceOf|any\())"))) {
        out.strength = Strength::some;
    } else if (is(text, exact)) {
        out.strength = Strength::exact;
    }
    return out;
}

/// In Go a test says what must not be: `if got != want { t.Error(...) }`.
std::vector<Claim> of_failing_branch(const Language& language, const SourceViews& views, std::size_t at,
                                     std::size_t begin) {
    const std::string_view code = views.code;
    int depth = 0;
    std::size_t open = at;
    while (open > begin) {
        --open;
        depth += code[open] == '}' ? 1 : code[open] == '{' ? -1 : 0;
        if (depth < 0) {
            break;
        }
    }
    if (depth >= 0) {
        return {};
    }
    const std::size_t from = std::max(begin, code.find_last_of("\n{}", open == 0 ? 0 : open - 1) + 1);
    Piece header{code.substr(from, open - from), std::string_view(views.text).substr(from, open - from)};
    const auto word = header.code.find("if ");
    if (word == std::string_view::npos) {
        return {};
    }
    header = header.part(word + 3);
    if (const auto semicolon = header.code.rfind(';'); semicolon != std::string_view::npos) {
        header = header.part(semicolon + 1);
    }
    // The contrary of each part.
    std::vector<Claim> out;
    std::vector<Piece> rest{without_brackets(header)};
    while (!rest.empty()) {
        const Piece piece = without_brackets(rest.back());
        rest.pop_back();
        if (const auto either = find_operator(piece.code, {"||"}); either.second != 0) {
            rest.push_back(piece.part(0, either.first));
            rest.push_back(piece.part(either.first + 2));
            continue;
        }
        auto claims = of_expression(language, piece);
        if (claims.size() > 1) {
            // It fails only where both are so.
            for (auto& one : claims) {
                one.strength = Strength::some;
                out.push_back(std::move(one));
            }
            continue;
        }
        if (claims.empty()) {
            return {};
        }
        Claim& one = claims.front();
        const bool differs = find_operator(piece.code, {"!="}).second != 0;
        const bool equals = find_operator(piece.code, {"=="}).second != 0;
        if (equals) {
            one.strength = Strength::some;
        } else if (!differs && piece.code.substr(0, 1) == "!") {
            const auto inner = of_expression(language, piece.part(1));
            if (inner.size() == 1) {
                one = inner.front();
            }
        } else if (differs || one.strength == Strength::some) {
            one.strength = Strength::exact;  // "if f(x) { t.Error }": it must be false
        }
        out.push_back(one);
    }
    return out;
}

}  // namespace

bool is_literal(std::string_view text) {
    static const re2::RE2 literal(
        R"(^[\s()\[\]{},:+\-*/%.\d'"_]*$|^(?:true|false|True|False|None|null|nil|undefined|nullptr|NULL|NaN)$|^[frbuL]?"[^"]*"$|^[frbu]?'[^']*'$|^-?\d[\w.]*$)");
    return is(text, literal);
}

std::pair<std::size_t, std::size_t> statement_around(std::string_view code, std::size_t at) {
    int depth = 0;
    std::size_t begin = at;
    while (begin > 0) {
        const char c = code[begin - 1];
        if (c == ')' || c == ']') {
            ++depth;
        } else if (c == '(' || c == '[') {
            if (depth == 0) {
                break;
            }
            --depth;
        } else if (depth == 0 && (c == ';' || c == '{' || c == '}')) {
            break;
        } else if (depth == 0 && c == '\n') {
            const auto next = code.find_first_not_of(" \t\r\n", begin);
            if (next == std::string_view::npos || code[next] != '.') {
                break;
            }
        }
        --begin;
    }
    begin = std::min(code.find_first_not_of(" \t\r\n", begin), at);
    std::size_t end = begin;
    for (depth = 0; end < code.size(); ++end) {
        const char c = code[end];
        if (c == '(' || c == '[' || c == '{') {
            if (c == '{' && depth == 0) {
                break;
            }
            ++depth;
        } else if (c == ')' || c == ']' || c == '}') {
            if (depth == 0) {
                break;
            }
            --depth;
        } else if (depth == 0 && c == ';') {
            break;
        } else if (depth == 0 && c == '\n') {
            const auto next = code.find_first_not_of(" \t\r\n", end);
            if (next == std::string_view::npos || code[next] != '.') {
                break;
            }
        }
    }
    return {begin, std::max(end, at)};
}

std::vector<Claim> claims_at(const Language& language, const SourceViews& views, std::size_t at, std::size_t begin) {
    static const re2::RE2 go_failure(R"(^(?:t|tb|b|f|tt|s\.T\(\))\.(?:Error|Fatal|Fail))");
    const std::string_view code = views.code;
    if (language.syntax == Syntax::go && is(code.substr(at, 24), go_failure)) {
        return of_failing_branch(language, views, at, begin);
    }
    const auto [from, end] = statement_around(code, at);
    // Which error is expected.
    static const re2::RE2 error(
        R"((?:\b(?:raises|assertRaises\w*)\(\s*|\bassertThrows\w*\(\s*|\bassertFailsWith\s*[<(]\s*|\bThrows\w*\s*<\s*|_THROWS_AS\(.*,\s*|\bEXPECT_THROW\(.*,\s*|\btoThrow\w*\(\s*)([\w.:]+))");
    static const re2::RE2 any_error(
        R"(^(?:\w+[.:]+)*(?:Exception|BaseException|Throwable|Error|RuntimeException|SystemException|exception)(?:[.:]+(?:class|java))*$)");
    std::string type;
    if (const std::string_view line = code.substr(from, end - from);
        re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), error, &type)) {
        return {{is(type, any_error) ? Strength::some : Strength::exact, "raises", type}};
    }
    Piece statement{code.substr(from, end - from), std::string_view(views.text).substr(from, end - from)};
    static const re2::RE2 prefix(R"(^(?:await|return|void|yield)\s+)");
    for (int i = 0; i < 2 && is(statement.code, prefix); ++i) {
        statement = statement.part(statement.code.find_first_of(" \t")).trimmed();
    }
    statement = statement.trimmed();
    // "assert x == y, message"
    static const re2::RE2 bare(R"(^assert\b\s*[^(\s.:=]|^assert\s*\()");
    const bool keyword =
        (language.extent == Extent::indent || language.syntax == Syntax::java) && is(statement.code, bare);
    if (keyword) {
        const auto parts = arguments(statement.part(6));
        return parts.empty() ? std::vector<Claim>{} : of_expression(language, parts[0]);
    }
    // "x.Should().Be(y)"
    static const re2::RE2 should(R"(\.(?:Should|should)\b(?:\(\))?)");
    re2::StringPiece match;
    const re2::StringPiece whole(statement.code.data(), statement.code.size());
    if (should.Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, &match, 1)) {
        const auto where = static_cast<std::size_t>(match.data() - statement.code.data());
        if (language.syntax == Syntax::csharp && statement.part(where + match.size()).trimmed().code.empty()) {
            return {{Strength::nothing, "", ""}};
        }
        return {of_chain(statement.part(0, where), statement.part(where + match.size()))};
    }
    static const re2::RE2 head(R"(^([\w.$:]+!?)\s*(?:<[\w<>, .\[\]?]*>)?\()");
    std::string name;
    if (!re2::RE2::PartialMatch(whole, head, &name)) {
        return {};
    }
    const auto open = statement.code.find('(');
    const auto close = closing_bracket(statement.code, open);
    if (close == std::string_view::npos) {
        return {};
    }
    auto given = arguments(statement.part(open + 1, close - open - 1));
    const Piece chain = statement.part(close + 1).trimmed();
    if (language.syntax == Syntax::go && given.size() > 1) {
        static const re2::RE2 testing(R"(^(?:t|tb|b|tt|s\.T\(\)|suite\.T\(\)|c|q)$)");
        if (is(given[0].code, testing)) {
            given.erase(given.begin());
        }
    }
    if (given.empty()) {
        return {};
    }
    static const re2::RE2 begun(R"((?:^|\.)(?:expect|assertThat)$)");
    if (given.size() == 1 && chain.code.empty() && is(name, begun) &&
        (language.syntax == Syntax::javascript || language.syntax == Syntax::java)) {
        return {{Strength::nothing, given[0].squeezed(), ""}};  // it is begun, and nothing is said
    }
    const std::string last = last_name(name);
    if (!chain.code.empty() && chain.code.front() == '.' &&
        (last == "expect" || last == "assertthat" || last == "that" || last == "soft")) {
        return {of_chain(given[0], chain)};
    }
    if ((last == "assertthat" || last == "that") && given.size() >= 2) {
        // JUnit 4 puts a message in front.
        const bool message = given.size() == 3 && is_literal(given[0].text);
        return {of_matcher(given[message ? 1 : 0], given[message ? 2 : 1])};
    }
    static const re2::RE2 truth(
        R"(^(?:assert|expect|check|require|debugassert|propassert|boosttest|boostcheck|boostrequire|ckassert|crassert|testassert)?(?:is)?(?:true|ok|truthy|t)?$)");
    static const re2::RE2 falsity(R"(^(?:assert|expect|check|require)?(?:is)?(?:not|false|falsy|f)$)");
    Piece about = given[0];
    if (given.size() == 2 && language.syntax == Syntax::java && is_literal(given[0].text) &&
        !is_literal(given[1].text)) {
        about = given[1];  // the message comes first
    }
    if (is(last, truth)) {
        return of_expression(language, about);
    }
    if (is(last, falsity)) {
        auto denied = of_expression(language, about);
        if (denied.size() == 1 && denied[0].strength == Strength::exact && !denied[0].other.empty()) {
            denied[0].strength = Strength::some;  // it is another value, whichever
            return denied;
        }
        return {claim(Strength::exact, about, {"false", "false"})};
    }
    static const re2::RE2 no_error(
        R"(^(?:assert|expect|require|check)?(?:doesnotthrow\w*|nothrow|notpanics|doesnotreject|notraises)$)");
    if (is(last, no_error)) {
        const auto arrow = std::max(about.code.find("->") + 1, about.code.find("=>") + 1);
        return {claim(Strength::some, arrow == 0 ? about : about.part(arrow + 1))};
    }
    Strength strength = Strength::exact;
    if (!strength_of_name(last, strength)) {
        return {};
    }
    std::size_t first = 0;
    if (given.size() == 3 && language.syntax == Syntax::java && given[0].text.front() == '"') {
        first = 1;
    }
    if (strength == Strength::exact && given.size() > first + 1) {
        // Whether something is true may be asked by comparing it.
        const auto is_true = [](const Piece& piece) { return piece.text == "true" || piece.text == "True"; };
        if (is_true(given[first]) || is_true(given[first + 1])) {
            return of_expression(language, given[is_true(given[first]) ? first + 1 : first]);
        }
    }
    return {given.size() > first + 1 ? claim(strength, given[first], given[first + 1]) : claim(strength, given[first])};
}

std::vector<std::pair<std::string, std::string>> local_values(std::string_view text) {
    static const re2::RE2 assignment(
        R"((?m)^\s*(?:if\s+)?(?:(?:const|let|var|auto|final|val|int|long|String|double|bool|boolean|string)\s+(?:mut\s+)?&?)?(\w+)\s*(?::\s*[\w<>\[\]]+\s*)?:?=\s*([^=\n;][^\n;]*))");
    std::map<std::string, std::pair<std::string, int>> seen;
    re2::StringPiece rest(text.data(), text.size());
    std::string name, value;
    while (re2::RE2::FindAndConsume(&rest, assignment, &name, &value)) {
        auto& entry = seen[name];
        entry.first = squeezed(value);
        ++entry.second;
    }
    std::vector<std::pair<std::string, std::string>> out;
    for (auto& [key, entry] : seen) {
        // A constant that is looked at and nowhere else: nothing counts it up or fills it in.
        if (entry.second == 1 && (!is_literal(entry.first) || word_uses(text, key) <= 2)) {
            out.emplace_back(key, std::move(entry.first));
        }
    }
    return out;
}

void resolve(const std::vector<std::pair<std::string, std::string>>& values, Claim& claim) {
    const bool constants =
        !claim.subject.empty() && is_literal(claim.subject) && (claim.other.empty() || is_literal(claim.other));
    for (auto* side : {&claim.subject, &claim.other}) {
        const auto found =
            std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == *side; });
        if (found != values.end()) {
            *side = found->second;
        }
    }
    const bool same = claim.strength == Strength::exact && !claim.other.empty() && claim.subject == claim.other;
    const bool given =
        !claim.subject.empty() && is_literal(claim.subject) && (claim.other.empty() || is_literal(claim.other));
    if (same || constants || given) {
        claim.strength = Strength::nothing;
    }
}

}  // namespace rfsn::policy
