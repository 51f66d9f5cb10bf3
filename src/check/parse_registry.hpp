// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_mapping.hpp"
#include "check/parse_text.hpp"

namespace rfsn::check {

using NativeDecoder = base::Result<Decoded> (*)(std::string_view text, const ParseContext& context);

/// A parser out of config/parsers, or one that is written in C++.
struct Parser {
    std::variant<NativeDecoder, TextParser, DocumentParser> reader;
    std::vector<std::string> formats;  ///< of a text parser: what its tool writes when it is asked for a document
};

/// By its name or one of its other names, letter case, blanks and punctuation aside ("Go Vet", "node:test"). Compiled
/// once, when a tool's output first asks for it. Errors: not_found (names the nearest), config.
[[nodiscard]] base::Result<const Parser*> find_parser(std::string_view name);

}  // namespace rfsn::check
