// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_places.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

std::string attribute(const DocNode& node, std::string_view name) {
    return json_text(node.find("@" + std::string(name)));
}
std::string text_in(const DocNode& node) {
    return json_text(node.find("#text"));
}

std::string first_lines(std::string_view text, std::size_t count) {
    std::string out;
    for (const auto line : base::split_lines(text)) {
        if (base::trim(line).empty()) {
            continue;
        }
        if (count-- == 0) {
            break;
        }
        out += (out.empty() ? "" : "\n") + std::string(line.substr(0, 1000));
    }
    return out;
}

/// Walks suites and their cases.
class JUnit {
   public:
    explicit JUnit(const ParseContext& context) : context_(context) {}

    void suite(const DocNode& node, int depth) {
        if (depth > 50) {
            return;
        }
        const bool pytest = attribute(node, "name") == "pytest";
        for (const char* nested : {"testsuite", "testsuites"}) {
            if (const auto* suites = node.find(nested)) {
                for (const auto& item : suites->items) {
                    suite(item, depth + 1);
                }
            }
        }
        if (const auto* cases = node.find("testcase")) {
            for (const auto& item : cases->items) {
                test(item, pytest);
            }
        }
    }

    std::vector<model::Finding> findings;

   private:
    void test(const DocNode& node, bool pytest) {
        for (const char* kind : {"failure", "error"}) {
            const auto* problems = node.find(kind);
            if (problems == nullptr) {
                continue;
            }
            for (const auto& problem : problems->items) {
                failed(node, problem, pytest);
            }
        }
    }

    void failed(const DocNode& node, const DocNode& problem, bool pytest) {
        auto words = text_in(problem);
        auto summary = attribute(problem, "message");
        if (base::trim(words).empty()) {
            words = output_of(node, "system-out") + "\n" + output_of(node, "system-err");
        }
        if (base::trim(summary).empty() || summary == "collection failure" || summary == "Failed") {
            const auto told = told_by(words);
            summary = told.empty() ? summary : told;
        }
        auto places = places_in(words, context_);
        if (places.empty()) {
            places = places_in(attribute(problem, "message"), context_);
        }
        if (places.empty()) {
            places.push_back(declared(node, pytest));
        }
        auto name = attribute(node, "name");
        for (auto& place : places) {
            place.code = "test";
            place.message = name.empty() ? first_lines(summary, 6) : name + ": " + first_lines(summary, 6);
            findings.push_back(std::move(place));
        }
    }

    static std::string output_of(const DocNode& node, std::string_view name) {
        const auto* outputs = node.find(name);
        return outputs == nullptr || outputs->items.empty() ? "" : text_in(outputs->items.front());
    }

    /// pytest's own "E" lines, else the first lines of what the test printed.
    static std::string told_by(std::string_view words) {
        std::string marked;
        for (const auto line : base::split_lines(words)) {
            if (line.substr(0, 2) == "E " && marked.size() < 2000) {
                marked += (marked.empty() ? "" : "\n") + std::string(base::trim(line.substr(2)));
            }
        }
        return marked.empty() ? first_lines(words, 6) : marked;
    }

    /// Where the test is declared, if the report says; pytest's lines count from 0.
    static model::Finding declared(const DocNode& node, bool pytest) {
        model::Finding place;
        place.path = attribute(node, "file");
        if (!place.path.empty() && node.find("@line") != nullptr) {
            place.line = json_number(node.find("@line")) + (pytest ? 1 : 0);
        }
        return place;
    }

    const ParseContext& context_;
};

model::Severity severity_of(std::string_view word) {
    return word == "error"     ? model::Severity::error
           : word == "warning" ? model::Severity::warning
                               : model::Severity::info;
}

base::Result<DocNode> xml(std::string_view text) {
    auto doc = base::parse_doc(base::DocFormat::xml, text);
    if (!doc) {
        return base::fail(ErrorCode::invalid,
                          "line " + std::to_string(doc.error().at.line) + ": " + doc.error().message);
    }
    return std::move(*doc);
}

}  // namespace

base::Result<Decoded> decode_junit(std::string_view text, const ParseContext& context) {
    RFSN_ASSIGN(auto doc, xml(text));
    if (doc.find("testsuites") == nullptr && doc.find("testsuite") == nullptr) {
        return base::fail(ErrorCode::invalid, "the root element is neither testsuites nor testsuite");
    }
    JUnit junit(context);
    junit.suite(doc, 0);
    return Decoded{std::move(junit.findings), ColumnUnit::bytes};
}

base::Result<Decoded> decode_checkstyle(std::string_view text, const ParseContext&) {
    RFSN_ASSIGN(auto doc, xml(text));
    const auto* root = doc.find("checkstyle");
    if (root == nullptr || root->items.empty()) {
        return base::fail(ErrorCode::invalid, "the root element is not checkstyle");
    }
    Decoded out;
    const auto* files = root->items.front().find("file");
    for (const auto& file : files == nullptr ? std::vector<DocNode>{} : files->items) {
        const auto* errors = file.find("error");
        for (const auto& error : errors == nullptr ? std::vector<DocNode>{} : errors->items) {
            const auto severity = attribute(error, "severity");
            if (severity == "ignore") {
                continue;
            }
            model::Finding finding;
            finding.path = attribute(file, "name");
            finding.line = json_number(error.find("@line"));
            finding.column = json_number(error.find("@column"));
            finding.severity = severity.empty() ? model::Severity::error : severity_of(severity);
            finding.blocking = finding.severity != model::Severity::info;
            finding.message = attribute(error, "message");
            const auto source = attribute(error, "source");
            finding.code = source.substr(source.rfind('.') == std::string::npos ? 0 : source.rfind('.') + 1);
            out.findings.push_back(std::move(finding));
        }
    }
    return out;
}

}  // namespace rfsn::check
