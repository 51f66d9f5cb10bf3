// SPDX-License-Identifier: MIT
// builtin, parse, edit, scan: for scripts, pack authors and tests; they need no repository.
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "base/text.hpp"
#include "check/builtin.hpp"
#include "check/diagnostics.hpp"
#include "cli/commands.hpp"
#include "edit/edit.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::cli {
namespace {

constexpr std::size_t max_input = std::size_t{1} << 30;
constexpr std::size_t max_source = std::size_t{32} << 20;

void add(std::string& json, const char* key, const std::string& value) {
    if (!value.empty()) {
        json += std::string(json.back() == '{' ? "" : ",") + "\"" + key + "\":" + base::json_quote(value);
    }
}

void add(std::string& json, const char* key, std::uint32_t value) {
    if (value != 0) {
        json += std::string(json.back() == '{' ? "" : ",") + "\"" + key + "\":" + std::to_string(value);
    }
}

std::string as_json(const model::Finding& finding) {
    std::string json = "{";
    add(json, "path", finding.path);
    add(json, "line", finding.line);
    add(json, "column", finding.column);
    add(json, "end_line", finding.end_line);
    add(json, "end_column", finding.end_column);
    add(json, "severity", std::string(model::name(finding.severity)));
    add(json, "code", finding.code);
    add(json, "message", finding.message);
    add(json, "tool", finding.tool);
    return json + "}";
}

int refuse(const base::Error& error) {
    fail_with(error);
    return 1;
}

}  // namespace

int cmd_builtin(const Invocation& invocation, Context& /*context*/) {
    std::string out, err;
    const std::vector<std::string> args(invocation.positionals.begin() + 1, invocation.positionals.end());
    const int code = check::run_builtin_command(invocation.positionals.front(), args, out, err);
    base::write_all(STDERR_FILENO, err);
    return print(out) == 0 ? code : 3;
}

int cmd_parse(const Invocation& invocation, Context& /*context*/) {
    if (invocation.has("list")) {
        std::string text;
        for (const auto& name : check::parser_names()) {
            text += name + "\n";
        }
        return print(text);
    }
    const auto& parser = invocation.positionals.front();
    if (auto known = check::parser_exists(parser); !known) {
        fail_with(known.error());
        return 2;
    }
    check::ParseContext context;
    std::vector<char> directory(4096);
    context.root = getcwd(directory.data(), directory.size()) == nullptr ? "" : directory.data();
    context.tool = parser;
    // The log may be another machine's: its paths stay, and files that are here too are asked for columns and names.
    context.keep_outside = true;
    context.content = [](const std::string& path) -> std::optional<std::string> {
        auto bytes = base::read_file(path, max_source);
        return bytes ? std::optional<std::string>(std::move(*bytes)) : std::nullopt;
    };
    const auto log = read_stdin(max_input);
    if (!log) {
        return fail_with(log.error());
    }
    const auto findings = check::parse_output(parser, *log, context);
    if (!findings) {
        return fail_with(findings.error());
    }
    std::string json = "{\"version\":1,\"findings\":[";
    for (const auto& finding : *findings) {
        json += (json.back() == '[' ? "" : ",") + as_json(finding);
    }
    return print(json + "]}\n");
}

int cmd_edit(const Invocation& invocation, Context& /*context*/) {
    std::string content;
    const auto& path = invocation.positionals.front();
    if (auto bytes = base::read_file(path)) {
        content = std::move(*bytes);
    } else if (bytes.error().code != base::ErrorCode::not_found) {
        return fail_with(bytes.error());
    }
    const auto reply = read_stdin(max_input);
    if (!reply) {
        return fail_with(reply.error());
    }
    const auto format = edit::format(invocation.value("format", "auto"));
    if (!format) {
        return fail_with(base::Error{base::ErrorCode::usage, "no such format of a reply", {}});
    }
    const auto applied = edit::apply_reply_to(content, *reply, *format);
    if (!applied) {
        return refuse(applied.error());
    }
    std::string levels;
    for (std::size_t i = 0; i < applied->levels.size(); ++i) {
        if (applied->levels[i] != "exact") {
            levels += "block " + std::to_string(i + 1) + ": " + applied->levels[i] + "\n";
        }
    }
    base::write_all(STDERR_FILENO, levels);
    return print(applied->content);
}

int cmd_scan(const Invocation& invocation, Context& /*context*/) {
    bool found = false;
    std::string text;
    for (const auto& path : invocation.positionals) {
        const auto content = path == "-" ? read_stdin(max_input) : base::read_file(path);
        if (!content) {
            return fail_with(content.error());
        }
        for (const auto& hit : secrets::scan(*content)) {
            found = true;
            text += base::printable(path) + ":" + std::to_string(hit.line) + ":" + std::to_string(hit.column) + "  " +
                    hit.rule + "  " + hit.description + "  " + base::printable(hit.preview) + "\n";
        }
    }
    const int printed = print(text);
    return printed != 0 ? printed : (found ? 1 : 0);
}

}  // namespace rfsn::cli
