// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/finding.hpp"
#include "model/snapshot.hpp"

namespace rfsn::check {

/// What one built-in sees of one file.
struct BuiltinFile {
    const model::StagedFile* file = nullptr;  ///< path, modes, kind
    std::string_view content;                 ///< empty view when the built-in did not ask for content
    std::uint64_t size = 0;
    bool binary = false;   ///< a NUL in the first 8,000 bytes, as git decides
    bool merging = false;  ///< a merge or rebase is under way
    bool lfs = false;      ///< filter=lfs by attributes
};

struct BuiltinOptions {
    std::uint64_t max_kb = 500;
    bool enforce_all = false;  ///< check-added-large-files: unchanged and modified files too
    bool markdown_linebreak = false;
    bool assume_in_merge = false;
    bool yaml_multi = false;
    std::vector<std::string> extra;  ///< anything else, as on pre-commit-hooks' command line
};

struct BuiltinOutcome {
    std::vector<model::Finding> findings;  ///< without path normalisation: path is the file's
    std::optional<std::string> fixed;      ///< the new content, if it differs
};

struct Builtin {
    std::string id;  ///< "trailing-whitespace"
    std::string description;
    bool needs_content = true;
    bool fixes = false;
    /// Whether it is about this file (type by extension, mode, binary).
    bool (*applies)(const BuiltinFile& file, const BuiltinOptions& options) = nullptr;
    BuiltinOutcome (*run)(const BuiltinFile& file, const BuiltinOptions& options) = nullptr;
    std::string code{};  ///< of its findings: "TW"; empty if they have their own
};

/// Those that run without being asked for, in the order they are shown. Each run() is pure and thread safe.
[[nodiscard]] const std::vector<Builtin>& builtins();
/// Those that only run when they are named: mixed-line-ending, fix-byte-order-marker, check-executables-have-shebangs.
[[nodiscard]] const std::vector<Builtin>& optional_builtins();
/// Of either list.
[[nodiscard]] const Builtin* find_builtin(std::string_view id);
/// Whether `args` is a valid command line (without files) for it: what BuiltinOptions::extra may hold. Errors: usage.
[[nodiscard]] base::Result<void> check_builtin_arguments(std::string_view id, const std::vector<std::string>& args);

/// `git rfsn builtin ID [args] FILE…`: options by pre-commit-hooks' names, exit codes 0 / 1 / 2 and its words on
/// stdout. Reads and, for fixers, rewrites the work-tree files named (it is a plumbing command, like the original).
[[nodiscard]] int run_builtin_command(const std::string& id, const std::vector<std::string>& args, std::string& out,
                                      std::string& err);

}  // namespace rfsn::check
