// SPDX-License-Identifier: MIT
#include "secrets/placeholder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "secrets/char_class.hpp"

namespace rfsn::secrets {
namespace {

/// Five letters and more: by chance in one random token of a million at most.
constexpr std::array<std::string_view, 16> marks{
    "example", "placeholder", "changeme", "change_me", "change-me", "redacted", "dummy",    "sample",
    "your_",   "your-",       "insert",   "replace",   "notreal",   "not_real", "not-real", "xxxxx"};

constexpr std::array<std::string_view, 40> plain_words{
    "password", "passwd", "pass",       "pwd",      "secret",    "token",        "key",        "user",
    "username", "admin",  "root",       "test",     "guest",     "default",      "changeit",   "foo",
    "bar",      "baz",    "foobar",     "null",     "none",      "nil",          "true",       "false",
    "string",   "mypass", "hunter2",    "example",  "required",  "optional",     "postgres",   "mysql",
    "redis",    "hidden", "mypassword", "mysecret", "undefined", "yourpassword", "yoursecret", "credential"};

/// Enough to see what it says; keeps the work for each of many candidates small.
constexpr std::size_t max_looked_at = 128;

std::string lowered(std::string_view text) {
    std::string out(text.substr(0, max_looked_at));
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

bool has_long_run(std::string_view text, std::size_t limit) {
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        run = i > 0 && text[i] == text[i - 1] ? run + 1 : 1;
        if (run >= limit || (run >= 4 && to_lower(text[i]) == 'x')) {
            return true;
        }
    }
    return false;
}

std::size_t distinct(std::string_view text) {
    std::array<bool, 256> seen{};
    for (const char c : text) {
        seen[static_cast<unsigned char>(c)] = true;
    }
    return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true));
}

bool starts_or_holds_reference(std::string_view value) {
    constexpr std::string_view openers = "$<{%*[";
    return openers.find(value.front()) != std::string_view::npos || value.find("${") != std::string_view::npos ||
           value.find("{{") != std::string_view::npos || value.find('<') != std::string_view::npos ||
           value.find("...") != std::string_view::npos;
}

}  // namespace

bool is_placeholder_token(std::string_view body) {
    body = body.substr(0, max_looked_at);
    if (body.empty() || has_long_run(body, 6) || distinct(body) <= 3) {
        return true;
    }
    const std::string lower = lowered(body);
    if (std::any_of(marks.begin(), marks.end(),
                    [&](std::string_view mark) { return lower.find(mark) != std::string::npos; })) {
        return true;
    }
    const bool digits = std::any_of(body.begin(), body.end(), is_digit);
    const bool uppers = std::any_of(body.begin(), body.end(), is_upper);
    const bool lowers = std::any_of(body.begin(), body.end(), is_lower);
    const bool separators =
        std::any_of(body.begin(), body.end(), [](char c) { return c == '-' || c == '_' || c == '.'; });
    return !digits && separators && !(uppers && lowers);
}

bool is_placeholder_password(std::string_view value) {
    value = value.substr(0, max_looked_at);
    if (value.empty() || starts_or_holds_reference(value) || distinct(value) == 1 || has_long_run(value, 8)) {
        return true;
    }
    const std::string lower = lowered(value);
    return std::find(plain_words.begin(), plain_words.end(), lower) != plain_words.end() ||
           std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

bool is_example_host(std::string_view host) {
    host = host.substr(host.size() - std::min(host.size(), max_looked_at));
    const std::string lower = lowered(host);
    constexpr std::array<std::string_view, 6> exact{"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host", "hostname"};
    constexpr std::array<std::string_view, 8> suffixes{
        "example.com", "example.org", "example.net", ".example",
        ".test",       ".invalid",    ".localhost",  "host.docker.internal"};
    return std::find(exact.begin(), exact.end(), lower) != exact.end() ||
           std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
               return lower.size() >= suffix.size() &&
                      lower.compare(lower.size() - suffix.size(), suffix.size(), suffix) == 0;
           });
}

double entropy(std::string_view bytes) {
    std::array<std::size_t, 256> counts{};
    for (const char c : bytes) {
        ++counts[static_cast<unsigned char>(c)];
    }
    double bits = 0;
    const auto total = static_cast<double>(bytes.size());
    for (const std::size_t count : counts) {
        if (count != 0) {
            const double share = static_cast<double>(count) / total;
            bits -= share * std::log2(share);
        }
    }
    return bits;
}

}  // namespace rfsn::secrets
