// SPDX-License-Identifier: MIT
#include "secrets/assignments.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "secrets/char_class.hpp"
#include "secrets/placeholder.hpp"

namespace rfsn::secrets {
namespace {

constexpr std::size_t max_name = 64;
constexpr std::size_t max_value = 512;
constexpr std::size_t max_spaces = 32;

/// Ordered by how much the name alone says.
enum class Kind : std::uint8_t { none, weak, key, password };

bool is_name(char c) {
    return is_word(c) || c == '-' || c == '.';
}

Kind kind_of_word(std::string_view word) {
    constexpr std::array<std::string_view, 10> passwords{"password",   "passwd",     "passphrase", "passwort",
                                                         "pwd",        "pass",       "secret",     "secrets",
                                                         "credential", "credentials"};
    constexpr std::array<std::string_view, 4> keys{"apikey", "token", "authorization", "bearer"};
    constexpr std::array<std::string_view, 4> weak{"key", "auth", "cookie", "session"};
    if (std::find(passwords.begin(), passwords.end(), word) != passwords.end()) {
        return Kind::password;
    }
    if (std::find(keys.begin(), keys.end(), word) != keys.end()) {
        return Kind::key;
    }
    if (std::find(weak.begin(), weak.end(), word) != weak.end()) {
        return Kind::weak;
    }
    // One-word spellings: dbpassword, accesstoken, secretkey.
    for (const std::string_view tail : {"password", "passwd", "secret", "secretkey"}) {
        if (word.size() > tail.size() && word.substr(word.size() - tail.size()) == tail) {
            return Kind::password;
        }
    }
    for (const std::string_view tail : {"token", "apikey", "accesskey", "authkey"}) {
        if (word.size() > tail.size() && word.substr(word.size() - tail.size()) == tail) {
            return Kind::key;
        }
    }
    return Kind::none;
}

/// Splits at separators and camel-case humps.
Kind kind_of_name(std::string_view name) {
    Kind kind = Kind::none;
    std::size_t words = 0;
    std::string word;
    const auto flush = [&] {
        if (!word.empty()) {
            ++words;
            kind = std::max(kind, kind_of_word(word));
            word.clear();
        }
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_alnum(c)) {
            flush();
            continue;
        }
        if (is_upper(c) && i > 0 && is_lower(name[i - 1])) {
            flush();
        }
        word.push_back(to_lower(c));
    }
    flush();
    return kind == Kind::weak && words > 1 ? Kind::key : kind;  // api_key, session-auth
}

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

bool looks_random(std::string_view value, Kind kind, bool quoted) {
    const std::size_t least = kind == Kind::password ? 6 : kind == Kind::key ? 10 : 16;
    if (value.size() < least) {
        return false;
    }
    const bool digit = std::any_of(value.begin(), value.end(), is_digit);
    const bool letter = std::any_of(value.begin(), value.end(), is_letter);
    static const CharClass specials("!@#$%^&*+=?~");
    const bool special = std::any_of(value.begin(), value.end(), [](char c) { return specials.has(c); });
    if (!letter) {
        return digit && value.size() >= 8 && kind == Kind::password;
    }
    if (!quoted && is_code(value)) {
        return false;
    }
    if (value.front() == '/' || value.find("://") != std::string_view::npos) {
        return value.size() >= 32 && entropy(value) > 4.0;  // base64 may start with '/'
    }
    if (kind == Kind::password) {
        const bool mixed =
            std::any_of(value.begin(), value.end(), is_upper) && std::any_of(value.begin(), value.end(), is_lower);
        return digit || special ||
               (quoted && value.size() >= 8 && value.find_first_of("._- ") == std::string_view::npos) ||
               (mixed && entropy(value) > 3.5);
    }
    return digit ? entropy(value) > (kind == Kind::weak ? 3.5 : 2.8)
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

/// The name that ends before `end`, quotes and spaces between them skipped.
std::string_view name_before(std::string_view text, std::size_t end) {
    const std::size_t limit = end > max_spaces ? end - max_spaces : 0;
    while (end > limit && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
        --end;
    }
    while (end > limit && std::string_view("\"'`]\\").find(text[end - 1]) != std::string_view::npos) {
        --end;
    }
    std::size_t begin = end;
    while (begin > 0 && end - begin < max_name && is_name(text[begin - 1])) {
        --begin;
    }
    return text.substr(begin, end - begin);
}

/// `password: str = value`: the name stands before its type.
std::string_view name_before_type(std::string_view text, std::string_view type) {
    auto at = static_cast<std::size_t>(type.data() - text.data());
    const std::size_t limit = at > max_spaces ? at - max_spaces : 0;
    while (at > limit && text[at - 1] == ' ') {
        --at;
    }
    return at > 0 && text[at - 1] == ':' ? name_before(text, at - 1) : std::string_view();
}

/// What is assigned to and where the value starts; the name is empty if nothing is assigned at `at`.
struct Target {
    std::string_view name;
    std::size_t value_at = 0;
    std::size_t skip_to = 0;  ///< nothing to see before this
};

Target target_of_option(std::string_view text, std::size_t at) {
    std::size_t end = at + 2;
    while (end < text.size() && end - at < max_name && (is_alnum(text[end]) || text[end] == '-')) {
        ++end;
    }
    if (end < text.size() && text[end] == ' ') {
        return {text.substr(at + 2, end - at - 2), end, at + 1};
    }
    return {{}, 0, end};
}

Target target_at(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (c == '-') {
        return text.compare(at, 2, "--") == 0 ? target_of_option(text, at) : Target{{}, 0, at + 1};
    }
    if (c == '>') {  // <password>value</password>
        const std::string_view name = name_before(text, at);
        const auto begin = static_cast<std::size_t>(name.data() - text.data());
        return {begin > 0 && text[begin - 1] == '<' ? name : std::string_view(), at + 1, at + 1};
    }
    if (c != '=' && c != ':') {
        return {{}, 0, at + 1};
    }
    Target target{name_before(text, at), at + 1, at + 1};
    if (c == '=' && !target.name.empty() && kind_of_name(target.name) == Kind::none) {
        target.name = name_before_type(text, target.name);
    }
    while (target.value_at < text.size() && target.value_at < at + 3 &&
           std::string_view("=>:").find(text[target.value_at]) != std::string_view::npos) {
        ++target.value_at;
    }
    return target;
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
        const Kind kind = target.name.empty() ? Kind::none : kind_of_name(target.name);
        if (kind == Kind::none) {
            continue;
        }
        const Value value = read_value(text, target.value_at);
        if (value.span.length == 0 || marker_length(text, value.span.offset) != 0) {
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
