// SPDX-License-Identifier: MIT
#include "git/hooks_shim.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/embedded.hpp"
#include "base/hash.hpp"
#include "git/quote.hpp"

namespace rfsn::git {

std::span<const base::EmbeddedFile> hook_files();

namespace {

using base::ErrorCode;

constexpr std::string_view marker = "# git-rfsn hook shim, version ";
/// SHA-256 of the templates of earlier versions.
constexpr std::array<std::string_view, 1> earlier_templates{
    "8976179c2b7e4126a81ad448f64109b1306f8d9fe72c7dcdca9f5a5a45d79cae"};

std::string replace_all(std::string text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

base::Result<std::string_view> shim_template() {
    const auto files = hook_files();
    const auto shim = std::find_if(files.begin(), files.end(), [](const auto& file) { return file.name == "shim.sh"; });
    if (shim == files.end()) {
        return base::fail(ErrorCode::internal, "the hook shim was not compiled in");
    }
    return shim->bytes;
}

/// Puts `placeholder` back where the first such line holds exactly `value`.
void put_back(std::string& text, std::string_view lead, const std::string& value, std::string_view placeholder) {
    const auto start = text.find(lead);
    if (start != std::string::npos && text.compare(start + lead.size(), value.size() + 1, value + "\n") == 0) {
        text.replace(start + lead.size(), value.size(), placeholder);
    }
}

}  // namespace

base::Result<std::string> shim_for(const std::string& name, const std::string& program) {
    RFSN_ASSIGN(const auto bytes, shim_template());
    // The name first: a program's path may hold anything.
    std::string text = replace_all(std::string(bytes), "@NAME@", name);
    return replace_all(std::move(text), "@PROGRAM@", quote_shell(program));
}

bool is_shim(std::string_view bytes) {
    const auto first = bytes.find('\n');
    return first != std::string_view::npos && bytes.substr(first + 1, marker.size()) == marker;
}

std::string program_in(std::string_view shim) {
    constexpr std::string_view lead = "\nprogram=";
    const auto start = shim.find(lead);
    if (start == std::string_view::npos) {
        return "";
    }
    std::string value;
    bool quoted = false;
    for (auto i = start + lead.size(); i < shim.size(); ++i) {
        const char c = shim[i];
        if (c == '\'') {
            quoted = !quoted;
        } else if (!quoted && c == '\\' && i + 1 < shim.size()) {
            value += shim[++i];
        } else if (!quoted && c == '\n') {
            break;
        } else {
            value += c;
        }
    }
    return value;
}

bool is_edited(std::string_view shim, const std::string& name) {
    std::string text(shim);
    put_back(text, "\nprogram=", quote_shell(program_in(shim)), "@PROGRAM@");
    put_back(text, "\nname=", name, "@NAME@");
    const auto current = shim_template();
    if (current && text == *current) {
        return false;
    }
    const auto hash = base::sha256_hex(text);
    return std::find(earlier_templates.begin(), earlier_templates.end(), hash) == earlier_templates.end();
}

}  // namespace rfsn::git
