// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_severity.hpp"

namespace rfsn::check {

/// Paths into a document, tried in turn: "range.start.line", "^filePath" (from the item around this one), "$.version"
/// (from the root), "lines.$last" (a list's last item), "$key" (the key under which the item stands).
using FieldPaths = std::vector<std::string>;

struct FieldTest {
    FieldPaths field;
    std::unique_ptr<RE2> matches;
    bool wanted = true;
};

struct NoteMapping {
    std::string each;
    FieldPaths file, line, message;
};

/// One kind of item that becomes findings.
struct ItemMapping {
    /// "*.messages.*": every star is an item of a list or map, the last one the finding. "**test-case.*": every XML
    /// element of that name, however deep.
    std::string each;
    std::vector<FieldTest> tests;
    FieldPaths file, line, col, end_line, end_col, severity, code, message, fixable;
    FieldPaths test;                    ///< the name of a failed test: "{test}: {message}"
    FieldPaths words;                   ///< a failed test's own words, in which its place is looked for
    FieldPaths place;                   ///< "path:line:column" as one text
    std::unique_ptr<RE2> message_part;  ///< its group 1 is the message
    std::unique_ptr<RE2> code_part;     ///< its group 1, looked for in the code
    std::string code_prefix;            ///< of a code that is a bare number
    std::string fixed_severity, fixed_message;
    std::vector<NoteMapping> notes;
    std::uint32_t first_message_lines = 0;  ///< 0: the message as it is
};

/// A reader of JSON or XML documents made of data (config/parsers, `type: document`).
class DocumentParser {
   public:
    enum class Source { json, json_lines, xml };

    /// Errors: config, "NAME:LINE:COLUMN: message".
    [[nodiscard]] static base::Result<DocumentParser> load(std::string_view name, const base::DocNode& rules);
    DocumentParser(DocumentParser&&) noexcept;
    DocumentParser& operator=(DocumentParser&&) noexcept;
    DocumentParser(const DocumentParser&) = delete;
    DocumentParser& operator=(const DocumentParser&) = delete;
    ~DocumentParser();

    /// Errors: invalid (it is not this tool's document).
    [[nodiscard]] base::Result<Decoded> parse(std::string_view text, const ParseContext& context) const;

    struct Rules {
        Source source = Source::json;
        std::vector<std::string> accept;      ///< a document has all of these
        std::vector<std::string> accept_any;  ///< and one of these, if there are any
        ColumnUnit unit = ColumnUnit::bytes;
        std::uint32_t column_base = 1;
        std::uint32_t line_base = 1;
        bool end_exclusive = true;
        SeverityRules severity;
        std::vector<ItemMapping> items;
    };

   private:
    explicit DocumentParser(std::unique_ptr<Rules> rules);
    std::unique_ptr<Rules> rules_;
};

}  // namespace rfsn::check
