// SPDX-License-Identifier: MIT
#include "secrets/assignments.hpp"

#include <algorithm>

#include "secrets/assignment_target.hpp"
#include "secrets/char_class.hpp"
#include "secrets/placeholder.hpp"
#include "secrets/secret_name.hpp"

namespace rfsn::secrets {
namespace {

constexpr std::size_t max_value = 512;

/// A dotted or called name in code: config.password, get_token(, os.environ["X"].
bool is_code(std::string_view value) {
    if (value.find_first_of("([") != std::string_view::npos) {
        return true;
    }
    const bool names_only = std::all_of(
        value.begin(), value.end(), [](char c) { return is_word(c) || c == '.' || c == ':' || c == '>' || c == '-'; });
    const bool joined = value.find('.') != std::string_view::npos || value.find("::") != std::string_view::npos ||
                        value.find("->") != std::string_view::npos;
    return names_only && joined && std::none_of(value.begin(), value.end(), is_digit);
}

bool looks_random(std::string_view value, NameKind kind, bool quoted) {
    const std::size_t least = kind == NameKind::password ? 6 : kind == NameKind::key ? 10 : 16;
    if (value.size() < least) {
        return false;
    }
    const bool digit = std::any_of(value.begin(), value.end(), is_digit);
    const bool letter = std::any_of(value.begin(), value.end(), is_letter);
    static const CharClass specials("!@#$%^&*+=?~");
    const bool special = std::any_of(value.begin(), value.end(), [](char c) { return specials.has(c); });
    if (!letter) {
        return digit && value.size() >= 8 && kind == NameKind::password;
    }
    if (!quoted && is_code(value)) {
        return false;
    }
    if (value.front() == '/' || value.find("://") != std::string_view::npos) {
        return value.size() >= 32 && entropy(value) > 4.0;  // base64 may start with '/'
    }
    if (kind == NameKind::password) {
        const bool mixed =
            std::any_of(value.begin(), value.end(), is_upper) && std::any_of(value.begin(), value.end(), is_lower);
        return digit || special ||
               (quoted && value.size() >= 8 && value.find_first_of("._- ") == std::string_view::npos) ||
               (mixed && entropy(value) > 3.5);
    }
    return digit ? entropy(value) > (kind == NameKind::weak ? 3.5 : 2.8)
                 : value.size() >= 16 && entropy(value) > 3.8 && value.find_first_of("._- ") == std::string_view::npos;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
    const std::size_t limit = std::min(text.size(), at + max_spaces);
    while (at < limit && (text[at] == ' ' || text[at] == '\t')) {
        ++at;
    }
    return at;
}

/// Where a value stands and what ends it.
struct Value {
    Span span;       ///< its first max_value bytes at most
    char quote = 0;  ///< 0: none
    [[nodiscard]] bool ends_at(char c) const {
        static const CharClass enders(",;\"'`)}<>]\\");
        return quote != 0 ? c == quote || c == '\n' : static_cast<unsigned char>(c) <= 0x20 || enders.has(c);
    }
};

std::size_t skip_scheme(std::string_view text, std::size_t at) {
    for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token "}) {
        if (text.substr(at, scheme.size()) == scheme) {
            return at + scheme.size();
        }
    }
    return at;
}

/// The value that starts at `at`.
Value read_value(std::string_view text, std::size_t at) {
    at = skip_scheme(text, skip_spaces(text, at));
    // JSON in a string literal has its quotes escaped.
    std::size_t open = at;
    while (open < text.size() && open - at < max_spaces && text[open] == '\\') {
        ++open;
    }
    Value value;
    if (open < text.size() && std::string_view("\"'`").find(text[open]) != std::string_view::npos) {
        value.quote = text[open];
        at = skip_scheme(text, open + 1);
    }
    const std::size_t limit = std::min(text.size(), at + max_value);
    std::size_t end = std::min(at, text.size());
    while (end < limit && !value.ends_at(text[end])) {
        ++end;
    }
    if (value.quote != 0 && end > at && end < limit && text[end - 1] == '\\') {
        --end;
    }
    value.span = {at, end > at ? end - at : 0};
    return value;
}

/// In a list of arguments a plain word beside a name is more often another name.
bool is_credential_literal(std::string_view text, const Value& value) {
    const std::string_view bytes = text.substr(value.span.offset, value.span.length);
    return value.quote != 0 &&
           std::any_of(bytes.begin(), bytes.end(), [](char c) { return !is_letter(c) && c != ' '; });
}

}  // namespace

std::size_t marker_length(std::string_view text, std::size_t at) {
    constexpr std::string_view open{"[REDACTED:"};
    constexpr std::size_t hash_size = 8;
    constexpr std::size_t max_rule = 48;
    if (text.compare(at, open.size(), open) != 0) {
        return 0;
    }
    std::size_t i = at + open.size();
    const std::size_t rule = i;
    while (i < text.size() && i - rule < max_rule && (is_lower(text[i]) || is_digit(text[i]) || text[i] == '-')) {
        ++i;
    }
    if (i == rule || i + hash_size + 2 > text.size() || text[i] != ':' || text[i + hash_size + 1] != ']') {
        return 0;
    }
    const std::string_view hash = text.substr(i + 1, hash_size);
    const bool hex =
        std::all_of(hash.begin(), hash.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
    return hex ? i + hash_size + 2 - at : 0;
}

void find_assigned_secrets(std::string_view text, const std::function<void(Span)>& found) {
    std::size_t i = 0;
    while (i < text.size()) {
        if (const std::size_t marker = text[i] == '[' ? marker_length(text, i) : 0; marker != 0) {
            i += marker;
            continue;
        }
        const Target target = target_at(text, i);
        i = target.skip_to;
        const NameKind kind = target.name.empty() ? NameKind::none : kind_of_name(target.name);
        if (kind == NameKind::none) {
            continue;
        }
        const Value value = read_value(text, target.value_at);
        if (value.span.length == 0 || (target.quoted_words_only && !is_credential_literal(text, value)) ||
            marker_length(text, value.span.offset) != 0) {
            continue;
        }
        const std::string_view bytes = text.substr(value.span.offset, value.span.length);
        if (looks_random(bytes, kind, value.quote != 0) && !is_placeholder_password(bytes)) {
            std::size_t end = value.span.end();
            while (bytes.size() == max_value && end < text.size() && !value.ends_at(text[end])) {
                ++end;
            }
            found({value.span.offset, end - value.span.offset});
            i = end;
        }
    }
}

}  // namespace rfsn::secrets
