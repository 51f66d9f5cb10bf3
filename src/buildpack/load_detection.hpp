// SPDX-License-Identifier: MIT
#pragma once

#include "base/doc.hpp"
#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/schema_reader.hpp"

namespace rfsn::buildpack {

/// The parts of a pack that say what is a project and what is known of it: detect, workspace, facts, affected.
[[nodiscard]] base::Result<void> load_detection(const SchemaReader& reader, const base::DocNode& document,
                                                Pack::Detail& detail);

}  // namespace rfsn::buildpack
