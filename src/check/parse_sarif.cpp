// SPDX-License-Identifier: MIT
#include <map>

#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

const std::vector<DocNode>& items_of(const DocNode* node) {
    static const std::vector<DocNode> none;
    return node == nullptr ? none : node->items;
}

int hex(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const auto lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view uri) {
    std::string out;
    for (std::size_t i = 0; i < uri.size(); ++i) {
        if (uri[i] == '%' && i + 2 < uri.size() && hex(uri[i + 1]) >= 0 && hex(uri[i + 2]) >= 0) {
            out += static_cast<char>(hex(uri[i + 1]) * 16 + hex(uri[i + 2]));
            i += 2;
        } else {
            out += uri[i];
        }
    }
    return out;
}

/// One run of a log, 2.1.0 or 1.0.
class Run {
   public:
    explicit Run(const DocNode& run) : run_(run) {
        for (const auto& rule : items_of(run.at_path("tool.driver.rules"))) {
            rules_.emplace(json_text(rule.find("id")), &rule);
        }
    }

    void results(Decoded& out) const {
        const auto kind = json_text(run_.find("columnKind"));
        if (kind == "unicodeCodePoints") {
            out.unit = ColumnUnit::characters;
        } else if (kind == "utf16CodeUnits") {
            out.unit = ColumnUnit::utf16;
        }
        for (const auto& result : items_of(run_.find("results"))) {
            const auto kind_of = json_text(result.find("kind"));
            const bool suppressed =
                !items_of(result.find("suppressions")).empty() || result.find("suppressionStates") != nullptr;
            if (suppressed || kind_of == "pass" || kind_of == "notApplicable" || kind_of == "informational") {
                continue;
            }
            out.findings.push_back(one(result));
        }
    }

   private:
    [[nodiscard]] model::Finding one(const DocNode& result) const {
        model::Finding finding;
        finding.code = json_text(result.find("ruleId"));
        if (finding.code.empty()) {
            finding.code = json_text(result.at_path("rule.id"));
        }
        const auto* rule = rules_.find(finding.code) == rules_.end() ? nullptr : rules_.at(finding.code);
        auto level = json_text(result.find("level"));
        if (level.empty() && rule != nullptr) {
            level = json_text(rule->at_path("defaultConfiguration.level"));
        }
        finding.severity = level == "error"                     ? model::Severity::error
                           : level == "note" || level == "none" ? model::Severity::info
                                                                : model::Severity::warning;
        finding.blocking = finding.severity != model::Severity::info;
        const auto* message = result.find("message");
        finding.message = message == nullptr     ? ""
                          : message->is_string() ? message->text
                                                 : json_text(message->find("text"));
        if (finding.message.empty() && message != nullptr && rule != nullptr) {
            finding.message = json_text(rule->at_path("messageStrings." + json_text(message->find("id")) + ".text"));
        }
        finding.fixable = !items_of(result.find("fixes")).empty();
        bool first = true;
        for (const auto& location : items_of(result.find("locations"))) {
            if (first) {
                place(location, finding);
                first = false;
            }
        }
        for (const auto& location : items_of(result.find("relatedLocations"))) {
            model::Finding related;
            place(location, related);
            if (!related.path.empty() && finding.notes.size() < 50) {
                finding.notes.push_back({related.path, related.line, json_text(location.at_path("message.text"))});
            }
        }
        return finding;
    }

    void place(const DocNode& location, model::Finding& finding) const {
        const auto* physical = location.find("physicalLocation");
        const auto* region = physical == nullptr ? nullptr : physical->find("region");
        if (physical == nullptr) {
            physical = location.find("resultFile");  // SARIF 1.0
            region = physical == nullptr ? nullptr : physical->find("region");
        }
        if (physical == nullptr) {
            return;
        }
        const auto* artifact = physical->find("artifactLocation");
        auto uri = json_text(artifact == nullptr ? physical->find("uri") : artifact->find("uri"));
        if (artifact != nullptr && uri.empty()) {
            const auto index = json_text(artifact->find("index"));
            uri = json_text(run_.at_path("artifacts." + index + ".location.uri"));
        }
        finding.path = percent_decoded(uri);
        if (region != nullptr) {
            finding.line = json_number(region->find("startLine"));
            finding.column = json_number(region->find("startColumn"));
            finding.end_line = json_number(region->find("endLine"));
            finding.end_column = json_number(region->find("endColumn"));
        }
    }

    const DocNode& run_;
    std::map<std::string, const DocNode*, std::less<>> rules_;
};

}  // namespace

base::Result<Decoded> decode_sarif(std::string_view text, const ParseContext&) {
    RFSN_ASSIGN(auto doc, json_in(text));
    const auto* runs = doc.find("runs");
    if (runs == nullptr || !runs->is_list()) {
        return base::fail(ErrorCode::invalid, "a SARIF log has a list of runs");
    }
    Decoded out;
    for (const auto& run : runs->items) {
        Run(run).results(out);
    }
    return out;
}

}  // namespace rfsn::check
