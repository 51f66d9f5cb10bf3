// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "secrets/pattern.hpp"

namespace rfsn::secrets {

/// Block scanning and recall-first reading differ in how much they want to see before they believe it.
enum class Mode { block, redact };

struct Reading {
    Span secret;
    std::size_t shown = 0;   ///< leading bytes of the secret that are public
    std::string_view doubt;  ///< of the reader, or empty
};

/// Whether a token may start here: no word runs into it. An escape (\n, %3D, \u003d) is not part of a word.
[[nodiscard]] bool starts_token(std::string_view text, std::size_t at);
/// A private key block whose first line starts at `at`: PEM, SSH2, PGP, OpenVPN static key or PuTTY; the whole block.
/// In redact mode also one whose END line starts there, with its beginning cut off.
[[nodiscard]] std::optional<Reading> read_key_block(std::string_view text, std::size_t at, Mode mode);
/// user:password@host after "scheme://", which starts at `at` and ends before `after`; the password.
[[nodiscard]] std::optional<Reading> read_url_password(std::string_view text, std::size_t at, std::size_t after,
                                                       Mode mode);

}  // namespace rfsn::secrets
