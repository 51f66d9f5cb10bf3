// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace rfsn::base {

/// A file of config/ or hooks/ that was compiled in; YAML as base/packed_doc.hpp reads it. Lives for ever.
struct EmbeddedFile {
    std::string_view name;  ///< without directory
    std::string_view bytes;
};

}  // namespace rfsn::base
