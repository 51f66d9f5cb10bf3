// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "check/diagnostics.hpp"

namespace rfsn::check {

inline ParseContext context_at(std::string root, std::string prefix = "") {
    return {std::move(root), std::move(prefix), "the-check", {}};
}

inline std::vector<model::Finding> parsed(std::string_view parser, std::string_view output,
                                          const ParseContext& context = context_at("/t")) {
    auto findings = parse_output(parser, output, context);
    EXPECT_TRUE(findings.has_value()) << parser << ": " << (findings ? "" : findings.error().describe());
    return findings ? std::move(*findings) : std::vector<model::Finding>{};
}

/// "path:line:column code message" of each, for comparisons that read like the tool's own output.
inline std::vector<std::string> lines_of(const std::vector<model::Finding>& findings) {
    std::vector<std::string> out;
    for (const auto& finding : findings) {
        out.push_back(finding.path + ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " +
                      finding.code + " " + finding.message);
    }
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace rfsn::check
