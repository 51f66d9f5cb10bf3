// SPDX-License-Identifier: MIT
#include "buildpack/load_checks.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.hpp"
#include "buildpack/expression.hpp"
#include "buildpack/load.hpp"

namespace rfsn::buildpack {
namespace {

using base::DocNode;
using base::Result;

const std::vector<std::string> check_keys{"id",
                                          "kind",
                                          "when",
                                          "tool",
                                          "files",
                                          "scope",
                                          "tier",
                                          "runs_repository_code",
                                          "project_required",
                                          "steps",
                                          "argv",
                                          "cwd",
                                          "env",
                                          "exit",
                                          "output",
                                          "fix",
                                          "stages",
                                          "timeout",
                                          "network",
                                          "context",
                                          "keep",
                                          "writes",
                                          "daemon",
                                          "batch",
                                          "dependencies",
                                          "if_program",
                                          "affected",
                                          "all",
                                          "opt_in",
                                          "variants"};

/// Placeholders only where the schema knows them; anything else in braces is a slip that no tool would forgive.
Result<void> placeholders(const SchemaReader& reader, const DocNode& at, const std::string& text) {
    static const RE2 pattern(R"(\{([a-z_]+)\})");
    static const std::vector<std::string> known{"files", "file", "tests", "affected", "package", "packages", "project",
                                                "root",  "out",  "cache", "tool",     "member",  "headers"};
    re2::StringPiece rest(text);
    std::string name;
    while (RE2::FindAndConsume(&rest, pattern, &name)) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return reader.wrong(
                at, fmt::format("'{{{}}}' is no placeholder; there are {{{}}}", name, fmt::join(known, "}, {")));
        }
        if ((name == "files" || name == "tests" || name == "affected") && text != "{" + name + "}") {
            return reader.wrong(at, fmt::format("{{{}}} must be a whole argument", name));
        }
    }
    return {};
}

Result<Command> command(const SchemaReader& reader, const DocNode& node) {
    Command out;
    const auto* argv = node.find("argv");
    if (argv == nullptr || !argv->is_list() || argv->items.empty()) {
        return reader.wrong(node, "a command has an argv: a list of arguments, never a line for a shell");
    }
    RFSN_TRY(reader.texts(node, "argv", out.argv));
    for (const auto& argument : out.argv) {
        RFSN_TRY(placeholders(reader, *argv, argument));
    }
    for (auto* list : {&out.affected, &out.all}) {
        RFSN_TRY(reader.texts(node, list == &out.all ? "all" : "affected", *list));
        for (const auto& argument : *list) {
            RFSN_TRY(placeholders(reader, node, argument));
        }
    }
    RFSN_TRY(reader.text(node, "cwd", out.cwd));
    RFSN_TRY(placeholders(reader, node, out.cwd));
    if (const auto* env = node.find("env")) {
        if (!env->is_map()) {
            return reader.wrong(*env, "env is a map from a name to a text");
        }
        for (const auto& [name, value] : env->entries) {
            std::string text;
            RFSN_TRY(reader.text(*env, name, text));
            RFSN_TRY(placeholders(reader, value, text));
            out.env.push_back(name + "=" + text);
        }
    }
    for (const auto* item : SchemaReader::items(node, "if_program")) {
        RFSN_TRY(reader.keys(*item, {"program", "argv"}));
        std::pair<std::string, std::vector<std::string>> extra;
        RFSN_TRY(reader.text(*item, "program", extra.first));
        RFSN_TRY(reader.texts(*item, "argv", extra.second));
        out.if_program.push_back(std::move(extra));
    }
    return out;
}

/// "60s", "5m", "1500ms"
Result<std::chrono::milliseconds> duration(const SchemaReader& reader, const DocNode& node) {
    std::int64_t value = 0;
    const auto& text = node.text;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit(result.ptr, static_cast<std::size_t>(text.data() + text.size() - result.ptr));
    const std::int64_t factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60000 : 0;
    if (result.ec != std::errc() || factor == 0 || value <= 0 || value * factor > 3600000 || value > 3600000) {
        return reader.wrong(node, "a time is a number with ms, s or m, at most an hour: 60s");
    }
    return std::chrono::milliseconds(value * factor);
}

/// Reads one check of a pack.
class CheckReader {
   public:
    CheckReader(const SchemaReader& reader, const Pack& pack, const Pack::Detail& detail)
        : reader_(reader), pack_(pack), detail_(detail) {}

    /// A check with variants is several of the same id, of which at most one has a `when` that holds.
    [[nodiscard]] Result<std::vector<CheckSpec>> read(const DocNode& node) const {
        RFSN_TRY(reader_.keys(node, check_keys));
        std::vector<CheckSpec> out;
        std::string when;
        RFSN_TRY(reader_.text(node, "when", when));
        std::string others = when.empty() ? "" : "(" + when + ")";
        const auto also = [](const std::string& left, const std::string& right) {
            return left.empty() ? right : left + " && " + right;
        };
        for (const auto* variant : SchemaReader::items(node, "variants")) {
            RFSN_TRY(reader_.keys(*variant, check_keys));
            std::string condition;
            RFSN_TRY(reader_.text(*variant, "when", condition));
            if (condition.empty() || variant->find("id") != nullptr || variant->find("variants") != nullptr) {
                return reader_.wrong(*variant, "a variant has a when, and no id and no variants of its own");
            }
            RFSN_ASSIGN(auto spec, one(overlaid(node, *variant)));
            spec.when = also(others, "(" + condition + ")");
            RFSN_TRY(known_names(*variant, spec.when));
            others = also(others, "!(" + condition + ")");
            out.push_back(std::move(spec));
        }
        RFSN_ASSIGN(auto spec, one(node));
        spec.when = out.empty() ? when : others;
        RFSN_TRY(known_names(node, spec.when));
        out.push_back(std::move(spec));
        return out;
    }

   private:
    [[nodiscard]] Result<void> known_names(const DocNode& node, const std::string& when) const {
        if (when.empty()) {
            return {};
        }
        auto names = names_in(when);
        if (!names) {
            return reader_.wrong(node, names.error().message);
        }
        std::vector<std::string> known;
        for (const auto& fact : detail_.facts) {
            known.push_back(fact.name);
        }
        for (const auto& name : *names) {
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                const auto near = base::nearest(name, known);
                return reader_.wrong(node, fmt::format("when asks for '{}', which is no fact of this pack{}", name,
                                                       near.empty() ? "" : "; did you mean '" + near + "'?"));
            }
        }
        return {};
    }

    [[nodiscard]] Result<CheckSpec> one(const DocNode& node) const {
        CheckSpec spec;
        RFSN_TRY(reader_.text(node, "id", spec.id));
        if (spec.id.empty()) {
            return reader_.wrong(node, "a check has an id");
        }
        RFSN_TRY(names(node, spec));
        RFSN_TRY(reader_.text(node, "tool", spec.tool));
        if (pack_.tools.find(spec.tool) == pack_.tools.end()) {
            return reader_.wrong(node, fmt::format("'{}' is no tool of this pack", spec.tool));
        }
        if (const auto* files = node.find("files")) {
            RFSN_TRY(reader_.keys(*files, {"extensions", "include", "exclude", "headers"}));
            RFSN_TRY(reader_.texts(*files, "extensions", spec.extensions));
            RFSN_TRY(reader_.texts(*files, "headers", spec.headers));
            RFSN_TRY(reader_.texts(*files, "include", spec.include));
            RFSN_TRY(reader_.texts(*files, "exclude", spec.exclude));
        }
        RFSN_TRY(reader_.flag(node, "runs_repository_code", spec.runs_repository_code));
        spec.project_required = spec.scope != model::Scope::files;
        RFSN_TRY(reader_.flag(node, "project_required", spec.project_required));
        RFSN_ASSIGN(spec.command, command(reader_, node));
        for (const auto* item : SchemaReader::items(node, "steps")) {
            RFSN_TRY(reader_.keys(*item, {"argv", "cwd", "env", "if_program", "affected", "all"}));
            RFSN_ASSIGN(auto step, command(reader_, *item));
            spec.steps.push_back(std::move(step));
        }
        RFSN_TRY(exits(node, spec));
        RFSN_TRY(outputs(node, spec));
        RFSN_TRY(fix(node, spec));
        if (const auto* timeout = node.find("timeout")) {
            RFSN_ASSIGN(spec.timeout, duration(reader_, *timeout));
        }
        RFSN_TRY(reader_.flag(node, "opt_in", spec.opt_in));
        RFSN_TRY(reader_.flag(node, "network", spec.network));
        RFSN_TRY(reader_.texts(node, "context", spec.context));
        RFSN_TRY(reader_.texts(node, "keep", spec.keep));
        if (const auto* writes = node.find("writes")) {
            if (!SchemaReader::items(node, "writes").empty() || !writes->is_list()) {
                return reader_.wrong(*writes, "writes takes the empty list, or is left out");
            }
            spec.writes_nothing = true;
        }
        RFSN_TRY(reader_.flag(node, "daemon", spec.asks_daemon));
        RFSN_TRY(reader_.texts(node, "dependencies", spec.dependencies));
        RFSN_TRY(reader_.number(node, "batch", spec.batch, 0, 100000));
        return spec;
    }

    Result<void> names(const DocNode& node, CheckSpec& spec) const {
        std::string kind;
        std::string scope = "files";
        std::string tier = "scratch";
        std::vector<std::string> stages;
        RFSN_TRY(reader_.text(node, "kind", kind));
        RFSN_TRY(reader_.text(node, "scope", scope));
        RFSN_TRY(reader_.text(node, "tier", tier));
        RFSN_TRY(reader_.texts(node, "stages", stages));
        const auto found = model::check_kind(kind);
        if (!found || *found == model::CheckKind::hygiene || *found == model::CheckKind::policy) {
            return reader_.wrong(
                node, fmt::format("'{}' is no kind: format, lint, typecheck, build, test or security", kind));
        }
        spec.kind = *found;
        const auto range = model::scope(scope);
        if (!range) {
            return reader_.wrong(node, fmt::format("'{}' is no scope: files, package, project or workspace", scope));
        }
        spec.scope = *range;
        if (tier != "scratch" && tier != "shadow" && tier != "stdio") {
            return reader_.wrong(node, fmt::format("'{}' is no tier: stdio, scratch or shadow", tier));
        }
        spec.tier = tier == "scratch" ? model::Tier::scratch
                    : tier == "stdio" ? model::Tier::stdio
                                      : model::Tier::shadow;
        for (const auto& name : stages) {
            const auto stage = model::stage(name);
            if (!stage) {
                return reader_.wrong(
                    node, fmt::format("'{}' is no stage: pre-commit, pre-merge-commit, pre-push or ci", name));
            }
            spec.stages.push_back(*stage);
        }
        return {};
    }

    Result<void> exits(const DocNode& node, CheckSpec& spec) const {
        if (const auto* exit = node.find("exit")) {
            RFSN_TRY(reader_.keys(*exit, {"ok", "findings", "partial", "none"}));
            RFSN_TRY(reader_.numbers(*exit, "ok", spec.ok));
            RFSN_TRY(reader_.numbers(*exit, "findings", spec.findings));
            RFSN_TRY(reader_.numbers(*exit, "partial", spec.partial));
            RFSN_TRY(reader_.numbers(*exit, "none", spec.none));
        }
        return {};
    }

    Result<void> outputs(const DocNode& node, CheckSpec& spec) const {
        for (const auto* item : SchemaReader::items(node, "output")) {
            RFSN_TRY(reader_.keys(*item, {"stream", "file", "parser"}));
            OutputSpec output;
            RFSN_TRY(reader_.text(*item, "file", output.file));
            output.stream = output.file.empty() ? "stdout" : "file";
            RFSN_TRY(reader_.text(*item, "stream", output.stream));
            RFSN_TRY(reader_.text(*item, "parser", output.parser));
            const bool known = output.stream == "stdout" || output.stream == "stderr" || output.stream == "both" ||
                               (output.stream == "file" && !output.file.empty());
            if (!known || output.parser.empty()) {
                return reader_.wrong(*item, "an output has a parser, and a stream (stdout, stderr, both) or a file");
            }
            RFSN_TRY(placeholders(reader_, *item, output.file));
            spec.outputs.push_back(std::move(output));
        }
        if (spec.outputs.empty()) {
            return reader_.wrong(node, "a check has an output");
        }
        return {};
    }

    Result<void> fix(const DocNode& node, CheckSpec& spec) const {
        const auto* fix = node.find("fix");
        if (fix == nullptr) {
            return {};
        }
        RFSN_TRY(reader_.keys(*fix, {"argv", "cwd", "env", "stdin", "affected", "all"}));
        RFSN_ASSIGN(spec.fix, command(reader_, *fix));
        return reader_.flag(*fix, "stdin", spec.fix_reads_stdin);
    }

    const SchemaReader& reader_;
    const Pack& pack_;
    const Pack::Detail& detail_;
};

}  // namespace

Result<void> load_tools(const SchemaReader& reader, const DocNode& document, Pack& pack) {
    const auto* tools = document.find("tools");
    if (tools == nullptr) {
        return {};
    }
    if (!tools->is_map()) {
        return reader.wrong(*tools, "tools is a map from a name to what is known of the tool");
    }
    for (const auto& [id, node] : tools->entries) {
        RFSN_TRY(reader.keys(node, {"probe", "version_regex", "min", "hint", "programs"}));
        Tool tool;
        tool.id = id;
        RFSN_TRY(reader.texts(node, "probe", tool.probe));
        RFSN_TRY(reader.regex(node, "version_regex", tool.version_regex, {"v"}));
        RFSN_TRY(reader.text(node, "min", tool.minimum));
        RFSN_TRY(reader.text(node, "hint", tool.hint));
        RFSN_TRY(reader.texts(node, "programs", tool.programs));
        if (tool.programs.empty()) {
            tool.programs.push_back(id);
        }
        pack.tools.emplace(id, std::move(tool));
    }
    return {};
}

Result<void> load_checks(const SchemaReader& reader, const DocNode& document, const Pack::Detail& detail, Pack& pack) {
    const CheckReader checks(reader, pack, detail);
    std::vector<std::string> ids;
    for (const auto* item : SchemaReader::items(document, "checks")) {
        RFSN_ASSIGN(auto specs, checks.read(*item));
        if (std::find(ids.begin(), ids.end(), specs.front().id) != ids.end()) {
            return reader.wrong(*item, fmt::format("a second check with the id '{}'", specs.front().id));
        }
        ids.push_back(specs.front().id);
        std::move(specs.begin(), specs.end(), std::back_inserter(pack.checks));
    }
    return {};
}

}  // namespace rfsn::buildpack
