// SPDX-License-Identifier: MIT
#include "edit/reply.hpp"

#include <array>
#include <cctype>

#include "base/text.hpp"

namespace rfsn::edit {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

/// A directory separator or an extension makes a path; `alone`: also one plain word ("Makefile"); `decorated`: also
/// with spaces.
bool looks_like_path(std::string_view text, bool alone, bool decorated) {
    if (text.empty() || text.size() > 4096 || text.find_first_of("<>|\t") != std::string_view::npos) {
        return false;
    }
    const auto dot = text.rfind('.');
    const bool extension = dot != std::string_view::npos && dot + 1 < text.size() && is_word(text[dot + 1]);
    const auto space = text.find(' ');
    if (space == std::string_view::npos) {
        bool one_word = true;
        for (const char c : text) {
            one_word = one_word && (is_word(c) || c == '-');
        }
        return text.find('/') != std::string_view::npos || extension || (alone && one_word);
    }
    return decorated ? extension || text.find('/') != std::string_view::npos
                     : extension && text.substr(0, space).find('/') != std::string_view::npos;
}

/// Takes "File:", "Path:", "Filename:" off the front.
bool strip_label(std::string_view& text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon > 12) {
        return false;
    }
    const std::string label = lower(base::trim(text.substr(0, colon)));
    for (const char* known : {"file", "path", "filename", "file name", "filepath", "file path", "in file"}) {
        if (label == known) {
            text = base::trim(text.substr(colon + 1));
            return true;
        }
    }
    return false;
}

}  // namespace

Lines reply_lines(std::string_view reply) {
    Lines lines = base::split_lines(reply);
    for (auto& line : lines) {
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
    }
    return lines;
}

std::string join(const Lines& lines, std::size_t first, std::size_t last) {
    std::string text;
    for (std::size_t i = first; i < last; ++i) {
        text += lines[i];
        text += '\n';
    }
    return text;
}

tl::unexpected<base::Error> malformed(std::size_t index, const std::string& what) {
    return base::fail(base::ErrorCode::invalid, "reply line " + std::to_string(index + 1) + ": " + what);
}

std::optional<Fence> fence_at(std::string_view line) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string_view::npos || start > 3 || (line[start] != '`' && line[start] != '~')) {
        return std::nullopt;
    }
    Fence fence;
    fence.mark = line[start];
    const auto end = line.find_first_not_of(fence.mark, start);
    fence.length = (end == std::string_view::npos ? line.size() : end) - start;
    fence.info = end == std::string_view::npos ? std::string_view{} : base::trim(line.substr(end));
    if (fence.length < 3 || (fence.mark == '`' && fence.info.find('`') != std::string_view::npos)) {
        return std::nullopt;
    }
    return fence;
}

bool closes(const Fence& fence, std::string_view line) {
    const auto other = fence_at(line);
    return other && other->mark == fence.mark && other->length >= fence.length && other->info.empty();
}

bool closes_marked(const Fence& fence, std::string_view line) {
    return !line.empty() && line[0] == fence.mark && closes(fence, line);
}

void HunkText::add(std::string_view line, std::size_t index) {
    const char mark = line.empty() ? ' ' : line[0];
    if (mark == '-' || mark == '+') {
        for (auto* side : mark == '-' ? std::array{&search, &bare_search} : std::array{&replace, &bare_replace}) {
            side->append(line.substr(1)).push_back('\n');
        }
        (mark == '-' ? old_lines : new_lines) += 1;
        changes = true;
        return;
    }
    if (mark != ' ' && complaint.empty()) {
        complaint = "line " + std::to_string(index + 1) + " has none of the marks ' ', '+' and '-'";
    }
    const std::string_view text = mark == ' ' && !line.empty() ? line.substr(1) : line;
    for (auto* side : {&search, &replace}) {
        side->append(text).push_back('\n');
    }
    for (auto* side : {&bare_search, &bare_replace}) {
        side->append(line).push_back('\n');
    }
    ++old_lines;
    ++new_lines;
}

void HunkText::move_to(Block& block) {
    const bool differs = bare_search != search || bare_replace != replace || !complaint.empty();
    block.search = std::move(search);
    block.replace = std::move(replace);
    block.complaint = std::move(complaint);
    if (differs) {
        block.bare_search = std::move(bare_search);
        block.bare_replace = std::move(bare_replace);
    }
    block.ordered = true;
}

std::optional<std::string> path_of(std::string_view line) {
    std::string_view text = base::trim(line);
    bool decorated = false;
    for (std::size_t before = text.size() + 1; before != text.size();) {
        before = text.size();
        for (const std::string_view comment : {"#", "//", "--", "/*", "<!--", ";", ">"}) {
            const auto rest = text.substr(std::min(comment.size(), text.size()));
            if (starts_with(text, comment) && (rest.empty() || rest[0] == ' ' || rest[0] == '#')) {
                text = base::trim(rest);
            }
        }
        for (const std::string_view end : {"*/", "-->"}) {
            if (text.size() > end.size() && text.substr(text.size() - end.size()) == end) {
                text = base::trim(text.substr(0, text.size() - end.size()));
            }
        }
        if (text.size() > 2 && (starts_with(text, "* ") || starts_with(text, "- "))) {
            text = base::trim(text.substr(2));
        }
        const auto digits = text.find_first_not_of("0123456789");
        if (digits != 0 && digits != std::string_view::npos && starts_with(text.substr(digits), ". ")) {
            text = base::trim(text.substr(digits + 2));
        }
        decorated = strip_label(text) || decorated;
        if (text.size() > 1 && text.back() == ':') {
            text = base::trim(text.substr(0, text.size() - 1));
        }
        for (const std::string_view quote : {"**", "`", "\"", "'", "*"}) {
            const auto n = quote.size();
            if (text.size() > 2 * n && starts_with(text, quote) && text.substr(text.size() - n) == quote &&
                text.substr(n, text.size() - 2 * n).find(quote) == std::string_view::npos) {
                text = base::trim(text.substr(n, text.size() - 2 * n));
                decorated = true;
            }
        }
    }
    while (starts_with(text, "./")) {
        text.remove_prefix(2);
    }
    if (looks_like_path(text, decorated || text == base::trim(line), decorated)) {
        return std::string(text);
    }
    // "In `src/a.py`:": one quoted path in a sentence.
    const auto open = text.find('`');
    const auto close = open == std::string_view::npos ? open : text.find('`', open + 1);
    if (close != std::string_view::npos && text.find('`', close + 1) == std::string_view::npos) {
        auto inner = base::trim(text.substr(open + 1, close - open - 1));
        while (starts_with(inner, "./")) {
            inner.remove_prefix(2);
        }
        if (inner.find_first_of("/.") != std::string_view::npos &&
            inner.find_first_of(" ()") == std::string_view::npos && looks_like_path(inner, false, false)) {
            return std::string(inner);
        }
    }
    return std::nullopt;
}

std::optional<std::string> path_above(const Lines& lines, std::size_t index, std::size_t floor) {
    std::optional<std::string> info_path;
    for (std::size_t i = index, looked = 0; i > floor && looked < 4; ++looked) {
        const std::string_view line = lines[--i];
        if (base::trim(line).empty()) {
            continue;
        }
        if (const auto fence = fence_at(line)) {
            const auto space = fence->info.rfind(' ');
            const auto word = space == std::string_view::npos ? fence->info : fence->info.substr(space + 1);
            const auto named = word.substr(word.find_last_of("=:") + 1);
            if (named.find_first_of("/.") != std::string_view::npos) {
                info_path = path_of(named);
            }
            continue;
        }
        if (auto path = path_of(line)) {
            return path;
        }
        break;
    }
    return info_path;
}

}  // namespace rfsn::edit
