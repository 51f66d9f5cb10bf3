// folder: check
// SPDX-License-Identifier: MIT
// Every parser on one input, whose first line may name one of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "check/diagnostics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rfsn::check;
    static const auto names = parser_names();
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = input.substr(0, input.find('\n'));
    ParseContext context{"/t/a", "a", "fuzz", {}};
    context.content = [](const std::string& path) -> std::optional<std::string> {
        return path.size() % 2 == 0 ? std::optional<std::string>("\tx = '\xC3\xA9';\nint y;\n") : std::nullopt;
    };
    for (const auto& name : names) {
        const bool named = line == name;
        const auto result =
            parse_output(name, named ? input.substr(std::min(input.size(), line.size() + 1)) : input, context);
        if (!result) {
            continue;
        }
        for (const auto& finding : *result) {
            const bool climbs = finding.path.rfind("../", 0) == 0 || finding.path.find("/../") != std::string::npos;
            if ((!finding.path.empty() && finding.path.front() == '/') || climbs ||
                (finding.path.empty() && finding.line != 0)) {
                std::abort();  // a finding outside the repository
            }
        }
    }
    return 0;
}
