// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.hpp"

namespace rfsn::report {

/// A byte column of the finding's line in UTF-16 code units, as SARIF and GitHub count; nullopt if the line is not
/// known.
[[nodiscard]] std::optional<std::size_t> utf16_column(const model::Finding& finding, std::uint32_t byte_column);
/// A path as a relative URI reference: RFC 3986, every other byte as %XX.
[[nodiscard]] std::string uri(std::string_view path);
/// Two hex digits a byte.
[[nodiscard]] std::string hex(std::string_view bytes);
/// For XML 1.0 text and attributes: markup escaped, characters that XML can't hold shown as text.
[[nodiscard]] std::string xml(std::string_view text);
/// "ruff/F841", or the tool alone.
[[nodiscard]] std::string rule_id(const model::Finding& finding);
/// A word for the reader of a log: why a run that neither passed nor blocked did so.
[[nodiscard]] std::string run_reason(const model::CheckRun& run);
/// Blocking ones first, otherwise in their order; at most `max`.
[[nodiscard]] std::vector<const model::Finding*> most_relevant(const model::Report& report, std::size_t max);
/// "git-rfsn could not check: ...", "commit blocked: ..."; one line of plain text.
[[nodiscard]] std::string plain_verdict(const model::Report& report);

}  // namespace rfsn::report
