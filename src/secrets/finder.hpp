// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "secrets/pattern.hpp"
#include "secrets/readers.hpp"
#include "secrets/rule_set.hpp"

namespace rfsn::secrets {

/// A hit before it is described.
struct Match {
    Span secret;
    std::size_t rank = 0;  ///< of the rule, lower is more specific
    std::string_view id;   ///< lives for ever
    std::string_view description;
    std::size_t shown = 0;  ///< leading bytes that may be shown
    bool verified = false;
    std::string_view doubt;
    bool guessable = false;  ///< no hash of it may be shown
};

/// What the anchored rules find, by offset, overlaps resolved: the more specific rule's secret in block mode, the union
/// of both in redact mode. At most `limit`. Errors: the rule set's.
[[nodiscard]] base::Result<std::vector<Match>> find_anchored(std::string_view text, Mode mode, std::size_t limit);
/// find_anchored() in redact mode, assignments, and anchored secrets inside base64.
[[nodiscard]] base::Result<std::vector<Match>> find_for_redaction(std::string_view text);

}  // namespace rfsn::secrets
