// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace rfsn::test {

/// A planted token, joined at run time so that no scanner takes the test's source for a leak.
inline std::string joined(std::initializer_list<std::string_view> pieces) {
    std::string text;
    for (const auto piece : pieces) {
        text += piece;
    }
    return text;
}

/// With a valid checksum.
inline std::string github_token() {
    return joined({"gh", "p_", "dGlMoiyrlfxX1rTnyFf3vA7NUtFOY6", "4WuYlz"});
}
/// The same shape, with none.
inline std::string made_up_github_token() {
    return joined({"gh", "p_", "0123456789abcdefghij", "klmnopqrstuvwxyz"});
}

inline std::string pem_block() {
    return joined({"-----BE", "GIN RSA PRIV", "ATE KEY-----\n",
                   "Rc/tklkj1D+Zc1sDINsuu6KaezdslnxoHSiMR7GCnC4hnJXqncwR3kWVBsTxKbJj\n",
                   "XtLbKHaLDcNX0xHMSB5qEupChiMcaTCeS14Rnn7A4HFmXG8geInaIQ==\n", "-----E", "ND RSA PRIV",
                   "ATE KEY-----\n"});
}

}  // namespace rfsn::test
