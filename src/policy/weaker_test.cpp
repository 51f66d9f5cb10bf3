// SPDX-License-Identifier: MIT
#include "policy/weaker_test.hpp"

#include <algorithm>
#include <cctype>

#include <re2/re2.h>

#include "base/text.hpp"
#include "policy/source_text.hpp"

namespace rfsn::policy {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

/// The values that a check names.
std::vector<std::string> values_of(const std::string& check) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < check.size();) {
        const char c = check[i];
        const auto digit = [&](std::size_t k) {
            return k < check.size() && std::isdigit(static_cast<unsigned char>(check[k])) != 0;
        };
        std::size_t end = i + 1;
        if (c == '"' || c == '\'' || c == '`') {
            while (end < check.size() && check[end] != c) {
                ++end;
            }
            values.push_back(check.substr(i + 1, end - i - 1));
            ++end;
        } else if (digit(i) || (c == '-' && digit(end) && i > 0 && !is_word(check[i - 1]))) {
            while (end < check.size() && (is_word(check[end]) || check[end] == '.')) {
                ++end;
            }
            values.push_back(check.substr(i, end - i));
        } else {
            while (is_word(c) && end < check.size() && is_word(check[end])) {
                ++end;
            }
        }
        i = end;
    }
    return values;
}

std::set<std::string> words_in(const std::string& text) {
    std::set<std::string> words;
    std::string word;
    for (const char c : text + " ") {
        if (is_word(c)) {
            word += c;
        } else if (!word.empty()) {
            // "asserta.f()" was "assert a.f()", and "ifa" was "if a" before it was squeezed.
            for (const char* glued : {"assert", "if", "elif"}) {
                const std::string_view head(glued);
                if (word.size() > head.size() && word.compare(0, head.size(), head) == 0) {
                    words.insert(word.substr(head.size()));
                }
            }
            words.insert(std::move(word));
            word.clear();
        }
    }
    return words;
}

/// Whether a row of some table, new in the change, holds all the values of a check.
bool is_a_row(const std::string& check, const Checks& all) {
    static const re2::RE2 row(
        R"re(^(?:\{.*\}|\(.*\)|\[.*\]|(?:"[^"]*"|'[^']*'|\w+):[{\[(].*[}\])]|"[^"]*"|[\[@#]*(?:InlineData|DataRow|TestCase|case|test_case|CsvSource|ValueSource|MethodSource|Arguments\.of|arguments|pytest\.param|param|pytest\.mark\.parametrize|parameterized\.expand)\(.*)[,;]?$)re");
    const auto values = values_of(check);
    return !values.empty() && std::any_of(all.new_lines.begin(), all.new_lines.end(), [&](const std::string& line) {
        return re2::RE2::PartialMatch(line, row) &&
               std::all_of(values.begin(), values.end(),
                           [&](const std::string& value) { return line.find(value) != std::string::npos; });
    });
}

/// Calls of functions that assert, in a test, with what each asserts.
std::size_t helped(const TestUnit& unit, const std::map<std::string, std::size_t>& helpers) {
    std::size_t out = 0;
    std::string word;
    for (std::size_t i = 0; i <= unit.words.size(); ++i) {
        const char c = i < unit.words.size() ? unit.words[i] : ' ';
        if (is_word(c)) {
            word += c;
            continue;
        }
        if (!word.empty()) {
            const auto found = helpers.find(word);
            out += found == helpers.end() ? 0 : found->second;
        }
        word.clear();
    }
    return out;
}

/// A check that compared for equality, and now by order, membership or tolerance: of the new side, or "".
std::string looser_line(const TestUnit& before, const TestUnit& after) {
    // What was compared for equality, as it begins in a squeezed line, and how the looser ones go on.
    static const re2::RE2 plain(R"(^(assert.+?)==)");
    static const re2::RE2 plain_looser(R"(^(?:>=|<=|>|<|!=|in[\[({]|notin|isnot))");
    static const re2::RE2 call(
        R"(^(.*?)\b(assertEquals?|assertEqual|assertAlmostEqual|EXPECT_EQ|ASSERT_EQ|EXPECT_STREQ|assert_eq!|Assert\.Equal|Assert\.AreEqual|assert\.Equal|require\.Equal)\((t,)?(.+)\);?$)");
    static const re2::RE2 call_looser(
        R"(^.*?\b(assertNotEquals?|assertNotEqual|assertGreater\w*|assertLess\w*|assertIn|assertNotIn|assertNotSame|(?:EXPECT|ASSERT)_(?:NE|GE|GT|LE|LT|NEAR)|assert_ne!|Assert\.(?:NotEqual|AreNotEqual|InRange|NotInRange|Contains|NotNull)|(?:assert|require)\.(?:NotEqual|Greater\w*|Less\w*|InDelta|InEpsilon|Contains|NotZero))\((?:t,)?(.+)\);?$)");
    static const re2::RE2 expectation(R"(^(.*?expect\(.+\))\.(?:toBe|toEqual|toStrictEqual)\()");
    static const re2::RE2 expectation_looser(
        R"(^\.(?:not\.to|toBeGreater|toBeLess|toMatchObject|toBeCloseTo|toContain|toBeTypeOf|toBeInstanceOf))");
    std::multiset<std::string> kept(after.checks.begin(), after.checks.end());
    std::vector<const std::string*> gone, fresh;
    for (const auto& check : before.checks) {
        const auto same = kept.find(check);
        same == kept.end() ? gone.push_back(&check) : void(kept.erase(same));
    }
    for (const auto& check : after.checks) {
        if (kept.count(check) != 0) {
            fresh.push_back(&check);
        }
    }
    const auto goes_on = [](const std::string& line, const std::string& head, const re2::RE2& looser) {
        return line.compare(0, head.size(), head) == 0 && re2::RE2::PartialMatch(line.substr(head.size()), looser);
    };
    const auto arguments = [](const std::string& text) {
        std::vector<std::string> parts{""};
        int depth = 0;
        for (const char c : text) {
            depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.emplace_back();
            } else {
                parts.back().push_back(c);
            }
        }
        return parts;
    };
    for (const std::string* old : gone) {
        std::string head, name, first, rest, other, other_rest;
        const bool equal = re2::RE2::PartialMatch(*old, plain, &head);
        const bool called = re2::RE2::FullMatch(*old, call, &other, &name, &first, &rest);
        std::string expected;
        const bool expects = re2::RE2::PartialMatch(*old, expectation, &expected);
        for (const std::string* now : fresh) {
            if ((equal && goes_on(*now, head, plain_looser)) ||
                (expects && goes_on(*now, expected, expectation_looser))) {
                return *now;
            }
            if (called && re2::RE2::FullMatch(*now, call_looser, &other, &other_rest)) {
                const auto had = arguments(rest);
                for (const auto& argument : arguments(other_rest)) {
                    // A call is what is tested; a number is what it is compared with.
                    if (argument.find('(') != std::string::npos &&
                        std::find(had.begin(), had.end(), argument) != had.end()) {
                        return *now;
                    }
                }
            }
        }
    }
    return {};
}

/// The same, by what the assertions say: their subject is still looked at, but less is said of it.
std::string looser_claim(const TestUnit& before, const TestUnit& after) {
    const auto is_among = [](const std::vector<Claim>& claims, const Claim& one) {
        return std::find(claims.begin(), claims.end(), one) != claims.end();
    };
    const auto is_about = [](const Claim& claim, const std::string& subject) {
        return !subject.empty() && (claim.subject == subject || claim.other == subject);
    };
    for (const auto& old : before.claims) {
        if (old.strength < Strength::partial || is_among(after.claims, old)) {
            continue;
        }
        for (const auto& now : after.claims) {
            if (now.strength >= old.strength || now.strength == Strength::nothing || is_literal(now.subject) ||
                now.subject.size() < 2 || !is_about(old, now.subject) || is_among(before.claims, now)) {
                continue;
            }
            const bool as_strong = std::any_of(after.claims.begin(), after.claims.end(), [&](const Claim& other) {
                return other.strength >= old.strength && is_about(other, now.subject);
            });
            if (!as_strong) {
                return now.subject;
            }
        }
    }
    return {};
}

/// A claim whichever way round it is written.
std::string key_of(const Claim& claim) {
    const auto& first = std::min(claim.subject, claim.other);
    const auto& second = std::max(claim.subject, claim.other);
    return std::to_string(static_cast<int>(claim.strength)) + '\n' + first + '\n' + second;
}

}  // namespace

void Checks::add(const TestFile& file, bool old_side) {
    for (const auto& unit : file.units) {
        for (const auto& check : unit.checks) {
            ++(old_side ? before : after)[check];
        }
    }
    for (const auto& unit : file.units) {
        for (const auto& claim : unit.claims) {
            ++(old_side ? claims_before : claims_after)[key_of(claim)];
        }
    }
    for (const auto& [name, count] : file.helpers) {
        (old_side ? helpers_before : helpers_after)[name] += count;
    }
}

bool Checks::moved(const std::string& check) const {
    const auto was = before.find(check);
    const auto is = after.find(check);
    return is != after.end() && is->second >= (was == before.end() ? 0 : was->second);
}

std::size_t lost_checks(const TestUnit& before, const TestUnit& after, const Checks& all) {
    const std::size_t was = before.assertions + helped(before, all.helpers_before);
    const std::size_t is = after.assertions + helped(after, all.helpers_after);
    if (is >= was || after.assertions >= before.assertions) {
        return 0;
    }
    std::map<std::string, std::size_t> left;
    for (const auto& check : after.checks) {
        ++left[check];
    }
    std::size_t lost = was - is;
    for (const auto& check : before.checks) {
        if (left[check] > 0) {
            --left[check];
        } else if (lost > 0 && (all.moved(check) || is_a_row(check, all))) {
            --lost;
        }
    }
    return lost;
}

bool is_carried_on(const TestUnit& gone, const Checks& all) {
    const auto is_claimed = [&](const Claim& claim) {
        const auto was = all.claims_before.find(key_of(claim));
        const auto is = all.claims_after.find(key_of(claim));
        return is != all.claims_after.end() && is->second >= (was == all.claims_before.end() ? 0 : was->second);
    };
    if (!gone.claims.empty() && gone.claims.size() >= gone.checks.size() &&
        std::all_of(gone.claims.begin(), gone.claims.end(), is_claimed)) {
        return true;
    }
    return !gone.checks.empty() && std::all_of(gone.checks.begin(), gone.checks.end(), [&](const std::string& check) {
        return all.moved(check) || is_a_row(check, all);
    });
}

std::size_t lost_rows(const TestUnit& before, const TestUnit& after, const Checks& all) {
    if (after.row_texts.size() >= before.row_texts.size()) {
        return after.rows < before.rows ? before.rows - after.rows : 0;
    }
    const auto plain = [](std::string text) {
        text.erase(std::remove(text.begin(), text.end(), ','), text.end());
        return text;
    };
    const std::string code = plain(squeezed(after.body));
    std::size_t lost = 0;
    for (const auto& row : before.row_texts) {
        lost += code.find(plain(row)) == std::string::npos && all.new_lines.count(row) == 0 &&
                        all.new_lines.count(row + ",") == 0
                    ? 1U
                    : 0U;
    }
    return std::min(lost, before.row_texts.size() - after.row_texts.size());
}

std::string looser_check(const TestUnit& before, const TestUnit& after) {
    std::string line = looser_line(before, after);
    return line.empty() ? looser_claim(before, after) : line;
}

std::string replaced_subject(const TestUnit& before, const TestUnit& after) {
    static const re2::RE2 replaced(
        R"re((?:\b(?:patch(?:\.object)?|setattr)\((?:["'][\w.]*?|[\w.]+,["'])(\w+)["']|^[\w.]+\.(\w+)=lambda|(?:spyOn|stub|replace)\([\w.]+,["'](\w+)["']\)\.(?:mock|returns|resolves|callsFake)|^(?:const|let|var)(\w+)=(?:jest|vi|sinon)\.(?:fn|stub|fake)|\bwhen\(\w+\.(\w+)\(|\bdo(?:Return|Answer)\(.*\)\.when\(\w+\)\.(\w+)\(|\.Setup\(\w+=>\w+\.(\w+)\(|\.(\w+)\([^()]*\)\.Returns\())re");
    static const std::set<std::string> common{"open", "print", "time", "now", "sleep", "get", "post", "run"};
    for (const auto& line : after.lines) {
        std::string in_patch, by_hand, others[6];
        if (std::binary_search(before.lines.begin(), before.lines.end(), line) ||
            !re2::RE2::PartialMatch(line, replaced, &in_patch, &by_hand, &others[0], &others[1], &others[2], &others[3],
                                    &others[4], &others[5])) {
            continue;
        }
        const std::string name =
            in_patch + by_hand + others[0] + others[1] + others[2] + others[3] + others[4] + others[5];
        const bool asserted = std::any_of(before.checks.begin(), before.checks.end(), [&](const std::string& check) {
            const auto at = check.find(name + "(");
            return at != std::string::npos && at > 0 &&
                   (!is_word(check[at - 1]) || (at >= 6 && check.compare(at - 6, 6, "assert") == 0));
        });
        if (!name.empty() && common.count(name) == 0 && asserted) {
            return line;
        }
    }
    return {};
}

std::string muted_check(const TestUnit& before, const TestUnit& after) {
    const auto plain = [](std::string check) {
        static const re2::RE2 prefix("^(?:await|return|void)");
        re2::RE2::Replace(&check, prefix, "");
        while (!check.empty() && (check.back() == ';' || check.back() == ')')) {
            check.pop_back();
        }
        return check;
    };
    for (const auto& check : before.checks) {
        if (std::find(after.checks.begin(), after.checks.end(), check) != after.checks.end()) {
            continue;
        }
        const std::string core = plain(check);
        for (const auto& muted : after.muted) {
            if (core.size() > 4 && muted.find(core) != std::string::npos &&
                std::find(before.muted.begin(), before.muted.end(), muted) == before.muted.end()) {
                return muted;
            }
        }
    }
    return {};
}

std::string guarded_check(const TestUnit& before, const TestUnit& after) {
    for (const auto& [check, condition] : after.guarded) {
        static const re2::RE2 in_go(R"(^(?:t|tb|b|f|tt)\.)");
        if (re2::RE2::PartialMatch(check, in_go)) {
            continue;  // there the condition is the check
        }
        const auto is_old = [&, &line = check](const auto& one) { return one.first == line; };
        if (std::find(before.checks.begin(), before.checks.end(), check) == before.checks.end() ||
            std::any_of(before.guarded.begin(), before.guarded.end(), is_old)) {
            continue;
        }
        // The condition asks for what the check is about: it would be left out just where it fails.
        static const std::set<std::string> frame{"assert", "self",  "expect", "require", "t",    "to",
                                                 "Equal",  "equal", "not",    "None",    "null", "nil",
                                                 "if",     "in",    "is",     "let",     "Ok",   "Some"};
        const auto asked = words_in(condition);
        for (const auto& word : words_in(check)) {
            if (frame.count(word) == 0 && word.rfind("assert", 0) != 0 && word.rfind("EXPECT", 0) != 0 &&
                std::isdigit(static_cast<unsigned char>(word[0])) == 0 && asked.count(word) != 0) {
                return check;
            }
        }
    }
    return {};
}

}  // namespace rfsn::policy
