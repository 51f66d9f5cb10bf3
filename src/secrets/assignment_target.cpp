// SPDX-License-Identifier: MIT
#include "secrets/assignment_target.hpp"

#include <algorithm>
#include <array>

#include "secrets/char_class.hpp"
#include "secrets/secret_name.hpp"

namespace rfsn::secrets {
namespace {

/// How far before an option its program is looked for.
constexpr std::size_t max_command_line = 200;
constexpr std::string_view password{"password"};

bool is_name(char c) {
    return is_word(c) || c == '-' || c == '.';
}

bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// The name that ends before `end`, quotes and spaces between them skipped.
std::string_view name_before(std::string_view text, std::size_t end) {
    const std::size_t limit = end > max_spaces ? end - max_spaces : 0;
    while (end > limit && is_blank(text[end - 1])) {
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

/// How a program's option holds a password: -pVALUE, -p VALUE, -u name:VALUE, -U name%VALUE.
enum class Form : std::uint8_t { attached, separate, colon, percent };

struct PasswordOption {
    std::string_view program;
    char letter;
    Form form;
};

// From the programs' manual pages.
constexpr std::array<PasswordOption, 32> password_options{{
    {"mysql", 'p', Form::attached},
    {"mysqldump", 'p', Form::attached},
    {"mysqladmin", 'p', Form::attached},
    {"mysqlimport", 'p', Form::attached},
    {"mysqlshow", 'p', Form::attached},
    {"mysqlcheck", 'p', Form::attached},
    {"mariadb", 'p', Form::attached},
    {"mariadb-dump", 'p', Form::attached},
    {"mycli", 'p', Form::attached},
    {"7z", 'p', Form::attached},
    {"sshpass", 'p', Form::attached},
    {"sshpass", 'p', Form::separate},
    {"mariadb-admin", 'p', Form::attached},
    {"login", 'p', Form::separate},
    {"mongo", 'p', Form::separate},
    {"mongosh", 'p', Form::separate},
    {"mongodump", 'p', Form::separate},
    {"mongorestore", 'p', Form::separate},
    {"redis-cli", 'a', Form::separate},
    {"ldapsearch", 'w', Form::separate},
    {"ldapmodify", 'w', Form::separate},
    {"ldapadd", 'w', Form::separate},
    {"sqlcmd", 'P', Form::separate},
    {"bcp", 'P', Form::separate},
    {"mosquitto_pub", 'P', Form::separate},
    {"mosquitto_sub", 'P', Form::separate},
    {"zip", 'P', Form::separate},
    {"unzip", 'P', Form::separate},
    {"curl", 'u', Form::colon},
    {"curl", 'U', Form::colon},
    {"http", 'a', Form::colon},
    {"smbclient", 'U', Form::percent},
}};

bool takes_password(std::string_view program, char letter, Form form) {
    return std::any_of(password_options.begin(), password_options.end(), [&](const PasswordOption& option) {
        return option.letter == letter && option.form == form && option.program == program;
    });
}

/// Whether a program on this line, before `at`, takes a password so.
bool program_takes_password(std::string_view text, std::size_t at, char letter, Form form) {
    const std::size_t limit = at > max_command_line ? at - max_command_line : 0;
    std::size_t end = at;
    while (end > limit && text[end - 1] != '\n') {
        std::size_t begin = end;
        while (begin > limit && is_name(text[begin - 1])) {
            --begin;
        }
        if (begin != end && takes_password(text.substr(begin, end - begin), letter, form)) {
            return true;
        }
        end = begin == end ? end - 1 : begin;
    }
    return false;
}

/// Where the password of "name:password" starts, whose name starts at `at`; 0: there is none.
std::size_t after_separator(std::string_view text, std::size_t at, char separator) {
    at = skip_spaces(text, at);
    if (at < text.size() && is_quote(text[at])) {
        ++at;
    }
    const std::size_t limit = std::min(text.size(), at + max_name);
    while (at < limit && text[at] != separator && static_cast<unsigned char>(text[at]) > 0x20 && !is_quote(text[at])) {
        ++at;
    }
    return at < limit && text[at] == separator ? at + 1 : 0;
}

Target target_of_letter(std::string_view text, std::size_t at) {
    const Target none{{}, 0, at + 1};
    const char letter = text[at + 1];
    const std::size_t after = at + 2;
    const bool blank = is_blank(text[after]);
    if (!blank) {
        return program_takes_password(text, at, letter, Form::attached) ? Target{password, after, after} : none;
    }
    if (program_takes_password(text, at, letter, Form::separate)) {
        return {password, after, after};
    }
    for (const auto& [form, separator] : {std::pair{Form::colon, ':'}, std::pair{Form::percent, '%'}}) {
        const std::size_t value = after_separator(text, after, separator);
        if (value != 0 && program_takes_password(text, at, letter, form)) {
            return {password, value, after};
        }
    }
    return none;
}

/// `--name value` and `-name value`.
Target target_of_option(std::string_view text, std::size_t at) {
    const std::size_t start = text.compare(at, 2, "--") == 0 ? at + 2 : at + 1;
    std::size_t end = start;
    while (end < text.size() && end - start < max_name && (is_alnum(text[end]) || text[end] == '-')) {
        ++end;
    }
    if (end >= text.size() || text[end] != ' ' || end - start < 2) {
        return {{}, 0, start == at + 2 ? end : at + 1};
    }
    const std::string_view name = text.substr(start, end - start);
    if (name == "user" || name == "proxy-user") {  // curl's
        const std::size_t value = after_separator(text, end, ':');
        return value == 0 ? Target{{}, 0, at + 1} : Target{password, value, at + 1};
    }
    return {name, end, at + 1};
}

Target target_of_dash(std::string_view text, std::size_t at) {
    if (at > 0 && is_name(text[at - 1])) {  // inside a word
        return {{}, 0, at + 1};
    }
    const bool letter = at + 2 < text.size() && is_letter(text[at + 1]);
    const Target target = letter ? target_of_letter(text, at) : Target{{}, 0, at + 1};
    return target.name.empty() ? target_of_option(text, at) : target;
}

/// `setdefault("DB_PASSWORD", "value")`, `["--password", "value"]`: both are literals.
Target target_of_comma(std::string_view text, std::size_t at) {
    Target target{{}, at + 1, at + 1, true};
    if (at > 0 && is_quote(text[at - 1])) {
        const std::string_view name = name_before(text, at);
        const auto begin = static_cast<std::size_t>(name.data() - text.data());
        if (begin > 0 && text[begin - 1] == text[at - 1]) {
            target.name = name;
        }
    }
    return target;
}

}  // namespace

std::size_t skip_spaces(std::string_view text, std::size_t at) {
    const std::size_t limit = std::min(text.size(), at + max_spaces);
    while (at < limit && is_blank(text[at])) {
        ++at;
    }
    return at;
}

Target target_at(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (c == '-') {
        return target_of_dash(text, at);
    }
    if (c == ',') {
        return target_of_comma(text, at);
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
    if (c == '=' && !target.name.empty() && kind_of_name(target.name) == NameKind::none) {
        target.name = name_before_type(text, target.name);
    }
    while (target.value_at < text.size() && target.value_at < at + 3 &&
           std::string_view("=>:").find(text[target.value_at]) != std::string_view::npos) {
        ++target.value_at;
    }
    return target;
}

}  // namespace rfsn::secrets
