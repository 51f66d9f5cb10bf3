// SPDX-License-Identifier: MIT
#include "buildpack/load.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "buildpack/expression.hpp"
#include "buildpack/load_checks.hpp"
#include "buildpack/load_detection.hpp"
#include "buildpack/schema_reader.hpp"

namespace rfsn::buildpack {
namespace {

using base::DocNode;
using base::Result;

Result<void> load_languages(const SchemaReader& reader, const DocNode& document, Pack& pack) {
    for (const auto* item : SchemaReader::items(document, "languages")) {
        RFSN_TRY(reader.keys(*item, {"name", "extensions", "filenames", "shebangs"}));
        Language language;
        RFSN_TRY(reader.text(*item, "name", language.name));
        RFSN_TRY(reader.texts(*item, "extensions", language.extensions));
        RFSN_TRY(reader.texts(*item, "filenames", language.filenames));
        RFSN_TRY(reader.texts(*item, "shebangs", language.shebangs));
        for (const auto& extension : language.extensions) {
            if (extension.size() < 2 || extension.front() != '.') {
                return reader.wrong(*item, fmt::format("'{}' is no extension; it starts with '.'", extension));
            }
        }
        pack.languages.push_back(std::move(language));
    }
    return {};
}

Result<void> load_dependencies(const SchemaReader& reader, const DocNode& document, Pack& pack) {
    for (const auto* item : SchemaReader::items(document, "missing")) {
        RFSN_TRY(reader.keys(*item, {"regex", "declared_in", "reason", "install"}));
        Missing missing;
        RFSN_TRY(reader.texts(*item, "declared_in", missing.declared_in));
        RFSN_TRY(
            reader.regex(*item, "regex", missing.regex,
                         missing.declared_in.empty() ? std::vector<std::string>{} : std::vector<std::string>{"v"}));
        RFSN_TRY(reader.text(*item, "reason", missing.reason));
        RFSN_TRY(reader.text(*item, "install", missing.install));
        if (missing.regex.empty()) {
            return reader.wrong(*item, "what is missing is told by a regex over the output");
        }
        pack.missing.push_back(std::move(missing));
    }
    for (const auto* item : SchemaReader::items(document, "install")) {
        RFSN_TRY(reader.keys(*item, {"when", "command"}));
        Install install;
        RFSN_TRY(reader.text(*item, "when", install.when));
        RFSN_TRY(reader.text(*item, "command", install.command));
        if (install.command.empty()) {
            return reader.wrong(*item, "an install has a command, as a person would type it");
        }
        if (!install.when.empty()) {
            if (const auto names = names_in(install.when); !names) {
                return reader.wrong(*item, names.error().message);
            }
        }
        pack.install.push_back(std::move(install));
    }
    return {};
}

/// Items of a list of checks or manifests are the same thing when they have the same id or file.
const DocNode* same(const DocNode& list, const DocNode& item) {
    for (const char* key : {"id", "file"}) {
        const auto* wanted = item.find(key);
        if (wanted == nullptr) {
            continue;
        }
        for (const auto& other : list.items) {
            const auto* has = other.find(key);
            if (has != nullptr && has->text == wanted->text) {
                return &other;
            }
        }
    }
    return nullptr;
}

}  // namespace

Result<Pack> load_pack(const DocNode& document, const std::string& origin) {
    const SchemaReader reader(origin);
    RFSN_TRY(reader.keys(
        document, {"schema", "id", "name", "version", "extends", "languages", "ignore", "detect", "workspace", "facts",
                   "tools", "checks", "affected", "missing", "install", "image", "system_packages"}));
    int schema = 0;
    RFSN_TRY(reader.number(document, "schema", schema, 1, 1));
    if (schema != 1) {
        return reader.wrong(document, "schema: 1 is missing");
    }
    Pack pack;
    pack.origin = origin;
    RFSN_TRY(reader.text(document, "id", pack.id));
    static const RE2 id_pattern("[a-z][a-z0-9-]{0,39}");
    if (!RE2::FullMatch(pack.id, id_pattern)) {
        return reader.wrong(document, "id is missing or is not of lower-case letters, digits and '-'");
    }
    pack.name = pack.id;
    RFSN_TRY(reader.text(document, "name", pack.name));
    RFSN_TRY(reader.text(document, "version", pack.version));
    RFSN_TRY(load_languages(reader, document, pack));
    RFSN_TRY(reader.texts(document, "ignore", pack.ignore));
    auto detail = std::make_shared<Pack::Detail>();
    RFSN_TRY(load_detection(reader, document, *detail));
    RFSN_TRY(load_tools(reader, document, pack));
    RFSN_TRY(load_checks(reader, document, *detail, pack));
    RFSN_TRY(load_dependencies(reader, document, pack));
    RFSN_TRY(reader.text(document, "image", pack.image));
    RFSN_TRY(reader.texts(document, "system_packages", pack.system_packages));
    pack.detail = std::move(detail);
    return pack;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the document, which the parser limits
DocNode overlaid(const DocNode& lower, const DocNode& overlay) {
    if (!lower.is_map() || !overlay.is_map()) {
        return overlay;
    }
    DocNode out = lower;
    out.at = overlay.at;
    for (std::size_t i = 0; i < overlay.entries.size(); ++i) {
        const auto& [key, value] = overlay.entries[i];
        const bool adds = key.size() > 1 && key.front() == '+';
        const auto name = adds ? key.substr(1) : key;
        auto found = std::find_if(out.entries.begin(), out.entries.end(),
                                  [&](const DocNode::Entry& entry) { return entry.first == name; });
        if (found == out.entries.end()) {
            out.entries.emplace_back(name, value);
            out.key_positions.resize(out.entries.size());
            out.key_positions.back() = i < overlay.key_positions.size() ? overlay.key_positions[i] : value.at;
            continue;
        }
        if (!adds || !value.is_list() || !found->second.is_list()) {
            found->second = overlaid(found->second, value);
            continue;
        }
        for (const auto& item : value.items) {
            if (const auto* other = same(found->second, item)) {
                found->second.items[static_cast<std::size_t>(other - found->second.items.data())] =
                    overlaid(*other, item);
            } else {
                found->second.items.push_back(item);
            }
        }
    }
    return out;
}

}  // namespace rfsn::buildpack
