// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/doc.hpp"
#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_json_dialect.hpp"
#include "check/builtin_list.hpp"
#include "check/builtin_yaml_rules.hpp"

namespace rfsn::check {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

DocumentProblem problem_of(const base::DocError& error) {
    // What the reader refuses to do is not what the file has wrong.
    const bool limit = starts_with(error.message, "more than ") || starts_with(error.message, "nested more than ") ||
                       error.message.find("that is not supported") != std::string::npos;
    return {error.at.line, error.at.column, error.message, limit};
}

BuiltinOutcome report(const BuiltinFile& file, const char* id, const char* code,
                      const std::optional<DocumentProblem>& problem) {
    BuiltinOutcome outcome;
    if (problem) {
        FindingList findings(file, id, code);
        findings.add(static_cast<std::uint32_t>(problem->line), static_cast<std::uint32_t>(problem->column),
                     problem->limit ? "not checked to the end: " + problem->message : problem->message,
                     problem->limit ? Weight::warns : Weight::blocks);
        outcome.findings = findings.take();
    }
    return outcome;
}

BuiltinOutcome run_yaml(const BuiltinFile& file, const BuiltinOptions& options) {
    return report(file, "check-yaml", "YAML", yaml_problem(file.content, effective_arguments("check-yaml", options)));
}

BuiltinOutcome run_json(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return report(file, "check-json", "JSON", json_problem(file.content, is_json_with_comments(file.file->path)));
}

BuiltinOutcome run_toml(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return report(file, "check-toml", "TOML", toml_problem(file.content));
}

template <FileType type>
bool applies_to(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return file.file->has_content() && has_type(file.file->path, type);
}

}  // namespace

std::optional<DocumentProblem> yaml_problem(std::string_view content, const BuiltinArguments& arguments) {
    if (arguments.unsafe) {
        const auto documents = base::parse_yaml_stream(content);
        const bool semantic = !documents && (starts_with(documents.error().message, "repeated key") ||
                                             starts_with(documents.error().message, "undefined alias"));
        return documents || semantic ? std::nullopt : std::optional(problem_of(documents.error()));
    }
    if (arguments.multi) {
        const auto documents = base::parse_yaml_stream(content);
        return documents ? unsafe_yaml(content, *documents) : std::optional(problem_of(documents.error()));
    }
    auto document = base::parse_doc(base::DocFormat::yaml, content);
    if (document) {
        std::vector<base::DocNode> documents;
        documents.push_back(std::move(*document));
        return unsafe_yaml(content, documents);
    }
    DocumentProblem problem = problem_of(document.error());
    if (problem.message.find("second document") != std::string::npos) {
        problem.message +=
            "; for several, put args: [--allow-multiple-documents] below checks, check-yaml in .rfsn.yaml";
    }
    return problem;
}

std::optional<DocumentProblem> json_problem(std::string_view content, bool comments) {
    const auto strict = base::parse_doc(base::DocFormat::json, content);
    if (strict) {
        return std::nullopt;
    }
    if (const auto plain = plain_json(content, comments)) {
        const auto again = base::parse_doc(base::DocFormat::json, *plain);
        return again ? std::nullopt : std::optional(problem_of(again.error()));
    }
    return problem_of(strict.error());
}

std::optional<DocumentProblem> toml_problem(std::string_view content) {
    const auto document = base::parse_doc(base::DocFormat::toml, content);
    return document ? std::nullopt : std::optional(problem_of(document.error()));
}

Builtin check_yaml() {
    return {"check-yaml", "YAML files parse", true, false, applies_to<FileType::yaml>, run_yaml};
}
Builtin check_json() {
    return {"check-json", "JSON files parse and have no key twice", true, false, applies_to<FileType::json>, run_json};
}
Builtin check_toml() {
    return {"check-toml", "TOML files parse", true, false, applies_to<FileType::toml>, run_toml};
}

}  // namespace rfsn::check
