// SPDX-License-Identifier: MIT
#include <algorithm>
#include <initializer_list>

#include "base/doc.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/survey.hpp"

namespace rfsn::cli {
namespace {

std::string json_list(const std::vector<std::string>& words) {
    std::string json = "[";
    for (const auto& word : words) {
        json += (json.size() > 1 ? "," : "") + base::json_quote(word);
    }
    return json + "]";
}

std::string as_json(const gate::SurveyedCheck& check) {
    return "{\"id\":" + base::json_quote(check.id) + ",\"kind\":" + base::json_quote(check.kind) +
           ",\"stages\":" + json_list(check.stages) + ",\"tool\":" + base::json_quote(check.tool) +
           ",\"program\":" + (check.program.empty() ? "null" : base::json_quote(check.program)) +
           ",\"hint\":" + base::json_quote(check.hint) +
           ",\"tool_version\":" + (check.tool_version.empty() ? "null" : base::json_quote(check.tool_version)) +
           ",\"runs_repository_code\":" + (check.runs_repository_code ? "true" : "false") + "}";
}

/// A fact by the name that scripts of any language look for, or null.
std::string fact_json(const model::Project& project, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto found = project.facts.find(name);
        if (found != project.facts.end()) {
            return base::json_quote(found->second);
        }
    }
    return "null";
}

/// The tools that the project configures: facts named has_TOOL.
std::vector<std::string> configured_tools(const model::Project& project) {
    std::vector<std::string> tools;
    for (const auto& [name, value] : project.facts) {
        if (name.rfind("has_", 0) == 0 && value != "false") {
            tools.push_back(name.substr(4));
            std::replace(tools.back().begin(), tools.back().end(), '_', '-');
        }
    }
    return tools;
}

std::string as_json(const gate::Survey& survey) {
    std::string json = "{\"version\":1,\"packs\":" + json_list(survey.packs) + ",\"projects\":[";
    for (const auto& [project, checks] : survey.projects) {
        json += (json.back() == '[' ? "" : ",");
        json += "{\"root\":" + base::json_quote(project.root) + ",\"pack\":" + base::json_quote(project.pack) +
                ",\"fallback\":" + (project.fallback ? "true" : "false") +
                ",\"reasons\":" + json_list(project.reasons) + ",\"members\":" + json_list(project.members) +
                ",\"package_manager\":" + fact_json(project, {"pm"}) + ",\"language_version\":" +
                fact_json(project, {"python_version", "node_version", "go_version", "rust_version", "java_version",
                                    "dotnet_version", "cpp_standard"}) +
                ",\"test_framework\":" + fact_json(project, {"test_framework"}) +
                ",\"workspace\":" + fact_json(project, {"workspace"}) +
                ",\"configured\":" + json_list(configured_tools(project)) + ",\"facts\":{";
        for (const auto& [name, value] : project.facts) {
            json += (json.back() == '{' ? "" : ",") + base::json_quote(name) + ":" + base::json_quote(value);
        }
        json += "},\"checks\":[";
        for (const auto& check : checks) {
            json += (json.back() == '[' ? "" : ",") + as_json(check);
        }
        json += "]}";
    }
    return json + "]}\n";
}

std::string as_text(const gate::Survey& survey, bool verbose) {
    if (survey.projects.empty()) {
        return "no project of a known language; the built-in checks run on every staged file\n";
    }
    std::string text;
    for (const auto& [project, checks] : survey.projects) {
        text += project.pack + "  " + base::printable(project.root) +
                (project.fallback ? "  (files without a project)" : "") + "\n";
        for (const auto& reason : project.reasons) {
            text += "  because  " + base::printable(reason) + "\n";
        }
        for (const auto& [name, value] : project.facts) {
            text += verbose ? "  fact     " + name + " = " + base::printable(value) + "\n" : "";
        }
        for (const auto& check : checks) {
            const bool missing = check.program.empty() && !check.tool.empty();
            text += "  " + std::string(missing ? "missing  " : "check    ") + check.id + "  (" + check.kind + ")";
            if (missing) {
                text += "  " + check.tool + " is not installed: " + check.hint;
            } else if (!check.program.empty()) {
                text += "  " + base::printable(check.program);
                text += check.tool_version.empty() ? "" : "  " + check.tool_version;
            }
            if (check.runs_repository_code && !survey.clone_trusted) {
                text += "  waits for git rfsn init";
            }
            text += "\n";
        }
    }
    for (const auto& note : survey.notes) {
        text += verbose ? "note  " + base::printable(note) + "\n" : "";
    }
    return text;
}

}  // namespace

int cmd_detect(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    auto found = gate::survey(**session);
    if (!found) {
        return fail_with(found.error());
    }
    if (invocation.has("verbose")) {
        if (const auto versions = gate::find_versions(**session, *found); !versions) {
            return fail_with(versions.error());
        }
    }
    return print(invocation.value("format") == "json" ? as_json(*found) : as_text(*found, invocation.has("verbose")));
}

int cmd_explain(const Invocation& invocation, Context& /*context*/) {
    buildpack::Registry registry;
    const auto text = gate::explain(registry, invocation.positionals.front());
    return text ? print(*text) : fail_with(text.error());
}

}  // namespace rfsn::cli
