// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "model/report.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {

/// The one line that says how it ended, without a newline.
[[nodiscard]] std::string verdict_line(const model::Report& report, const Paint& paint);
/// What to type next, a line each; empty when there is nothing to do.
[[nodiscard]] std::string next_commands(const model::Report& report, const Paint& paint);

}  // namespace rfsn::report
