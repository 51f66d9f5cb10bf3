// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/doc.hpp"

namespace rfsn::base {

/// A document that the build has parsed (src/embed) and this only puts together: no lexer, no positions. Nothing at
/// start may cost what a parser costs. One byte says what follows: 'N' null, 'T' and 'F', 'I' an integer and 'S' a
/// string (a length and bytes), 'L' a list (a count and its items), 'M' a map (a count, and for each entry a length,
/// the key's bytes and a value). Lengths and counts are in base 128, the low digits first. Errors: damaged bytes.
[[nodiscard]] tl::expected<DocNode, DocError> unpack_doc(std::string_view bytes);

}  // namespace rfsn::base
