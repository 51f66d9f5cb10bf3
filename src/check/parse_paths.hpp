// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/diagnostics.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

/// What a tool counts its columns in.
enum class ColumnUnit { bytes, characters, utf16, display };

/// "bytes", "characters", "utf16", "display".
[[nodiscard]] std::optional<ColumnUnit> column_unit(std::string_view name);

constexpr std::size_t max_findings = 20000;

/// A tool's path as one of the repository's ("a/b.py"), or "" if it lies outside. `path` is raw bytes as the tool
/// printed them.
[[nodiscard]] std::string repository_path(std::string_view path, const ParseContext& context);

/// Whether text that stands where a path is expected can be one: not the hour of a time, a URL, a host or an address.
[[nodiscard]] bool plausible_path(std::string_view text);

/// Completes what a decoder read: paths, columns to bytes, valid UTF-8 messages, tool name, duplicates merged. Order is
/// kept.
[[nodiscard]] std::vector<model::Finding> complete(std::vector<model::Finding> raw, const ParseContext& context,
                                                   ColumnUnit unit);

}  // namespace rfsn::check
