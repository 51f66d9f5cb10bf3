// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "model/report.hpp"
#include "report/report.hpp"

namespace rfsn::report {

/// The findings by file, position first, with the source line; what does not block is counted, or shown when verbose.
[[nodiscard]] std::string findings_text(const model::Report& report, const TerminalOptions& options);
/// The source line of a finding and a caret below its column, with a gutter; empty if the line is not known.
[[nodiscard]] std::string source_excerpt(const model::Finding& finding, const base::TerminalTraits& traits);

}  // namespace rfsn::report
