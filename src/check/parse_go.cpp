// SPDX-License-Identifier: MIT
#include <map>
#include <set>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_places.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

void vet_package(const DocNode& package, Decoded& out) {
    for (const auto& [analyzer, reports] : package.entries) {
        for (const auto& report : reports.items) {
            auto finding = place_in(json_text(report.find("posn")));
            finding.code = analyzer;
            finding.message = json_text(report.find("message"));
            if (!finding.path.empty()) {
                out.findings.push_back(std::move(finding));
            }
        }
    }
}

/// "vet: ./a.go:3:5: undefined: x" and plain build errors, which are text even where JSON was asked for.
bool build_error(std::string_view line, Decoded& out) {
    static const RE2 pattern(R"(^(?:vet: )?([^\s:][^:]*\.go):(\d+):(?:(\d+):)? (.*)$)", RE2::Latin1);
    re2::StringPiece groups[5];
    if (!pattern.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED, groups, 5)) {
        return false;
    }
    const auto end = groups[3].data() != nullptr ? groups[3] : groups[2];
    auto finding = place_in(
        std::string_view(groups[1].data(), static_cast<std::size_t>(end.data() + end.size() - groups[1].data())));
    finding.code = "build";
    finding.message = std::string(groups[4]);
    out.findings.push_back(std::move(finding));
    return true;
}

struct Test {
    std::string output;
    std::string package;
    std::string name;
};

/// "    a_test.go:12: message": the file's name alone; where its package lies the tree must say.
void failed_test(const Test& test, Decoded& out, const ParseContext& context) {
    static const RE2 pattern(R"(^\s*([\w.-]+\.go):(\d+): (.*)$)", RE2::Latin1);
    static const RE2 panic(R"(^\s+(/\S+\.go):(\d+)(?: \+0x[0-9a-f]+)?$)", RE2::Latin1);
    model::Finding first;
    std::string message;
    for (const auto line : base::split_lines(test.output)) {
        const re2::StringPiece text(line.data(), line.size());
        std::string file;
        std::string words;
        int number = 0;
        if (first.path.empty() && RE2::PartialMatch(text, pattern, &file, &number, &words)) {
            const auto found = find_named_file(file, test.package, {""}, context);
            first.path = found.empty() && !context.content ? file : found;
            first.line = static_cast<std::uint32_t>(number);
            message = words;
        } else if (first.path.empty() && RE2::PartialMatch(text, panic, &file, &number) &&
                   !repository_path(file, context).empty()) {
            first.path = file;
            first.line = static_cast<std::uint32_t>(number);
        } else if (message.empty() && line.rfind("panic: ", 0) == 0) {
            message = line;
        } else if (!message.empty() && message.size() < 2000 && line.rfind("        ", 0) == 0) {
            message += "\n" + std::string(base::trim(line));
        }
    }
    first.code = "test";
    first.message = test.name + ": " + (message.empty() ? "failed" : message);
    out.findings.push_back(std::move(first));
}

}  // namespace

base::Result<Decoded> decode_go_vet(std::string_view text, const ParseContext&) {
    Decoded out;
    bool any = false;
    std::string json;
    // "# package" lines stand between the JSON objects, whose closing brace is at the start of a line.
    for (const auto line : base::split_lines(text)) {
        if (!json.empty() || line == "{" || line == "{}" || line.rfind("{\"", 0) == 0) {
            json.append(line).append("\n");
            const bool whole = line == "}" || line == "{}" || (json.size() == line.size() + 1 && line.back() == '}');
            if (!whole) {
                continue;
            }
            const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(json));
            json.clear();
            if (!doc || !doc->is_map()) {
                return base::fail(ErrorCode::invalid, doc ? "an object is expected" : doc.error().message);
            }
            any = true;
            for (const auto& package : doc->entries) {
                vet_package(package.second, out);
            }
            continue;
        }
        any = build_error(line, out) || line.rfind("# ", 0) == 0 || any;
    }
    if (!json.empty() || !any) {
        return base::fail(ErrorCode::invalid, "this is not what go vet -json prints");
    }
    return out;
}

base::Result<Decoded> decode_go_test(std::string_view text, const ParseContext& context) {
    Decoded out;
    std::map<std::string, Test, std::less<>> tests;
    std::vector<std::string> failed;
    bool any = false;
    for (const auto line : base::split_lines(text)) {
        if (line.empty() || line.front() != '{') {
            any = build_error(base::trim(line), out) || any;
            continue;
        }
        const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(line));
        if (!doc || doc->find("Action") == nullptr) {
            continue;
        }
        any = true;
        const auto action = json_text(doc->find("Action"));
        const auto name = json_text(doc->find("Test"));
        const auto package = json_text(doc->find(action.rfind("build-", 0) == 0 ? "ImportPath" : "Package"));
        const auto key = package + '\0' + name;
        if (action == "output" || action == "build-output") {
            const auto output = json_text(doc->find("Output"));
            if (name.empty()) {
                build_error(base::trim(output), out);
            }
            auto& test = tests[key];
            test.package = package;
            test.name = name;
            if (test.output.size() < (1U << 18)) {
                test.output += output;
            }
        } else if (action == "fail" && !name.empty()) {
            failed.push_back(key);
        }
    }
    if (!any) {
        return base::fail(ErrorCode::invalid, "no line is an event of go test -json");
    }
    // A parent fails because its subtest does; the subtest says where.
    std::set<std::string, std::less<>> parents;
    for (const auto& key : failed) {
        for (auto slash = key.rfind('/'); slash != std::string::npos && slash > key.find('\0');
             slash = key.rfind('/', slash - 1)) {
            parents.insert(key.substr(0, slash));
        }
    }
    for (const auto& key : failed) {
        if (parents.count(key) == 0 && out.findings.size() < max_findings) {
            failed_test(tests[key], out, context);
        }
    }
    return out;
}

}  // namespace rfsn::check
