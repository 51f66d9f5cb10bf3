// SPDX-License-Identifier: MIT
// GitLab's Code Quality report and reviewdog's diagnostic format.
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "report/report.hpp"

namespace rfsn::report {
namespace {

using Json = nlohmann::ordered_json;

std::string text(std::string_view bytes) {
    return base::to_valid_utf8(bytes);
}

std::string dump(const Json& json) {
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

const char* gitlab_severity(const model::Finding& finding) {
    if (finding.severity == model::Severity::info) {
        return "info";
    }
    if (!finding.blocking) {
        return "minor";
    }
    return finding.severity == model::Severity::error ? "critical" : "major";
}

const char* rdjson_severity(model::Severity severity) {
    switch (severity) {
        case model::Severity::error:
            return "ERROR";
        case model::Severity::warning:
            return "WARNING";
        case model::Severity::info:
            return "INFO";
    }
    return "ERROR";
}

}  // namespace

std::string gitlab(const model::Report& report) {
    Json out = Json::array();
    std::set<std::string> used;
    for (const model::Finding& finding : report.findings) {
        std::string fingerprint = finding.fingerprint;
        if (fingerprint.empty()) {
            fingerprint = base::sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}", finding.tool, finding.code, finding.path,
                                                       finding.line, finding.message));
        }
        // GitLab keeps only the first of equal fingerprints.
        while (!used.insert(fingerprint).second) {
            fingerprint = base::sha256_hex(fingerprint);
        }
        const std::string name = finding.code.empty() ? finding.tool : finding.code;
        out.push_back({{"description", text(finding.message)},
                       {"check_name", text(name)},
                       {"engine_name", text(finding.tool)},
                       {"fingerprint", text(fingerprint)},
                       {"severity", gitlab_severity(finding)},
                       {"location",
                        {{"path", text(finding.path.empty() ? "." : finding.path)},
                         {"lines", {{"begin", finding.line == 0 ? 1U : finding.line}}}}}});
    }
    return dump(out);
}

std::string rdjson(const model::Report& report) {
    Json diagnostics = Json::array();
    for (const model::Finding& finding : report.findings) {
        Json location{{"path", text(finding.path)}};
        if (finding.line > 0) {
            // Columns are bytes here too.
            Json range{{"start", {{"line", finding.line}}}};
            if (finding.column > 0) {
                range["start"]["column"] = finding.column;
            }
            if (finding.end_line >= finding.line && finding.end_column > 0) {
                range["end"] = {{"line", finding.end_line}, {"column", finding.end_column}};
            }
            location["range"] = std::move(range);
        }
        diagnostics.push_back({{"message", text(finding.message)},
                               {"location", std::move(location)},
                               {"severity", rdjson_severity(finding.severity)},
                               {"source", {{"name", text(finding.tool)}}},
                               {"code", {{"value", text(finding.code)}}}});
    }
    return dump({{"source", {{"name", "git-rfsn"}}}, {"diagnostics", std::move(diagnostics)}});
}

}  // namespace rfsn::report
