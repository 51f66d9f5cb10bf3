// SPDX-License-Identifier: MIT
#include <algorithm>

#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::check {
namespace {

bool applies(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return file.file->has_content();
}

bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// The lines that the secret starts on and, for a key block, which has no room for a comment, the one before.
std::string_view lines_of(std::string_view content, const secrets::Hit& hit) {
    std::size_t begin = hit.offset - (hit.column - 1);
    const std::string_view secret = content.substr(hit.offset, hit.length);
    if (secret.find('\n') != std::string_view::npos && begin >= 2) {
        const auto before = content.rfind('\n', begin - 2);
        begin = before == std::string_view::npos ? 0 : before + 1;
    }
    return content.substr(begin, std::min(content.find('\n', hit.offset), content.size()) - begin);
}

std::string describe(const secrets::Hit& hit) {
    std::string text = hit.description + " " + hit.preview;
    if (!hit.hash.empty()) {
        text += ", hash " + hit.hash;
    }
    if (!hit.doubt.empty()) {
        text += " (" + hit.doubt + ")";
    }
    return text;
}

BuiltinOutcome run(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    FindingList findings(file, "secrets", "");
    for (const auto& hit : secrets::scan(file.file->path)) {
        findings.set_code(hit.rule);
        findings.add(0, 0, describe(hit) + ", in the file's name");
    }
    for (const auto& hit : secrets::scan(file.content)) {
        findings.set_code(hit.rule);
        switch (allowance(lines_of(file.content, hit), "secrets")) {
            case Allowance::given:
                findings.add(hit.line, hit.column, describe(hit) + ": allowed on this line", Weight::informs);
                break;
            case Allowance::without_reason:
                findings.add(hit.line, hit.column, describe(hit) + ": rfsn-allow needs a reason after 'secrets'");
                break;
            case Allowance::none:
                findings.add(hit.line, hit.column, describe(hit));
                break;
        }
    }
    return {findings.take(), std::nullopt};
}

}  // namespace

Allowance allowance(std::string_view line, std::string_view id) {
    constexpr std::string_view mark = "rfsn-allow:";
    const auto at = line.find(mark);
    if (at == std::string_view::npos) {
        return Allowance::none;
    }
    std::string_view rest = line.substr(at + mark.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.substr(0, id.size()) != id) {
        return Allowance::none;
    }
    rest.remove_prefix(id.size());
    if (!rest.empty() && (is_alnum(rest.front()) || rest.front() == '-')) {
        return Allowance::none;  // another id that starts alike
    }
    return std::count_if(rest.begin(), rest.end(), is_alnum) >= 3 ? Allowance::given : Allowance::without_reason;
}

Builtin secrets_builtin() {
    return {"secrets", "no provider token, key or password in a URL", true, false, applies, run};
}

}  // namespace rfsn::check
