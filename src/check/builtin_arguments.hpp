// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "check/builtin.hpp"

namespace rfsn::check {

/// The options of all built-ins, as pre-commit-hooks names them.
struct BuiltinArguments {
    std::vector<std::string> files;
    bool help = false;
    std::optional<std::string> chars;                  ///< --chars
    std::vector<std::string> markdown_linebreak_exts;  ///< as given: "md,markdown", "*"
    bool multi = false;
    bool unsafe = false;
    bool assume_in_merge = false;
    bool enforce_all = false;
    std::optional<std::int64_t> max_kb;
    std::string line_ending = "auto";

    /// Whether two trailing spaces mean something in this file.
    [[nodiscard]] bool is_markdown(std::string_view path) const;
};

/// Reads a command line the way Python's argparse does: unique prefixes of long options, "--name=value", "-m", "--",
/// options between files. Errors: usage, in argparse's words.
[[nodiscard]] base::Result<BuiltinArguments> parse_builtin_arguments(std::string_view id,
                                                                     const std::vector<std::string>& args);
/// The options of a run: the typed ones, and over them `extra` (which was checked when it was configured).
[[nodiscard]] BuiltinArguments effective_arguments(std::string_view id, const BuiltinOptions& options);

[[nodiscard]] std::string builtin_usage(std::string_view id);
/// usage with one line an option.
[[nodiscard]] std::string builtin_help(std::string_view id, std::string_view description);

}  // namespace rfsn::check
