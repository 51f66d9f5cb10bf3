// SPDX-License-Identifier: MIT
#include <cctype>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

bool is_pair(const Lines& lines, std::size_t i) {
    return i + 1 < lines.size() && starts_with(lines[i], "--- ") && starts_with(lines[i + 1], "+++ ");
}

/// Undoes git's C-style quoting; nullopt if it is broken.
std::optional<std::string> unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != '"') {
        return std::string(text);
    }
    if (text.back() != '"') {
        return std::nullopt;
    }
    text = text.substr(1, text.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) {
            return std::nullopt;
        }
        static constexpr std::string_view names = "abfnrtv\"\\";
        static constexpr std::string_view values = "\a\b\f\n\r\t\v\"\\";
        if (const auto at = names.find(text[i]); at != std::string_view::npos) {
            out += values[at];
        } else if (i + 2 < text.size() && text.substr(i, 3).find_first_not_of("01234567") == std::string_view::npos &&
                   text[i] <= '3') {
            out += static_cast<char>((text[i] - '0') * 64 + (text[i + 1] - '0') * 8 + (text[i + 2] - '0'));
            i += 2;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

std::optional<std::string> header_path(std::string_view line) {
    std::string_view text = line.substr(4);
    if (text.empty() || text.front() != '"') {
        text = text.substr(0, text.find('\t'));
    }
    return unquote(base::trim(text));
}

/// The one path of a `---`/`+++` pair; a creation has an empty old side.
base::Result<std::string> pair_path(const Lines& lines, std::size_t i) {
    auto old_path = header_path(lines[i]);
    auto new_path = header_path(lines[i + 1]);
    if (!old_path || !new_path) {
        return malformed(i, "broken quoting in the file header");
    }
    if (*new_path == "/dev/null") {
        return malformed(i + 1, "deleting a file is not accepted; edit it");
    }
    const bool creates = *old_path == "/dev/null";
    if (starts_with(*new_path, "b/") && (creates || starts_with(*old_path, "a/"))) {
        new_path->erase(0, 2);
        if (!creates) {
            old_path->erase(0, 2);
        }
    }
    for (auto* path : {&*old_path, &*new_path}) {
        while (starts_with(*path, "./")) {
            path->erase(0, 2);
        }
    }
    if (new_path->empty()) {
        return malformed(i + 1, "no file path in the header");
    }
    if (!creates && *old_path != *new_path) {
        return malformed(i, "renaming a file is not accepted: '" + base::printable(*old_path) + "' and '" +
                                base::printable(*new_path) + "' differ");
    }
    return std::move(*new_path);
}

/// What an extended header asks for that is not an edit of text; empty if nothing.
std::string refused_header(std::string_view line) {
    if (starts_with(line, "deleted file mode ")) {
        return "deleting a file is not accepted; edit it";
    }
    if (starts_with(line, "rename ") || starts_with(line, "copy ")) {
        return "renaming or copying a file is not accepted";
    }
    if (starts_with(line, "old mode ") || starts_with(line, "new mode ")) {
        return "changing a file's mode is not accepted";
    }
    if (starts_with(line, "new file mode ") && base::trim(line.substr(14)) != "100644") {
        return "only regular files (mode 100644) can be created";
    }
    if (starts_with(line, "GIT binary patch") || starts_with(line, "Binary files ")) {
        return "binary patches are not accepted";
    }
    return {};
}

struct Counts {
    bool known = false;
    std::size_t old_first = 0;
    std::size_t old_lines = 0;
    std::size_t new_lines = 0;
};

bool number(std::string_view& text, std::size_t& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < text.size() && digits < 9 && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
        value = value * 10 + static_cast<std::size_t>(text[digits++] - '0');
    }
    text.remove_prefix(digits);
    return digits > 0;
}

/// "@@ -3,4 +3,5 @@"; anything else after "@@" is a hunk without numbers.
Counts hunk_counts(std::string_view line) {
    Counts counts{false, 0, 1, 1};
    std::size_t new_first = 0;
    std::string_view text = base::trim(line.substr(2));
    const auto side = [&](char sign, std::size_t& first, std::size_t& count) {
        if (text.empty() || text[0] != sign) {
            return false;
        }
        text.remove_prefix(1);
        if (!number(text, first)) {
            return false;
        }
        if (!text.empty() && text[0] == ',') {
            text.remove_prefix(1);
            if (!number(text, count)) {
                return false;
            }
        }
        text = base::trim(text);
        return true;
    };
    counts.known = side('-', counts.old_first, counts.old_lines) && side('+', new_first, counts.new_lines) &&
                   starts_with(text, "@@");
    if (!counts.known) {
        counts.old_first = 0;
    }
    return counts;
}

/// Whether a pair of lines is a file's header even where a hunk's count says that more lines belong to it.
bool names_one_file(const Lines& lines, std::size_t i) {
    const auto old_path = header_path(lines[i]);
    const auto new_path = header_path(lines[i + 1]);
    if (!old_path || !new_path) {
        return false;
    }
    const bool prefixed = starts_with(*old_path, "a/") && starts_with(*new_path, "b/");
    return *old_path == "/dev/null" || *new_path == "/dev/null" ||
           (prefixed ? old_path->substr(2) == new_path->substr(2)
                     : *old_path == *new_path && old_path->find_first_of("./") != std::string::npos &&
                           old_path->find(' ') == std::string::npos);
}

/// Collects one hunk's two sides.
struct Hunk : HunkText {
    bool old_open = false;  ///< "\ No newline at end of file" after the old side's last line
    bool new_open = false;
    char last = ' ';

    void add_line(std::string_view line, std::size_t index) {
        last = !line.empty() && (line[0] == '+' || line[0] == '-') ? line[0] : ' ';
        old_open = old_open && last == '+';
        new_open = new_open && last == '-';
        add(line, index);
    }
    void no_newline() {
        old_open = old_open || last != '+';
        new_open = new_open || last != '-';
    }
};

class DiffParser {
   public:
    DiffParser(const Lines& lines, bool need_path) : lines_(lines), need_path_(need_path) {}

    base::Result<Parsed> run() {
        while (at_ < lines_.size()) {
            RFSN_TRY(step());
        }
        RFSN_TRY(require_hunk());
        return std::move(parsed_);
    }

   private:
    base::Result<void> step() {
        const std::string_view line = lines_[at_];
        if (fence_ && closes(*fence_, line)) {
            fence_.reset();
        } else if (const auto opened = fence_at(line); opened && !fence_) {
            fence_ = opened;
        } else if (starts_with(line, "diff --git ")) {
            RFSN_TRY(require_hunk());
            in_header_ = true;
            path_.reset();
        } else if (is_pair(lines_, at_)) {
            RFSN_TRY(require_hunk());
            RFSN_ASSIGN(path_, pair_path(lines_, at_));
            header_at_ = at_;
            wants_hunk_ = true;
            in_header_ = false;
            parsed_.extents.emplace_back(at_, at_ + 2);
            ++at_;
        } else if (starts_with(line, "@@")) {
            return hunk();
        } else if (in_header_) {
            if (const std::string why = refused_header(line); !why.empty()) {
                return malformed(at_, why);
            }
        } else if (starts_with(line, "GIT binary patch")) {
            return malformed(at_, "binary patches are not accepted");
        } else if (wants_hunk_ && fence_ && !base::trim(line).empty()) {
            return malformed(at_, "expected '@@' after the file header");
        }
        ++at_;
        return {};
    }

    base::Result<void> require_hunk() {
        if (wants_hunk_) {
            return malformed(header_at_, "a file header without a hunk ('@@') after it");
        }
        return {};
    }

    [[nodiscard]] bool ends_hunk(const Counts& counts, const Hunk& hunk, std::size_t blanks) const {
        const std::string_view line = lines_[at_];
        const bool complete = counts.known && hunk.old_lines >= counts.old_lines && hunk.new_lines >= counts.new_lines;
        if (starts_with(line, "@@") || starts_with(line, "diff --git ") || (fence_ && closes_marked(*fence_, line))) {
            return true;
        }
        if (is_pair(lines_, at_) && at_ + 2 < lines_.size() && starts_with(lines_[at_ + 2], "@@") &&
            (complete || !counts.known || names_one_file(lines_, at_))) {
            return true;
        }
        if ((line == "-- " || line == "--") &&
            (complete || (at_ + 1 < lines_.size() && at_ + 4 > lines_.size() && !lines_[at_ + 1].empty() &&
                          std::isdigit(static_cast<unsigned char>(lines_[at_ + 1][0])) != 0))) {
            return true;  // the signature of a mailed patch
        }
        return !fence_ && complete && blanks > 0 && line[0] != '+';
    }

    base::Result<void> hunk() {
        const std::size_t start = at_;
        if (starts_with(lines_[at_], "@@@")) {
            return malformed(at_, "a combined diff of a merge; give a diff of the file as it is");
        }
        const Counts counts = hunk_counts(lines_[at_++]);
        Hunk hunk;
        std::size_t blanks = 0;
        for (; at_ < lines_.size(); ++at_) {
            const std::string_view line = lines_[at_];
            if (line.empty()) {
                ++blanks;
                continue;
            }
            if (ends_hunk(counts, hunk, blanks)) {
                break;
            }
            if (starts_with(line, "\\ ")) {
                hunk.no_newline();
                continue;
            }
            if (line[0] != ' ' && line[0] != '+' && line[0] != '-') {
                const bool complete =
                    counts.known && hunk.old_lines >= counts.old_lines && hunk.new_lines >= counts.new_lines;
                if (!fence_ && (complete || blanks > 0)) {
                    break;
                }
            }
            for (; blanks > 0; --blanks) {
                hunk.add_line("", at_);
            }
            hunk.add_line(line, at_);
        }
        // An empty line is an empty context line whose space was lost, if the counts say that one is missing.
        for (; blanks > 0 && counts.known && hunk.old_lines < counts.old_lines && hunk.new_lines < counts.new_lines;
             --blanks) {
            hunk.add_line("", at_);
        }
        return finish(start, counts, std::move(hunk));
    }

    base::Result<void> finish(std::size_t start, const Counts& counts, Hunk hunk) {
        if (!hunk.changes) {
            return malformed(start, "this hunk changes nothing: it has no '+' and no '-' line");
        }
        if (!path_ && need_path_) {
            return malformed(start, "no file header ('--- a/path' and '+++ b/path') before this hunk");
        }
        Block block;
        block.path = path_.value_or("");
        block.line = start + 1;
        block.line_hint = counts.old_first;
        if (hunk.new_open || hunk.old_open) {
            block.final_newline = !hunk.new_open;
        }
        if (const auto elided = elided_line(hunk.search, hunk.replace)) {
            return malformed(start, "line " + std::to_string(*elided + 1) +
                                        " of the new text stands for code left out; write every line");
        }
        hunk.move_to(block);
        parsed_.blocks.push_back(std::move(block));
        parsed_.extents.emplace_back(start, at_);
        wants_hunk_ = false;
        in_header_ = false;
        return {};
    }

    const Lines& lines_;
    bool need_path_;
    std::size_t at_ = 0;
    Parsed parsed_;
    std::optional<Fence> fence_;
    std::optional<std::string> path_;
    std::size_t header_at_ = 0;
    bool wants_hunk_ = false;
    bool in_header_ = false;
};

}  // namespace

bool is_diff_header(const Lines& lines, std::size_t index) {
    return is_pair(lines, index) || starts_with(lines[index], "diff --git ");
}

base::Result<Parsed> parse_unified_diff(const Lines& lines, bool need_path) {
    return DiffParser(lines, need_path).run();
}

}  // namespace rfsn::edit
