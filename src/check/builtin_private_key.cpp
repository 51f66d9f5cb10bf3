// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

/// What follows "BEGIN ". Kept apart from it, so that this file is not taken for a key.
constexpr std::string_view begin_word = "BEGIN ";
constexpr std::array<std::string_view, 9> labels{
    "RSA PRIVATE KEY",       "DSA PRIVATE KEY",       "EC PRIVATE KEY",
    "OPENSSH PRIVATE KEY",   "PRIVATE KEY",           "SSH2 ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK", "ENCRYPTED PRIVATE KEY", "OpenVPN Static key V1"};
constexpr std::string_view putty{
    "PuTTY-User-Key-"
    "File-2"};

bool starts_label(std::string_view text) {
    return std::any_of(labels.begin(), labels.end(),
                       [&](std::string_view label) { return text.substr(0, label.size()) == label; });
}

bool applies(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return is_text(file);
}

std::string_view line_at(std::string_view content, std::size_t at) {
    const auto before = at == 0 ? std::string_view::npos : content.rfind('\n', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return content.substr(begin, std::min(content.find('\n', at), content.size()) - begin);
}

BuiltinOutcome run(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    FindingList findings(file, "detect-private-key", "KEY");
    std::size_t at = 0;
    std::uint32_t line = 1;
    for (const std::uint32_t found : private_key_lines(file.content)) {
        for (; line < found; ++line) {
            at = file.content.find('\n', at) + 1;
        }
        const bool allowed = allowance(line_at(file.content, at), "detect-private-key") == Allowance::given;
        findings.add(found, 0, "Private key found", allowed ? Weight::informs : Weight::blocks);
    }
    return {findings.take(), std::nullopt};
}

}  // namespace

std::vector<std::uint32_t> private_key_lines(std::string_view content) {
    std::vector<std::size_t> places;
    for (auto at = content.find(begin_word); at != std::string_view::npos;
         at = content.find(begin_word, at + begin_word.size())) {
        if (starts_label(content.substr(at + begin_word.size(), 32))) {
            places.push_back(at);
        }
    }
    for (auto at = content.find(putty); at != std::string_view::npos; at = content.find(putty, at + putty.size())) {
        places.push_back(at);
    }
    std::sort(places.begin(), places.end());
    std::vector<std::uint32_t> lines;
    std::uint32_t line = 1;
    std::size_t counted = 0;
    for (const std::size_t place : places) {
        line += static_cast<std::uint32_t>(std::count(content.begin() + static_cast<std::ptrdiff_t>(counted),
                                                      content.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
        counted = place;
        if (lines.empty() || lines.back() != line) {
            lines.push_back(line);
        }
    }
    return lines;
}

Builtin detect_private_key() {
    return {"detect-private-key", "no private key is added", true, false, applies, run};
}

}  // namespace rfsn::check
