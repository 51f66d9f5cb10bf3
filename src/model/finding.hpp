// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::model {

enum class Severity { error, warning, info };
[[nodiscard]] const char* name(Severity severity);

/// A related place or remark: a compiler's note.
struct Note {
    std::string path;
    std::uint32_t line = 0;
    std::string message;
};

/// Lines and columns are 1-based, columns count bytes; 0 = the tool did not say.
struct Finding {
    std::string path;  ///< empty: about the whole project
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t end_line = 0;
    std::uint32_t end_column = 0;
    Severity severity = Severity::error;
    std::string code;     ///< the tool's rule, "F841"; may be empty
    std::string message;  ///< one line or several, redacted
    std::string tool;     ///< check id
    std::vector<Note> notes;
    bool blocking = true;
    bool fixable = false;
    std::optional<bool> on_changed_line;
    bool already_on_head = false;
    bool flaky = false;  ///< one of two runs on the same tree had it, the other not: here, or (if old) on HEAD
    /// The line's text from the judged blob, redacted; empty if unknown.
    std::string source_line;
    /// SHA-256 of tool, code, path, text of the line and an ordinal among equals; survives line shifts.
    std::string fingerprint;
};

}  // namespace rfsn::model
