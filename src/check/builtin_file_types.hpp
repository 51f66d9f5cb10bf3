// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "check/builtin.hpp"

namespace rfsn::check {

enum class FileType { yaml, json, toml };

/// By the file's name, as `identify` tells types.
[[nodiscard]] bool has_type(std::string_view path, FileType type);
/// JSON that its readers allow comments and trailing commas in: tsconfig.json, .vscode/settings.json, ...
[[nodiscard]] bool is_json_with_comments(std::string_view path);
/// A regular file whose name and content do not say that it is binary.
[[nodiscard]] bool is_text(const BuiltinFile& file);

}  // namespace rfsn::check
