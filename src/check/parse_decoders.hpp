// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "check/parse_paths.hpp"

namespace rfsn::check {

/// What a decoder read, paths as the tool wrote them.
struct Decoded {
    std::vector<model::Finding> findings;
    ColumnUnit unit = ColumnUnit::bytes;
};

/// `text` has no ANSI sequences and is not blank. Errors: invalid.
[[nodiscard]] base::Result<Decoded> decode_sarif(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_junit(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_tap(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_gcc(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_cargo(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_clang_fixes(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_go_vet(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_go_test(std::string_view text, const ParseContext& context);
/// `go test` as text, plain or -v. No errors: a log that has no test in it has no findings.
[[nodiscard]] base::Result<Decoded> decode_go_test_text(std::string_view text, const ParseContext& context);
/// "::error file=a,line=1::message" of GitHub Actions, and Azure Pipelines' "##vso[task.logissue …]".
[[nodiscard]] base::Result<Decoded> decode_workflow_commands(std::string_view text, const ParseContext& context);
[[nodiscard]] base::Result<Decoded> decode_diff(std::string_view text, const ParseContext& context);

/// The JSON document in `text`, which a tool's warnings may precede or follow on lines of their own. Errors: invalid.
[[nodiscard]] base::Result<base::DocNode> json_in(std::string_view text);
/// The XML documents in `text`, words before the first aside. Errors: invalid.
[[nodiscard]] base::Result<std::vector<base::DocNode>> xml_in(std::string_view text);
/// A count or line number out of JSON; 0 for anything else.
[[nodiscard]] std::uint32_t json_number(const base::DocNode* node);
/// The text of a string, or of a number as it is written; "" for anything else.
[[nodiscard]] std::string json_text(const base::DocNode* node);
/// A clock-like "path:line" or "path:line:column" cut into its parts.
[[nodiscard]] model::Finding place_in(std::string_view text);

}  // namespace rfsn::check
