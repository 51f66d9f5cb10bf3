// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {

/// What a safe loader refuses in YAML that parses: a tag it knows no type for ("!Ref"), and a mapping as a key (an
/// unquoted
/// "{{ template }}").
[[nodiscard]] std::optional<DocumentProblem> unsafe_yaml(std::string_view content,
                                                         const std::vector<base::DocNode>& documents);

}  // namespace rfsn::check
