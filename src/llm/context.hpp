// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "llm/llm.hpp"

// What of the files and findings goes into a question.
namespace rfsn::llm {

/// A file as it is shown: whole, or as excerpts.
struct Shown {
    std::string path;
    std::string heading;  ///< "src/a.py (whole, 12 lines)" or "src/a.py (lines 10-50 of 900; the rest is not shown)"
    std::string text;
};
struct Selection {
    std::string findings;
    std::vector<Shown> editable;
    std::vector<Shown> read;            ///< for reading only
    std::string diff;                   ///< of the change that is judged
    std::vector<std::string> left_out;  ///< for lack of room, or because it cannot be shown
};
/// Fills `bytes` in the order of what a repair needs: the findings (a quarter at most), of each editable file the
/// failing lines, then their surroundings with the definition around them, the failing tests, the places that the tools
/// point at, the diff (a quarter at most), the tools' configuration, and last small files as a whole. Files with
/// findings come first. Each line of a file stands there once; what is cut is cut at whole lines. Binary files, files
/// with a name that is no plain text and lines of more than 4000 bytes are not shown.
[[nodiscard]] Selection select(const PromptInput& input, std::size_t bytes);

/// "src/a.py:3:5: error F841 message" with the source line below; the end of a check's output if it has no findings.
[[nodiscard]] std::string findings_text(const std::vector<FailedCheck>& checks);
[[nodiscard]] bool has_findings(const std::string& path, const std::vector<FailedCheck>& checks);

}  // namespace rfsn::llm
