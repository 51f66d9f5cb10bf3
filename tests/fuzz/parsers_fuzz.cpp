// folder: check
// SPDX-License-Identifier: MIT
// The parser that the input's first line names on the rest, or a handful of them on all of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "check/diagnostics.hpp"

namespace {

using namespace rfsn;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void parse(const std::string& name, std::string_view log, const check::ParseContext& context) {
    const auto result = check::parse_output(name, log, context);
    if (!result) {
        return;
    }
    for (const auto& finding : *result) {
        const bool climbs = finding.path.rfind("../", 0) == 0 || finding.path.find("/../") != std::string::npos;
        const bool outside = (!finding.path.empty() && finding.path.front() == '/') || climbs;
        require(context.keep_outside || !outside);
        require(!finding.path.empty() || finding.line == 0);
        require(base::is_valid_utf8(finding.message) && base::is_valid_utf8(finding.code));
        require(finding.line != 0 || finding.column == 0);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto names = check::parser_names();
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check::ParseContext here{"/t/a", "a", "fuzz", {}};
    here.content = [](const std::string& path) -> std::optional<std::string> {
        return path.size() % 2 == 0 ? std::optional<std::string>("\tx = '\xC3\xA9';\nint y;\n") : std::nullopt;
    };
    check::ParseContext elsewhere{"/t", "", "fuzz", {}};
    elsewhere.keep_outside = true;

    const auto line = input.substr(0, input.find('\n'));
    for (const auto& name : names) {
        if (line == name) {
            const auto log = input.substr(std::min(input.size(), line.size() + 1));
            parse(name, log, here);
            parse(name, log, elsewhere);
            return 0;
        }
    }
    std::size_t at = size;
    for (const char c : input.substr(0, 64)) {
        at = at * 31 + static_cast<unsigned char>(c);
    }
    for (std::size_t i = 0; i < 8; ++i) {
        parse(names[(at + i * 17) % names.size()], input, i % 2 == 0 ? here : elsewhere);
    }
    return 0;
}
