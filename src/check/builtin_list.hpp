// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/builtin.hpp"
#include "check/builtin_arguments.hpp"

namespace rfsn::check {

[[nodiscard]] Builtin trailing_whitespace();
[[nodiscard]] Builtin end_of_file_fixer();
[[nodiscard]] Builtin mixed_line_ending();
[[nodiscard]] Builtin fix_byte_order_marker();
[[nodiscard]] Builtin check_yaml();
[[nodiscard]] Builtin check_json();
[[nodiscard]] Builtin check_toml();
[[nodiscard]] Builtin check_merge_conflict();
[[nodiscard]] Builtin check_added_large_files();
[[nodiscard]] Builtin detect_private_key();
[[nodiscard]] Builtin check_executables_have_shebangs();
[[nodiscard]] Builtin secrets_builtin();

/// A problem in a document, or nothing; `limit` if it is one of our own limits.
struct DocumentProblem {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string message;
    bool limit = false;
};
[[nodiscard]] std::optional<DocumentProblem> yaml_problem(std::string_view content, const BuiltinArguments& arguments);
[[nodiscard]] std::optional<DocumentProblem> json_problem(std::string_view content, bool comments);
[[nodiscard]] std::optional<DocumentProblem> toml_problem(std::string_view content);

struct ConflictLine {
    std::uint32_t line = 0;
    std::string_view marker;
};
/// Lines that start with a conflict marker. `anywhere`: "=======" counts by itself (it also underlines headings), as
/// with the original; else only in a file that has one of the others around it, and "|||||||" counts too.
[[nodiscard]] std::vector<ConflictLine> conflict_lines(std::string_view content, bool anywhere);

/// 1-based lines on which one of pre-commit-hooks' ten key headers stands.
[[nodiscard]] std::vector<std::uint32_t> private_key_lines(std::string_view content);
/// size in KB, rounded up.
[[nodiscard]] std::uint64_t kilobytes(std::uint64_t size);
[[nodiscard]] BuiltinOutcome strip_trailing_whitespace(const BuiltinFile& file, const BuiltinArguments& arguments);
[[nodiscard]] BuiltinOutcome unify_line_endings(const BuiltinFile& file, const BuiltinArguments& arguments);

/// "rfsn-allow: ID REASON" in a line: none, without a reason, or with one.
enum class Allowance { none, without_reason, given };
[[nodiscard]] Allowance allowance(std::string_view line, std::string_view id);

}  // namespace rfsn::check
