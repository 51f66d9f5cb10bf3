// SPDX-License-Identifier: MIT
#pragma once

#include "base/doc.hpp"
#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/schema_reader.hpp"

namespace rfsn::buildpack {

/// tools and checks of a pack whose facts are loaded.
[[nodiscard]] base::Result<void> load_tools(const SchemaReader& reader, const base::DocNode& document, Pack& pack);
[[nodiscard]] base::Result<void> load_checks(const SchemaReader& reader, const base::DocNode& document,
                                             const Pack::Detail& detail, Pack& pack);

}  // namespace rfsn::buildpack
