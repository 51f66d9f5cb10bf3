// SPDX-License-Identifier: MIT
#include "secrets/secret_name.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "secrets/char_class.hpp"

namespace rfsn::secrets {
namespace {

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

template <std::size_t n>
bool ends_with_one_of(std::string_view word, const std::array<std::string_view, n>& tails) {
    return std::any_of(tails.begin(), tails.end(), [&](std::string_view tail) {
        return word.size() > tail.size() && word.substr(word.size() - tail.size()) == tail;
    });
}

NameKind kind_of_word(std::string_view word) {
    constexpr std::array<std::string_view, 14> passwords{"password", "passwd",  "passphrase", "passwort",   "pwd",
                                                         "pass",     "pw",      "pswd",       "pword",      "passcode",
                                                         "secret",   "secrets", "credential", "credentials"};
    constexpr std::array<std::string_view, 4> keys{"apikey", "token", "authorization", "bearer"};
    constexpr std::array<std::string_view, 4> weak{"key", "auth", "cookie", "session"};
    // One-word spellings: dbpassword, accesstoken, secretkey, dbpass.
    constexpr std::array<std::string_view, 6> password_tails{"password", "passwd",    "passphrase",
                                                             "secret",   "secretkey", "pwd"};
    constexpr std::array<std::string_view, 4> key_tails{"token", "apikey", "accesskey", "authkey"};
    constexpr std::array<std::string_view, 12> passes{"db",   "user", "root", "admin", "my",    "smtp",
                                                      "mail", "ftp",  "ssh",  "store", "mysql", "key"};
    if (is_one_of(word, passwords) || ends_with_one_of(word, password_tails)) {
        return NameKind::password;
    }
    for (const std::string_view tail : {"pass", "pw"}) {  // "bypass" and "compass" are words of their own
        if (ends_with_one_of(word, std::array{tail}) && is_one_of(word.substr(0, word.size() - tail.size()), passes)) {
            return NameKind::password;
        }
    }
    if (is_one_of(word, keys) || ends_with_one_of(word, key_tails)) {
        return NameKind::key;
    }
    return is_one_of(word, weak) ? NameKind::weak : NameKind::none;
}

}  // namespace

NameKind kind_of_name(std::string_view name) {
    NameKind kind = NameKind::none;
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
    return kind == NameKind::weak && words > 1 ? NameKind::key : kind;  // api_key, session-auth
}

}  // namespace rfsn::secrets
