// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>

namespace rfsn::net {

/// Answers the lines of `in` (net/protocol.hpp) until it ends and all is answered. Returns the exit code: 1 if `out`
/// cannot be written, 130 after SIGINT or SIGTERM.
[[nodiscard]] int serve(std::istream& in, std::ostream& out);

}  // namespace rfsn::net
