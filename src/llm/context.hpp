// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "llm/llm.hpp"

// What of the files and findings goes into a prompt.
namespace rfsn::llm {

/// A file as it is shown: whole, or as excerpts.
struct Shown {
    std::string path;
    std::string heading;  ///< "src/a.py (whole, 12 lines)" or "src/a.py (lines 10-50 of 900)"
    std::string text;
};
/// Whole up to 400 lines and 24 KB, else 20 lines around each finding. nullopt if it cannot be edited as text: binary,
/// a path that is not plain text, lines too long to show.
[[nodiscard]] std::optional<Shown> shown(const OfferedFile& file, const std::vector<FailedCheck>& checks);
/// "src/a.py:3:5: error F841 message" with the source line below; the end of a check's output if it has no findings.
[[nodiscard]] std::string findings_text(const std::vector<FailedCheck>& checks);
[[nodiscard]] bool has_findings(const std::string& path, const std::vector<FailedCheck>& checks);

}  // namespace rfsn::llm
