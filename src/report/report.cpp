// SPDX-License-Identifier: MIT
#include "report/report.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::report {

const std::vector<std::string>& format_names() {
    static const std::vector<std::string> names{"terminal", "json", "sarif", "github", "junit", "gitlab", "rdjson"};
    return names;
}

base::Result<std::string> render(std::string_view format, const model::Report& report, const TerminalOptions& options) {
    if (format == "terminal") {
        return terminal(report, options);
    }
    using Renderer = std::string (*)(const model::Report&);
    constexpr std::pair<std::string_view, Renderer> renderers[] = {
        {"json", json}, {"sarif", sarif}, {"github", github}, {"junit", junit}, {"gitlab", gitlab}, {"rdjson", rdjson}};
    for (const auto& renderer : renderers) {
        if (renderer.first == format) {
            return renderer.second(report);
        }
    }
    const std::string near = base::nearest(format, format_names());
    return base::fail(
        base::ErrorCode::usage,
        fmt::format("no report format '{}'{}; there are {}", base::printable(format),
                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near), fmt::join(format_names(), ", ")));
}

}  // namespace rfsn::report
