// SPDX-License-Identifier: MIT
#include "buildpack/load_detection.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rfsn::buildpack {
namespace {

using base::DocNode;
using base::Result;

constexpr int max_depth = 10;

Result<FileFormat> format(const SchemaReader& reader, const DocNode& node, FileFormat fallback) {
    std::string name;
    RFSN_TRY(reader.text(node, "format", name));
    constexpr std::array names{"text", "toml", "json", "yaml", "xml", "ini"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (name == names.at(i)) {
            return static_cast<FileFormat>(i);
        }
    }
    if (!name.empty()) {
        return reader.wrong(node, fmt::format("'{}' is no format: text, toml, json, yaml, xml or ini", name));
    }
    return fallback;
}

Result<std::vector<Probe>> probes(const SchemaReader& reader, const DocNode& map, std::string_view key, int depth);

// NOLINTNEXTLINE(misc-no-recursion): bounded by max_depth
Result<Probe> probe(const SchemaReader& reader, const DocNode& node, int depth) {
    if (depth > max_depth) {
        return reader.wrong(node, "probes nest too deeply");
    }
    RFSN_TRY(reader.keys(node, {"exists", "file", "format", "has", "path", "regex", "owns", "up", "default", "not",
                                "any", "all", "value"}));
    Probe out;
    RFSN_TRY(reader.texts(node, "exists", out.exists));
    RFSN_TRY(reader.text(node, "file", out.file));
    RFSN_ASSIGN(out.format, format(reader, node, format_of(out.file)));
    RFSN_TRY(reader.texts(node, "has", out.has));
    RFSN_TRY(reader.text(node, "path", out.path));
    RFSN_TRY(reader.regex(node, "regex", out.regex, {}));
    RFSN_TRY(reader.text(node, "owns", out.owns));
    RFSN_TRY(reader.flag(node, "up", out.up));
    RFSN_TRY(reader.flag(node, "default", out.always));
    RFSN_TRY(reader.flag(node, "not", out.negate));
    RFSN_TRY(reader.text(node, "value", out.value));
    RFSN_ASSIGN(out.any, probes(reader, node, "any", depth + 1));
    RFSN_ASSIGN(out.all, probes(reader, node, "all", depth + 1));
    const bool reads = !out.has.empty() || !out.path.empty() || !out.regex.empty();
    if (reads && out.file.empty()) {
        return reader.wrong(node, "has, path and regex need a file");
    }
    if ((!out.has.empty() || !out.path.empty()) && out.format == FileFormat::text) {
        return reader.wrong(node, "has and path need a file with a format: toml, json, yaml, xml or ini");
    }
    if (out.exists.empty() && out.file.empty() && out.owns.empty() && !out.always && out.any.empty() &&
        out.all.empty()) {
        return reader.wrong(node, "a probe asks something: exists, file, owns, default, any or all");
    }
    return out;
}

// NOLINTNEXTLINE(misc-no-recursion)
Result<std::vector<Probe>> probes(const SchemaReader& reader, const DocNode& map, std::string_view key, int depth) {
    std::vector<Probe> out;
    for (const auto* item : SchemaReader::items(map, key)) {
        RFSN_ASSIGN(auto one, probe(reader, *item, depth));
        out.push_back(std::move(one));
    }
    return out;
}

Result<void> manifests(const SchemaReader& reader, const DocNode& detect, Pack::Detail& detail) {
    RFSN_TRY(reader.keys(detect, {"manifests", "fallback", "min_weight", "not_source", "not_beside", "content"}));
    RFSN_TRY(reader.flag(detect, "fallback", detail.fallback));
    RFSN_TRY(reader.number(detect, "min_weight", detail.minimum, 1, 100));
    RFSN_TRY(reader.texts(detect, "not_source", detail.not_source));
    RFSN_TRY(reader.texts(detect, "not_beside", detail.not_beside));
    if (const auto* content = detect.find("content")) {
        if (!content->is_map()) {
            return reader.wrong(*content, "content is a map from an extension to a regular expression");
        }
        for (const auto& [extension, node] : content->entries) {
            RFSN_TRY(reader.regex(*content, extension, detail.content[extension], {}));
        }
    }
    for (const auto* item : SchemaReader::items(detect, "manifests")) {
        RFSN_TRY(reader.keys(*item, {"file", "weight", "nested", "weak", "strong"}));
        Manifest manifest;
        RFSN_TRY(reader.text(*item, "file", manifest.pattern));
        if (manifest.pattern.empty() || manifest.pattern.find('/') != std::string::npos) {
            return reader.wrong(*item, "a manifest has a file: a name or a glob without '/'");
        }
        RFSN_TRY(reader.number(*item, "weight", manifest.weight, 0, 100));
        RFSN_TRY(reader.number(*item, "nested", manifest.nested, 0, 100));
        RFSN_TRY(reader.number(*item, "weak", manifest.weak, 0, 100));
        RFSN_ASSIGN(manifest.strong, probes(reader, *item, "strong", 0));
        if (manifest.strong.empty() != (manifest.weak < 0)) {
            return reader.wrong(*item, "strong and weak go together");
        }
        detail.manifests.push_back(std::move(manifest));
    }
    return {};
}

Result<void> workspaces(const SchemaReader& reader, const DocNode& document, Pack::Detail& detail) {
    for (const auto* item : SchemaReader::items(document, "workspace")) {
        RFSN_TRY(
            reader.keys(*item, {"kind", "file", "format", "needs", "members", "exclude", "otherwise", "within", "regex",
                                "below_if", "apart", "with", "replaces", "separators", "below", "recursive"}));
        Workspace workspace;
        RFSN_TRY(reader.text(*item, "kind", workspace.kind));
        RFSN_TRY(reader.text(*item, "file", workspace.file));
        RFSN_ASSIGN(workspace.format, format(reader, *item, format_of(workspace.file)));
        RFSN_TRY(reader.texts(*item, "members", workspace.members));
        RFSN_TRY(reader.texts(*item, "exclude", workspace.exclude));
        RFSN_TRY(reader.text(*item, "needs", workspace.needs));
        RFSN_TRY(reader.texts(*item, "otherwise", workspace.otherwise));
        RFSN_TRY(reader.regex(*item, "within", workspace.within, {}));
        RFSN_TRY(reader.regex(*item, "regex", workspace.regex, {"v"}));
        RFSN_TRY(reader.regex(*item, "below_if", workspace.below_if, {}));
        RFSN_TRY(reader.texts(*item, "apart", workspace.apart));
        RFSN_TRY(reader.texts(*item, "with", workspace.with));
        RFSN_TRY(reader.texts(*item, "replaces", workspace.replaces));
        RFSN_TRY(reader.flag(*item, "recursive", workspace.recursive));
        RFSN_TRY(reader.flag(*item, "separators", workspace.separators));
        RFSN_TRY(reader.flag(*item, "below", workspace.below));
        if (workspace.file.empty() ||
            (workspace.members.empty() && workspace.regex.empty() && !workspace.below && workspace.with.empty())) {
            return reader.wrong(*item, "a workspace has a file, and members, a regex, with or below");
        }
        detail.workspaces.push_back(std::move(workspace));
    }
    return {};
}

Result<void> affected(const SchemaReader& reader, const DocNode& node, Pack::Detail& detail) {
    RFSN_TRY(reader.keys(node, {"tests", "test_files", "widen_on", "packages"}));
    static const std::vector<std::string> kinds{"cargo", "dotnet", "go", "gradle", "maven", "npm"};
    std::vector<std::string> named;
    RFSN_TRY(reader.texts(node, "packages", named));
    for (const auto& kind : named) {
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
            return reader.wrong(
                node, fmt::format("'{}' is no kind of package graph; there are {}", kind, fmt::join(kinds, ", ")));
        }
    }
    detail.package_graphs = std::move(named);
    RFSN_TRY(reader.texts(node, "test_files", detail.test_files));
    RFSN_TRY(reader.texts(node, "widen_on", detail.widen_on));
    for (const auto* item : SchemaReader::items(node, "tests")) {
        RFSN_TRY(reader.keys(*item, {"match", "try"}));
        AffectedRule rule;
        RFSN_TRY(reader.regex(*item, "match", rule.match, {"n"}));
        RFSN_TRY(reader.texts(*item, "try", rule.tries));
        if (rule.match.empty() || rule.tries.empty()) {
            return reader.wrong(*item, "a rule has a match and a try");
        }
        detail.affected.push_back(std::move(rule));
    }
    return {};
}

}  // namespace

Result<void> load_detection(const SchemaReader& reader, const DocNode& document, Pack::Detail& detail) {
    if (const auto* detect = document.find("detect")) {
        RFSN_TRY(manifests(reader, *detect, detail));
    }
    RFSN_TRY(workspaces(reader, document, detail));
    if (const auto* facts = document.find("facts")) {
        if (!facts->is_map()) {
            return reader.wrong(*facts, "facts is a map from a name to probes");
        }
        for (const auto& [name, node] : facts->entries) {
            Fact fact;
            fact.name = name;
            RFSN_ASSIGN(fact.probes, probes(reader, *facts, name, 0));
            if (fact.probes.empty()) {
                return reader.wrong(node, fmt::format("the fact '{}' has no probe", name));
            }
            detail.facts.push_back(std::move(fact));
        }
    }
    if (const auto* node = document.find("affected")) {
        RFSN_TRY(affected(reader, *node, detail));
    }
    return {};
}

}  // namespace rfsn::buildpack
