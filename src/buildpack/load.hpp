// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "buildpack/detail.hpp"

namespace rfsn::buildpack {

/// A pack out of its document, held to the schema: unknown keys, wrong types, bad regexes, expressions over facts that
/// the pack does not have. Errors: config, "ORIGIN:LINE:COLUMN: message".
[[nodiscard]] base::Result<Pack> load_pack(const base::DocNode& document, const std::string& origin);

/// The document of `overlay` laid over `lower`: maps merge by key, lists are replaced unless the key has a '+' in
/// front.
[[nodiscard]] base::DocNode overlaid(const base::DocNode& lower, const base::DocNode& overlay);

}  // namespace rfsn::buildpack
