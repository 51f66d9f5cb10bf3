// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <iterator>

#include <re2/re2.h>

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
    static constexpr std::size_t most_lines = 6;

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
            suite_ = attribute(node, "name");
            for (const auto& item : cases->items) {
                test(item, pytest);
            }
        }
    }

    std::vector<model::Finding> findings;

   private:
    void test(const DocNode& node, bool pytest) {
        // node:test's "todo" has a failure that doesn't count.
        if (node.find("skipped") != nullptr) {
            return;
        }
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
        if (linter(node, problem)) {
            return;
        }
        auto words = text_in(problem);
        if (base::trim(words).empty()) {
            words = output_of(node, "system-out") + "\n" + output_of(node, "system-err");
        }
        const auto summary = summary_of(node, problem, words);
        auto places = places_in(words, context_);
        if (places.empty()) {
            places = places_in(attribute(problem, "message"), context_);
        }
        if (places.empty()) {
            places.push_back(declared(node, pytest));
        }
        auto name = attribute(node, "name");
        name = base::trim(name).empty() ? "a test" : name;
        for (auto& place : places) {
            const auto& words_below = place.message.empty() ? summary : place.message;
            place.message = words_below.empty() ? name + " failed" : name + ": " + words_below;
            findings.push_back(std::move(place));
        }
    }

    /// Linters that write JUnit name a file as the suite and their rule as the test: "org.eslint.no-var", "line 1, col
    /// 5, Error - Unexpected var (no-var)".
    bool linter(const DocNode& node, const DocNode& problem) {
        static const RE2 rule(R"(^org\.(?:eslint|ruff|stylelint|oxlint)\.(.+)$)");
        static const RE2 place(R"(^\s*line (\d+), col (\d+), (?:(Error|Warning) - )?)");
        std::string code;
        if (!RE2::FullMatch(attribute(node, "name"), rule, &code)) {
            return false;
        }
        model::Finding finding;
        finding.path = suite_;
        std::string severity;
        int line = 0;
        int column = 0;
        if (RE2::PartialMatch(text_in(problem), place, &line, &column, &severity)) {
            finding.line = static_cast<std::uint32_t>(line);
            finding.column = static_cast<std::uint32_t>(column);
        }
        finding.severity = severity == "Warning" ? model::Severity::warning : model::Severity::error;
        finding.blocking = finding.severity == model::Severity::error;
        finding.code = code == "unknown" ? "" : code;
        finding.message = attribute(problem, "message");
        findings.push_back(std::move(finding));
        return true;
    }

    static std::string output_of(const DocNode& node, std::string_view name) {
        const auto* outputs = node.find(name);
        return outputs == nullptr || outputs->items.empty() ? "" : text_in(outputs->items.front());
    }

    /// What went wrong; empty if the report says no more than that it did.
    static std::string summary_of(const DocNode& node, const DocNode& problem, std::string_view words) {
        auto summary = attribute(problem, "message");
        if (!says_only_failed(summary)) {
            return first_lines(summary, most_lines);
        }
        // How it ended, where a runner says so: "SEGFAULT", "Exception: SegFault", "Timeout".
        const auto status = attribute(node, "status");
        summary = says_only_failed(status) ? "" : std::string(base::trim(status));
        const auto told = told_by(words);
        summary += summary.empty() || told.empty() ? "" : "\n";
        summary += told;
        if (summary.empty()) {
            const auto type = attribute(problem, "type");
            summary = says_only_failed(type) ? "" : std::string(base::trim(type));
        }
        return first_lines(summary, most_lines);
    }

    static bool says_only_failed(std::string_view text) {
        std::string word(base::trim(text));
        std::transform(word.begin(), word.end(), word.begin(), lower);
        constexpr std::string_view empty_words[] = {"",      "fail",   "failed",    "failure", "error",
                                                    "run",   "notrun", "completed", "false",   "collection failure",
                                                    "broken"};
        return std::find(std::begin(empty_words), std::end(empty_words), word) != std::end(empty_words);
    }

    /// pytest's own "E" lines, else what the test printed, from where it first speaks of trouble.
    static std::string told_by(std::string_view words) {
        std::string marked;
        std::string_view meaningful;
        std::string_view trouble;
        for (const auto line : base::split_lines(words)) {
            if (line.substr(0, 2) == "E " && marked.size() < 2000) {
                marked += (marked.empty() ? "" : "\n") + std::string(base::trim(line.substr(2)));
            }
            if (trouble.empty() && !is_frame(line)) {
                const auto from = words.substr(static_cast<std::size_t>(line.data() - words.data()));
                meaningful = meaningful.empty() ? from : meaningful;
                trouble = speaks_of_trouble(line) ? from : trouble;
            }
        }
        return !marked.empty() ? marked : first_lines(trouble.empty() ? meaningful : trouble, most_lines);
    }

    /// What every run prints around its tests: rules, blanks, banners.
    static bool is_frame(std::string_view line) {
        line = base::trim(line);
        const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; };
        if (std::none_of(line.begin(), line.end(), is_word)) {
            return true;
        }
        for (const std::string_view banner : {"[==========]", "[----------]", "[ RUN      ]", "[       OK ]",
                                              "[  PASSED  ]", "Running main() from ", "Note: Google Test filter"}) {
            if (line.substr(0, banner.size()) == banner) {
                return true;
            }
        }
        return false;
    }

    static bool speaks_of_trouble(std::string_view line) {
        std::string text(line.substr(0, 1000));
        std::transform(text.begin(), text.end(), text.begin(), lower);
        for (const std::string_view word : {"fail", "error", "assert", "exception", "panic", "terminate called",
                                            "abort", "segmentation", "sanitizer", "fatal", "traceback"}) {
            if (text.find(word) != text.npos) {
                return true;
            }
        }
        return false;
    }

    static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

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
    std::string suite_;
};

}  // namespace

base::Result<Decoded> decode_junit(std::string_view text, const ParseContext& context) {
    RFSN_ASSIGN(const auto documents, xml_in(text));
    JUnit junit(context);
    for (const auto& doc : documents) {
        if (doc.find("testsuites") == nullptr && doc.find("testsuite") == nullptr) {
            return base::fail(ErrorCode::invalid, "the root element is neither testsuites nor testsuite");
        }
        junit.suite(doc, 0);
    }
    return Decoded{std::move(junit.findings), ColumnUnit::bytes};
}

}  // namespace rfsn::check
