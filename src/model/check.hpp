// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/finding.hpp"

namespace rfsn::model {

enum class CheckKind { format, lint, typecheck, build, test, security, policy, hygiene };
enum class Scope { files, package, project, workspace };
enum class Stage { pre_commit, pre_merge_commit, pre_push, ci };

/// Never confused: see DESIGN.
enum class RunState {
    passed,
    blocked,      ///< it ran and has findings that block
    unavailable,  ///< a tool or its dependencies are missing
    skipped,      ///< on purpose, with the reason
    error,        ///< it crashed, hung, or ended in a way its pack does not know
};

/// How a check's files reach it.
enum class Tier {
    blobs,    ///< in memory, no process
    stdio,    ///< blob on stdin, result on stdout
    scratch,  ///< staged files and the configuration above them in a fresh directory
    shadow,   ///< the whole tree in a warm directory of our own
};

struct CheckPlan {
    std::string id;       ///< "black", "pytest", "trailing-whitespace"
    std::string pack;     ///< buildpack id, "builtin", "secrets" or "config"
    std::string project;  ///< project root, "" for built-ins
    CheckKind kind = CheckKind::lint;
    Scope scope = Scope::files;
    Tier tier = Tier::blobs;
    bool required = false;
    bool runs_repository_code = false;
    std::vector<std::string> files;  ///< staged paths it is about
    std::string reason;              ///< why it is planned
    std::chrono::milliseconds timeout{0};
    /// Set when it is already known that it will not run.
    std::optional<RunState> preset;
    std::string preset_reason;
    std::string remedy;  ///< what to type when unavailable
};

struct CheckRun {
    CheckPlan plan;
    RunState state = RunState::error;
    std::string reason;  ///< of anything but passed/blocked: "ruff is not installed", "timed out after 60 s"
    std::string remedy;
    std::optional<int> exit_code;
    std::chrono::milliseconds duration{0};
    bool from_cache = false;
    std::string output;  ///< the tool's own words, redacted, capped
    std::string tool_version;
    std::vector<std::string> argv;     ///< what was run, redacted
    std::string isolation;             ///< "blobs", "scratch", "shadow, no network", ...
    std::size_t findings = 0;          ///< that block
    std::optional<std::size_t> tests;  ///< that were run, where the tool says so
    std::size_t flaky = 0;             ///< findings that only one of two runs on the same tree had
};

[[nodiscard]] const char* name(CheckKind kind);
[[nodiscard]] const char* name(Stage stage);
[[nodiscard]] const char* name(RunState state);
[[nodiscard]] const char* name(Tier tier);
[[nodiscard]] const char* name(Scope scope);
[[nodiscard]] std::optional<CheckKind> check_kind(std::string_view name);
/// "pre-commit", "pre-merge-commit", "pre-push", "ci".
[[nodiscard]] std::optional<Stage> stage(std::string_view name);
[[nodiscard]] std::optional<Scope> scope(std::string_view name);

}  // namespace rfsn::model
