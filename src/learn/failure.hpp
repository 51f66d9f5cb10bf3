// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/finding.hpp"

namespace rfsn::learn {

/// What went wrong, without where and when: the same for the same mistake in another file, another line, another order
/// of tests or another run, and another for another mistake.
struct Failure {
    std::string fingerprint;             ///< 32 hex digits; empty: nothing failed
    std::string check;                   ///< the check whose findings lead
    std::string pack;                    ///< its buildpack
    std::vector<std::string> codes;      ///< "tool/code", sorted, each once
    std::vector<std::string> sentences;  ///< the messages in their general form, sorted, each once
};

/// Of the blocking findings of a check. `output` stands in where it named none.
[[nodiscard]] Failure describe_failure(const std::string& check, const std::string& pack,
                                       const std::vector<model::Finding>& findings, std::string_view output);

/// A message in its general form: paths, line numbers, addresses, times, temporary names replaced by a word each; names
/// and values of the program are kept, since they say which mistake it is.
[[nodiscard]] std::string general_form(std::string_view message);

}  // namespace rfsn::learn
