// SPDX-License-Identifier: MIT
#include "secrets/finder.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/hash.hpp"
#include "secrets/anchor_index.hpp"
#include "secrets/assignments.hpp"
#include "secrets/placeholder.hpp"
#include "secrets/structure.hpp"

namespace rfsn::secrets {
namespace {

/// How far a token is followed before it is believed, when recall counts.
constexpr std::size_t max_lookahead = 512;

struct AnchorOf {
    const Rule* rule = nullptr;
    std::size_t rank = 0;
    std::size_t size = 0;
};

/// The rules of one mode with their literals.
struct Table {
    AnchorIndex index;
    std::vector<AnchorOf> anchors;

    Table(const std::vector<Rule>& rules, Mode mode) {
        for (std::size_t rank = 0; rank < rules.size(); ++rank) {
            if (rules[rank].redact_only && mode == Mode::block) {
                continue;
            }
            for (const auto& anchor : rules[rank].anchors) {
                index.add(anchor, static_cast<std::uint32_t>(anchors.size()));
                anchors.push_back({&rules[rank], rank, anchor.size()});
            }
        }
        index.freeze();
    }
};

const Table& table(const std::vector<Rule>& rules, Mode mode) {
    if (mode == Mode::block) {
        static const Table block(rules, Mode::block);
        return block;
    }
    static const Table redact(rules, Mode::redact);
    return redact;
}

std::optional<Reading> read_body(const Rule& rule, std::string_view text, std::size_t at, std::size_t prefix,
                                 Mode mode) {
    if (mode == Mode::block && !starts_token(text, at)) {
        return std::nullopt;
    }
    const std::size_t begin = at + prefix;
    const std::size_t limit = std::min(text.size(), begin + (mode == Mode::block ? rule.max + 1 : max_lookahead));
    std::size_t end = begin;
    while (end < limit && rule.body.has(text[end])) {
        ++end;
    }
    const std::size_t size = end - begin;
    if (size < rule.min || (mode == Mode::block && size > rule.max)) {
        return std::nullopt;
    }
    const std::string_view body = text.substr(begin, size);
    if (is_placeholder_token(body) ||
        (rule.has_digit && mode == Mode::block && std::none_of(body.begin(), body.end(), is_digit))) {
        return std::nullopt;
    }
    while (mode == Mode::redact && end < text.size() && rule.body.has(text[end])) {
        ++end;
    }
    return Reading{{at, end - at}, prefix, ""};
}

std::optional<Reading> read_pattern(const Rule& rule, std::string_view text, std::size_t at, std::size_t prefix) {
    if (rule.before == 0 && !rule.inside_word && !starts_token(text, at)) {
        return std::nullopt;
    }
    const std::size_t begin = at - std::min(at, rule.before);
    const std::string_view window = text.substr(begin, at - begin + rule.window);
    const Pattern* pattern = rule.compiled();
    const Pattern::Outcome outcome = pattern == nullptr ? Pattern::Outcome{{}, {}, true} : pattern->find(window);
    if (outcome.gave_up) {
        return Reading{{at, std::min(rule.window, text.size() - at)}, prefix, "its pattern gave up"};
    }
    if (!outcome.secret || outcome.secret->length == 0 ||
        (!rule.inside_word && !starts_token(text, begin + outcome.match->offset))) {
        return std::nullopt;
    }
    const std::string_view secret = window.substr(outcome.secret->offset, outcome.secret->length);
    const std::size_t start = begin + outcome.secret->offset;
    const std::size_t shown = start == at ? prefix : 0;
    if (is_placeholder_token(secret.substr(std::min(shown, secret.size())))) {
        return std::nullopt;
    }
    return Reading{{start, secret.size()}, shown, ""};
}

std::optional<Reading> read(const AnchorOf& anchor, std::string_view text, std::size_t at, Mode mode) {
    switch (anchor.rule->reader) {
        case Reader::body:
            return read_body(*anchor.rule, text, at, anchor.size, mode);
        case Reader::pattern:
            return read_pattern(*anchor.rule, text, at, anchor.size);
        case Reader::key_block:
            return read_key_block(text, at, mode);
        case Reader::url:
            return read_url_password(text, at, at + anchor.size, mode);
    }
    return std::nullopt;
}

std::optional<Match> evaluate(const AnchorOf& anchor, std::string_view text, std::size_t at, Mode mode) {
    const auto reading = read(anchor, text, at, mode);
    if (!reading) {
        return std::nullopt;
    }
    const Rule& rule = *anchor.rule;
    Match match{reading->secret, anchor.rank, rule.id,        rule.description,
                reading->shown,  false,       reading->doubt, rule.guessable};
    const std::string_view secret = text.substr(match.secret.offset, match.secret.length);
    if (!rule.check.empty()) {
        const auto verdict = check_structure(rule.check, secret, reading->shown);
        if (!verdict.holds && rule.check_decides) {
            return std::nullopt;
        }
        match.verified = verdict.holds;
        match.doubt = verdict.doubt;
    }
    if (!rule.known.empty()) {
        const std::string hash = base::sha256_hex(secret).substr(0, 16);
        if (std::find(rule.known.begin(), rule.known.end(), hash) != rule.known.end()) {
            return std::nullopt;
        }
    }
    return match;
}

/// Sorted, and no two overlap.
void resolve(std::vector<Match>& matches, Mode mode) {
    std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
        return a.secret.offset != b.secret.offset ? a.secret.offset < b.secret.offset : a.rank < b.rank;
    });
    std::vector<Match> kept;
    kept.reserve(matches.size());
    for (const Match& match : matches) {
        if (kept.empty() || match.secret.offset >= kept.back().secret.end()) {
            kept.push_back(match);
            continue;
        }
        Match& last = kept.back();
        const Span both{last.secret.offset, std::max(last.secret.end(), match.secret.end()) - last.secret.offset};
        if (match.rank < last.rank) {
            last = match;
        }
        last.guessable = last.guessable || match.guessable;
        if (mode == Mode::redact) {
            last.shown = last.secret.offset == both.offset ? last.shown : 0;
            last.secret = both;
        }
    }
    matches = std::move(kept);
}

/// Secrets inside base64: a Kubernetes Secret, a data URL.
void find_encoded(const std::vector<Rule>& rules, std::string_view text, std::vector<Match>& matches) {
    constexpr std::size_t min_run = 24;
    constexpr std::size_t max_run = std::size_t{64} << 10;
    std::size_t i = 0;
    while (i < text.size()) {
        std::size_t end = i;
        while (end < text.size() && end - i < max_run && is_base64(text[end])) {
            ++end;
        }
        if (end - i >= min_run) {
            const auto decoded = base64_decode(text.substr(i, end - i));
            bool inside = false;
            if (decoded) {
                table(rules, Mode::redact).index.scan(*decoded, [&](std::uint32_t id, std::size_t at) {
                    inside = inside ||
                             evaluate(table(rules, Mode::redact).anchors[id], *decoded, at, Mode::block).has_value();
                });
            }
            if (inside) {
                matches.push_back(
                    {{i, end - i}, rules.size(), "encoded-secret", "a secret in base64", 0, false, "", true});
            }
        }
        i = end + 1;
    }
}

}  // namespace

base::Result<std::vector<Match>> find_anchored(std::string_view text, Mode mode, std::size_t limit) {
    const auto& rules = rule_set();
    if (!rules) {
        return tl::make_unexpected(rules.error());
    }
    const Table& of_mode = table(*rules, mode);
    std::vector<Match> matches;
    std::vector<std::size_t> covered(rules->size());  // by rule: what its last match holds need not be read again
    of_mode.index.scan(text, [&](std::uint32_t id, std::size_t at) {
        const AnchorOf& anchor = of_mode.anchors[id];
        if (matches.size() >= limit || at < covered[anchor.rank]) {
            return;
        }
        if (const auto match = evaluate(anchor, text, at, mode)) {
            covered[anchor.rank] = match->secret.end();
            matches.push_back(*match);
        }
    });
    resolve(matches, mode);
    return matches;
}

base::Result<std::vector<Match>> find_for_redaction(std::string_view text) {
    RFSN_ASSIGN(std::vector<Match> matches, find_anchored(text, Mode::redact, std::numeric_limits<std::size_t>::max()));
    const auto& rules = *rule_set();
    find_encoded(rules, text, matches);
    find_assigned_secrets(text, [&](Span value) {
        matches.push_back(
            {value, rules.size() + 1, "assigned-secret", "a value assigned to a secret's name", 0, false, "", true});
    });
    resolve(matches, Mode::redact);
    return matches;
}

}  // namespace rfsn::secrets
