// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

/// clang-tidy --export-fixes counts bytes from the start of a file: lines and columns come from the file's text.
class Offsets {
   public:
    explicit Offsets(const ParseContext& context) : context_(context) {}

    /// Sets line and column; both stay 0 if the file isn't at hand.
    void place(const std::string& path, std::size_t offset, std::uint32_t& line, std::uint32_t& column) {
        auto known = files_.find(path);
        if (known == files_.end()) {
            const auto inside = repository_path(path, context_);
            known = files_.emplace(path, inside.empty() || !context_.content ? std::nullopt : context_.content(inside))
                        .first;
        }
        if (!known->second || offset > known->second->size()) {
            return;
        }
        const auto before = std::string_view(*known->second).substr(0, offset);
        line = 1 + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
        const auto start = before.rfind('\n');
        column = 1 + static_cast<std::uint32_t>(start == std::string_view::npos ? offset : offset - start - 1);
    }

   private:
    const ParseContext& context_;
    std::map<std::string, std::optional<std::string>, std::less<>> files_;
};

std::string path_of(const DocNode& message, const DocNode& diagnostic) {
    auto path = message.string_or("FilePath", "");
    const auto directory = diagnostic.string_or("BuildDirectory", "");
    if (!path.empty() && path.front() != '/' && path.find(":\\") != 1 && !directory.empty()) {
        path.insert(0, directory + "/");
    }
    return path;
}

}  // namespace

base::Result<Decoded> decode_clang_fixes(std::string_view text, const ParseContext& context) {
    const auto doc = base::parse_doc(base::DocFormat::yaml, base::to_valid_utf8(text));
    const auto* diagnostics = doc ? doc->find("Diagnostics") : nullptr;
    if (diagnostics == nullptr) {
        return base::fail(ErrorCode::invalid, doc ? "there are no Diagnostics" : doc.error().message);
    }
    Decoded out;
    Offsets offsets(context);
    for (const auto& item : diagnostics->items) {
        // Before LLVM 9 the message's parts stood in the diagnostic itself.
        const auto* inner = item.find("DiagnosticMessage");
        const auto& message = inner == nullptr ? item : *inner;
        model::Finding finding;
        finding.path = path_of(message, item);
        finding.code = item.string_or("DiagnosticName", "");
        finding.message = message.string_or("Message", "");
        const auto level = item.string_or("Level", "Warning");
        finding.severity = level == "Error"    ? model::Severity::error
                           : level == "Remark" ? model::Severity::info
                                               : model::Severity::warning;
        offsets.place(finding.path, json_number(message.find("FileOffset")), finding.line, finding.column);
        const auto* replacements = message.find("Replacements");
        finding.fixable = replacements != nullptr && !replacements->items.empty();
        const auto* notes = item.find("Notes");
        for (std::size_t i = 0; notes != nullptr && i < notes->items.size() && i < 50; ++i) {
            model::Note note{path_of(notes->items[i], item), 0, notes->items[i].string_or("Message", "")};
            std::uint32_t column = 0;
            offsets.place(note.path, json_number(notes->items[i].find("FileOffset")), note.line, column);
            finding.notes.push_back(std::move(note));
        }
        out.findings.push_back(std::move(finding));
    }
    return out;
}

}  // namespace rfsn::check
