// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rfsn::buildpack {

/// One bit for each built-in pack, in the order of built_in_ids().
using PackMask = std::uint8_t;

/// The main packs first, polyrepo last.
[[nodiscard]] const std::array<std::string_view, 8>& built_in_ids();

/// The packs that a path may matter to by its name: sources, manifests and what checks ask for. This table stands in
/// for the YAML, so that a commit of unrelated files parses none of it; a test holds the two equal.
[[nodiscard]] PackMask interested_packs(std::string_view path);
/// The pack whose language an interpreter speaks ("python3.11" too), or "".
[[nodiscard]] std::string_view pack_of_interpreter(std::string_view interpreter);
/// The pack of a language as linguist names it, in lower case, or "".
[[nodiscard]] std::string_view pack_of_language(std::string_view language);
/// The interpreter of a "#!" line, without directory and env, or "".
[[nodiscard]] std::string_view interpreter_of(std::string_view content);

}  // namespace rfsn::buildpack
