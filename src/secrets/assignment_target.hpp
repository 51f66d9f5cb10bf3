// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace rfsn::secrets {

constexpr std::size_t max_name = 64;
constexpr std::size_t max_spaces = 32;

/// What is assigned to and where the value starts; the name is empty if nothing is assigned at the place asked for.
struct Target {
    std::string_view name;  ///< of the text, or "password" where an option stands for one
    std::size_t value_at = 0;
    std::size_t skip_to = 0;         ///< nothing to see before this
    bool quoted_words_only = false;  ///< an argument list: what isn't a literal there is no value
};

/// Reads `name = value`, `name: value`, `name => value`, `<name>value`, `--name value`, `-name value`, `"name",
/// "value"` and the options of well-known programs that take a password (`mysql -pVALUE`, `curl -u user:VALUE`), if its
/// sign stands at `at`. Work is bounded, whatever the text.
[[nodiscard]] Target target_at(std::string_view text, std::size_t at);

/// The first place at or after `at` that is no blank, at most `max_spaces` further.
[[nodiscard]] std::size_t skip_spaces(std::string_view text, std::size_t at);

}  // namespace rfsn::secrets
