// SPDX-License-Identifier: MIT
#include "check/parse_paths.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

/// "a/./b/../c" -> "a/c"; nullopt when ".." climbs out.
std::optional<std::string> normal(std::string_view path) {
    std::vector<std::string_view> parts;
    for (const auto part : base::split(path, '/')) {
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == "..") {
            if (parts.empty()) {
                return std::nullopt;
            }
            parts.pop_back();
            continue;
        }
        parts.push_back(part);
    }
    std::string out;
    for (const auto part : parts) {
        out += out.empty() ? "" : "/";
        out += part;
    }
    return out;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The directory of the tree that `context.root` stands in: the root without the project's prefix.
std::string tree_root(const ParseContext& context) {
    auto root = context.root;
    while (root.size() > 1 && root.back() == '/') {
        root.pop_back();
    }
    const auto prefix = normal(context.prefix).value_or("");
    if (!prefix.empty() && ends_with(root, "/" + prefix)) {
        root.resize(root.size() - prefix.size() - 1);
    }
    return root;
}

bool drive_letter(std::string_view path) {
    return path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') &&
           ((path[0] | 0x20) >= 'a' && (path[0] | 0x20) <= 'z');
}

std::string place_text(const std::string& path, std::uint32_t line) {
    return line == 0 ? path : path + ":" + std::to_string(line);
}

/// For a reader who isn't in the tool's tree: slashes forward, no "./", no "file://".
std::string as_written(std::string_view path) {
    path = base::trim(path);
    std::string text(path.substr(0, 7) == "file://" ? path.substr(7) : path);
    if (text.size() > 3 && text.front() == '/' && drive_letter(std::string_view(text).substr(1))) {
        text.erase(0, 1);  // file:///C:/a
    }
    if (drive_letter(text)) {
        std::replace(text.begin(), text.end(), '\\', '/');
    }
    while (text.rfind("./", 0) == 0) {
        text.erase(0, 2);
    }
    return text;
}

std::size_t utf8_length(unsigned char lead) {
    return lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

/// 1-based byte column of the 1-based `column` counted in `unit`; past the end stays past the end.
std::uint32_t byte_column(std::string_view line, std::uint32_t column, ColumnUnit unit) {
    std::size_t offset = 0;
    std::size_t seen = 1;
    while (offset < line.size() && seen < column) {
        const auto size = std::min(utf8_length(static_cast<unsigned char>(line[offset])), line.size() - offset);
        const auto character = line.substr(offset, size);
        switch (unit) {
            case ColumnUnit::utf16:
                seen += size == 4 ? 2 : 1;
                break;
            case ColumnUnit::display:
                seen +=
                    character == "\t" ? 8 - (seen - 1) % 8 : std::max<std::size_t>(1, base::display_width(character));
                break;
            case ColumnUnit::characters:
            case ColumnUnit::bytes:
                ++seen;
                break;
        }
        offset += size;
    }
    const std::size_t beyond = seen < column ? column - seen : 0;
    return static_cast<std::uint32_t>(std::min<std::size_t>(offset + beyond + 1, UINT32_MAX));
}

/// Turns columns into bytes; each file is read and cut into lines once.
class Columns {
   public:
    Columns(const ParseContext& context, ColumnUnit unit) : context_(context), unit_(unit) {}

    void convert(model::Finding& finding) {
        // A path that stayed as it was written is not one of ours to read.
        if (unit_ == ColumnUnit::bytes || !context_.content || finding.path.empty() || finding.path.front() == '/' ||
            finding.path.rfind("../", 0) == 0 || drive_letter(finding.path)) {
            return;
        }
        finding.column = at(finding.path, finding.line, finding.column);
        finding.end_column =
            at(finding.path, finding.end_line == 0 ? finding.line : finding.end_line, finding.end_column);
    }

   private:
    struct File {
        std::string bytes;
        std::vector<std::string_view> lines;
    };

    std::uint32_t at(const std::string& path, std::uint32_t line, std::uint32_t column) {
        if (line == 0 || column <= 1) {
            return column;
        }
        auto found = files_.find(path);
        if (found == files_.end()) {
            found = files_.try_emplace(path).first;
            found->second.bytes = context_.content(path).value_or("");
            found->second.lines = base::split_lines(found->second.bytes);
        }
        const auto& lines = found->second.lines;
        return line > lines.size() ? column : byte_column(lines[line - 1], column, unit_);
    }

    const ParseContext& context_;
    ColumnUnit unit_;
    std::unordered_map<std::string, File> files_;
};

/// A path of Windows, unless it is the name of a file here.
std::string with_slashes(std::string path, const ParseContext& context) {
    const auto inside = path.find('\\') == std::string::npos ? std::string() : repository_path(path, context);
    if (path.find('\\') != std::string::npos && (inside.empty() || !context.content || !context.content(inside))) {
        std::replace(path.begin(), path.end(), '\\', '/');
    }
    return path;
}

void place_notes(model::Finding& finding, const ParseContext& context) {
    for (auto& note : finding.notes) {
        note.message = base::to_valid_utf8(note.message);
        if (note.path.empty()) {
            continue;
        }
        note.path = with_slashes(std::move(note.path), context);
        auto inside = repository_path(note.path, context);
        if (inside.empty()) {
            note.message = base::to_valid_utf8(place_text(note.path, note.line)) + ": " + note.message;
            note.line = 0;
        }
        note.path = std::move(inside);
    }
}

/// A finding outside the repository moves to the first of its notes that is inside (a system header's error to the line
/// that caused it), else it is about the project as a whole.
void place(model::Finding& finding, const ParseContext& context) {
    place_notes(finding, context);
    finding.path = with_slashes(std::move(finding.path), context);
    if (finding.path.empty()) {
        finding.line = finding.column = finding.end_line = finding.end_column = 0;
        return;
    }
    auto inside = repository_path(finding.path, context);
    if (!inside.empty()) {
        finding.path = std::move(inside);
        return;
    }
    if (context.keep_outside) {
        finding.path = base::to_valid_utf8(as_written(finding.path));
        return;
    }
    model::Note outside{"", 0, base::to_valid_utf8(place_text(finding.path, finding.line)) + ": " + finding.message};
    finding.path.clear();
    finding.line = finding.column = finding.end_line = finding.end_column = 0;
    const auto own = std::find_if(finding.notes.begin(), finding.notes.end(),
                                  [](const model::Note& note) { return !note.path.empty() && note.line != 0; });
    if (own != finding.notes.end()) {
        finding.path = own->path;
        finding.line = own->line;
    }
    finding.notes.insert(finding.notes.begin(), std::move(outside));
}

void merge(model::Finding& into, model::Finding& from) {
    into.severity = std::min(into.severity, from.severity);
    into.blocking = into.blocking || from.blocking;
    into.fixable = into.fixable || from.fixable;
    into.end_line = std::max(into.end_line, from.end_line);
    into.end_column = std::max(into.end_column, from.end_column);
    for (auto& note : from.notes) {
        const bool known = std::any_of(into.notes.begin(), into.notes.end(), [&](const model::Note& other) {
            return other.path == note.path && other.line == note.line && other.message == note.message;
        });
        if (!known && into.notes.size() < 100) {
            into.notes.push_back(std::move(note));
        }
    }
}

/// "12", "2024-05-01T12", "Nov 24 07": the hour of a time that a colon follows.
bool ends_as_an_hour(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && text[text.size() - 1 - digits] >= '0' && text[text.size() - 1 - digits] <= '9') {
        ++digits;
    }
    if (digits == text.size()) {
        return true;
    }
    const char before = text[text.size() - 1 - digits];
    return (digits == 1 || digits == 2) && (before == ' ' || before == '\t' || before == 'T' || before == '[');
}

/// "localhost", "10.0.0.1", "www.example.com": what stands before a port.
bool is_host(std::string_view text) {
    if (text == "localhost" || text.find_first_not_of("0123456789.") == std::string_view::npos) {
        return true;
    }
    if (text.find_first_of("/\\ ") != std::string_view::npos) {
        return false;
    }
    for (const std::string_view end : {".com", ".org", ".net", ".local", ".internal", ".localdomain", ".svc"}) {
        if (ends_with(text, end)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<ColumnUnit> column_unit(std::string_view name) {
    for (const auto& [known, unit] : {std::pair{std::string_view("bytes"), ColumnUnit::bytes},
                                      std::pair{std::string_view("characters"), ColumnUnit::characters},
                                      std::pair{std::string_view("utf16"), ColumnUnit::utf16},
                                      std::pair{std::string_view("display"), ColumnUnit::display}}) {
        if (name == known) {
            return unit;
        }
    }
    return std::nullopt;
}

bool plausible_path(std::string_view text) {
    text = base::trim(text);
    if (text.empty() || text.size() > 4096 || ends_as_an_hour(text) || is_host(text)) {
        return false;
    }
    // Prose that holds a place: 'failed with "a.c:1: error: …'.
    if (text.find('"') != std::string_view::npos || text.find(": ") != std::string_view::npos ||
        (text.find_first_of("/\\") == std::string_view::npos && std::count(text.begin(), text.end(), ' ') > 3)) {
        return false;
    }
    const auto scheme = text.find("://");
    return scheme == std::string_view::npos || text.substr(0, scheme) == "file";
}

std::string repository_path(std::string_view path, const ParseContext& context) {
    std::string text(base::trim(path));
    if (text.rfind("file://", 0) == 0) {
        text.erase(0, 7);
    }
    if (text.empty() || text.find('\0') != std::string::npos || text.front() == '<' || drive_letter(text)) {
        return {};
    }
    if (text.front() == '/') {
        const auto root = tree_root(context);
        const auto absolute = "/" + normal(text).value_or("");
        if (root.empty() || absolute.rfind(root == "/" ? root : root + "/", 0) != 0) {
            return {};
        }
        return normal(absolute.substr(root.size())).value_or("");
    }
    const auto inside = normal(context.prefix + "/" + text);
    return inside.value_or("");
}

std::vector<model::Finding> complete(std::vector<model::Finding> raw, const ParseContext& context, ColumnUnit unit) {
    std::vector<model::Finding> out;
    std::map<std::string, std::size_t, std::less<>> known;
    Columns columns(context, unit);
    for (auto& finding : raw) {
        finding.message = base::to_valid_utf8(base::trim(finding.message));
        finding.code = base::to_valid_utf8(base::trim(finding.code));
        place(finding, context);
        if (finding.line == 0) {
            finding.column = finding.end_line = finding.end_column = 0;
        }
        columns.convert(finding);
        finding.tool = context.tool;
        std::string key = finding.path;
        key += '\0' + std::to_string(finding.line) + ':' + std::to_string(finding.column) + ':' + finding.code + ':';
        key += finding.message;
        const auto [slot, fresh] = known.try_emplace(std::move(key), out.size());
        if (!fresh) {
            merge(out[slot->second], finding);
        } else if (out.size() < max_findings) {
            out.push_back(std::move(finding));
        } else {
            known.erase(slot);
        }
    }
    return out;
}

}  // namespace rfsn::check
