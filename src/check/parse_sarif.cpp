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
        add_rules(run.at_path("tool.driver.rules"));
        for (const auto& extension : items_of(run.at_path("tool.extensions"))) {
            add_rules(extension.find("rules"));
        }
        if (const auto* rules = run.find("rules"); rules != nullptr && rules->is_map()) {
            for (const auto& [id, rule] : rules->entries) {
                rules_.emplace(id, &rule);  // SARIF 1.0
            }
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
            if (counts(result)) {
                out.findings.push_back(one(result));
            }
        }
        // What kept a tool from reading a file (ESLint's parse errors) is no result of a rule.
        for (const auto& invocation : items_of(run_.find("invocations"))) {
            for (const char* kind_of : {"toolExecutionNotifications", "toolConfigurationNotifications"}) {
                for (const auto& notification : items_of(invocation.find(kind_of))) {
                    if (json_text(notification.find("level")) == "error") {
                        auto finding = one(notification);
                        finding.code = json_text(notification.at_path("descriptor.id"));
                        out.findings.push_back(std::move(finding));
                    }
                }
            }
        }
    }

   private:
    void add_rules(const DocNode* rules) {
        for (const auto& rule : items_of(rules)) {
            rules_.emplace(json_text(rule.find("id")), &rule);
        }
    }

    static bool counts(const DocNode& result) {
        const auto kind = json_text(result.find("kind"));
        if (kind == "pass" || kind == "notApplicable" || kind == "informational" ||
            json_text(result.find("baselineState")) == "absent" ||
            !items_of(result.find("suppressionStates")).empty()) {
            return false;
        }
        const auto level = json_text(result.find("level"));
        if (level == "pass" || level == "notApplicable") {  // SARIF 1.0
            return false;
        }
        for (const auto& suppression : items_of(result.find("suppressions"))) {
            const auto status = json_text(suppression.find("status"));
            if (status.empty() || status == "accepted") {
                return false;
            }
        }
        return true;
    }

    /// The id of the rule that a result names by its place in the driver's list.
    [[nodiscard]] std::string rule_id(const DocNode& result) const {
        for (const char* key : {"ruleId", "rule.id"}) {
            auto id = json_text(result.at_path(key));
            if (!id.empty()) {
                return id;
            }
        }
        for (const char* key : {"ruleIndex", "rule.index"}) {
            const auto index = json_text(result.at_path(key));
            if (!index.empty()) {
                return json_text(run_.at_path("tool.driver.rules." + index + ".id"));
            }
        }
        return {};
    }

    /// The message's text, or the rule's text that it names with its arguments in place of "{0}".
    static std::string message_of(const DocNode& result, const DocNode* rule) {
        const auto* message = result.find("message");
        if (message != nullptr && message->is_string()) {
            return message->text;
        }
        std::string text = message == nullptr ? "" : json_text(message->find("text"));
        if (text.empty() && message != nullptr) {
            text = json_text(message->find("markdown"));
        }
        const auto* formatted = result.find("formattedRuleMessage");  // SARIF 1.0
        const auto* named = formatted != nullptr ? formatted : message;
        if (text.empty() && named != nullptr && rule != nullptr) {
            text = formatted != nullptr
                       ? json_text(rule->at_path("messageFormats." + json_text(named->find("formatId"))))
                       : json_text(rule->at_path("messageStrings." + json_text(named->find("id")) + ".text"));
        }
        std::size_t index = 0;
        for (const auto& argument : items_of(named == nullptr ? nullptr : named->find("arguments"))) {
            const auto place = "{" + std::to_string(index++) + "}";
            for (auto at = text.find(place); at != std::string::npos && text.size() < 65536;
                 at = text.find(place, at)) {
                const auto value = json_text(&argument);
                text.replace(at, place.size(), value);
                at += value.size();
            }
        }
        return text;
    }

    [[nodiscard]] model::Finding one(const DocNode& result) const {
        model::Finding finding;
        finding.code = rule_id(result);
        const auto* rule = rules_.find(finding.code) == rules_.end() ? nullptr : rules_.at(finding.code);
        auto level = json_text(result.find("level"));
        if (level.empty() && rule != nullptr) {
            level = json_text(rule->at_path("defaultConfiguration.level"));
            level = level.empty() ? json_text(rule->find("defaultLevel")) : level;
        }
        finding.severity = level == "error"                     ? model::Severity::error
                           : level == "note" || level == "none" ? model::Severity::info
                                                                : model::Severity::warning;
        finding.blocking = finding.severity != model::Severity::info;
        finding.message = message_of(result, rule);
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
            physical = physical == nullptr ? location.find("analysisTarget") : physical;
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
            if (finding.end_column != 0 && finding.end_line == 0) {
                finding.end_line = finding.line;
            }
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
