// SPDX-License-Identifier: MIT
#include "llm/tool_configuration.hpp"

#include <algorithm>
#include <span>

#include "base/doc.hpp"
#include "base/embedded.hpp"
#include "base/glob.hpp"
#include "base/packed_doc.hpp"
#include "base/text.hpp"

namespace rfsn::llm {

std::span<const base::EmbeddedFile> tool_files();

namespace {

using Ranges = std::vector<model::LineRange>;

/// "[tool.ruff.lint]", "[[tool.x]]", "[mypy-a.*]": the name of the table that begins here, or "".
std::string_view table_name(std::string_view line) {
    line = base::trim(line);
    const std::size_t brackets = line.substr(0, 2) == "[[" ? 2 : line.substr(0, 1) == "[" ? 1 : 0;
    const auto close = line.find(']');
    if (brackets == 0 || close == std::string_view::npos) {
        return {};
    }
    const auto rest = base::trim(line.substr(std::min(close + brackets, line.size())));
    return rest.empty() || rest.front() == '#' || rest.front() == ';'
               ? base::trim(line.substr(brackets, close - brackets))
               : std::string_view();
}

bool belongs(std::string_view table, std::string_view section) {
    return table.substr(0, section.size()) == section &&
           (table.size() == section.size() ||
            std::string_view(".-:_").find(table[section.size()]) != std::string_view::npos);
}

Ranges tables(std::string_view content, const std::vector<std::string>& sections) {
    const auto lines = base::split_lines(content);
    Ranges ranges;
    bool inside = false;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        if (const auto name = table_name(lines[i]); !name.empty()) {
            inside = std::any_of(sections.begin(), sections.end(),
                                 [&](const std::string& section) { return belongs(name, section); });
            if (inside) {
                ranges.push_back({i + 1, i + 1});
            }
        }
        if (inside && !base::trim(lines[i]).empty()) {
            ranges.back().last = i + 1;
        }
    }
    return ranges;
}

Ranges keys(std::string_view content, const std::vector<std::string>& sections) {
    const auto doc = base::parse_doc(base::DocFormat::json, content);
    if (!doc || !doc->is_map()) {
        return {};
    }
    const auto last_line = static_cast<std::uint32_t>(base::split_lines(content).size());
    Ranges ranges;
    for (std::size_t i = 0; i < doc->entries.size(); ++i) {
        if (std::find(sections.begin(), sections.end(), doc->entries[i].first) == sections.end()) {
            continue;
        }
        const auto first = static_cast<std::uint32_t>(doc->key_positions[i].line);
        std::uint32_t end = last_line > 1 ? last_line - 1 : last_line;
        if (i + 1 < doc->entries.size()) {
            const auto next = static_cast<std::uint32_t>(doc->key_positions[i + 1].line);
            end = next > first ? next - 1 : first;
        }
        ranges.push_back({first, std::max(first, end)});
    }
    return ranges;
}

}  // namespace

base::Result<std::vector<ConfigurationPart>> configuration_of(const std::string& check) {
    static const auto table = []() -> base::Result<base::DocNode> {
        for (const auto& file : tool_files()) {
            if (auto doc = base::unpack_doc(file.bytes)) {
                return std::move(*doc);
            }
        }
        return base::fail(base::ErrorCode::internal, "the table of tools' configuration is not compiled in");
    }();
    if (!table) {
        return tl::make_unexpected(table.error());
    }
    std::vector<ConfigurationPart> parts;
    for (const auto& row : table->items) {
        const auto checks = row.strings("checks");
        if (std::find(checks.begin(), checks.end(), check) == checks.end()) {
            continue;
        }
        for (auto& file : row.strings("files")) {
            parts.push_back({std::move(file), {}});
        }
        if (const auto* sections = row.find("sections")) {
            for (const auto& entry : sections->entries) {
                parts.push_back({entry.first, sections->strings(entry.first)});
            }
        }
    }
    return parts;
}

std::vector<model::LineRange> section_lines(const std::string& name, std::string_view content,
                                            const std::vector<std::string>& sections) {
    if (sections.empty()) {
        const auto lines = base::split_lines(content).size();
        return lines == 0 ? Ranges{} : Ranges{{1, static_cast<std::uint32_t>(lines)}};
    }
    return base::glob_match("*.json", name) ? keys(content, sections) : tables(content, sections);
}

}  // namespace rfsn::llm
