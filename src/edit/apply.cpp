// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "edit/line_diff.hpp"
#include "edit/match.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

constexpr std::string_view utf8_bom = "\xef\xbb\xbf";

/// Lines [begin, end) of the file become `lines`; by which block.
struct Change {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::string> lines;
    std::size_t block = 0;
};

/// A file as lines with their own terminators. A lone '\r' ends no line.
struct Text {
    std::string bytes;
    Lines lines;
    std::vector<std::string_view> ends;

    explicit Text(std::string from) : bytes(std::move(from)) {
        const std::string_view all = bytes;
        for (std::size_t at = 0; at < all.size();) {
            const auto newline = all.find('\n', at);
            const std::size_t stop = newline == std::string_view::npos ? all.size() : newline + 1;
            std::size_t text_end = newline == std::string_view::npos ? all.size() : newline;
            if (newline != std::string_view::npos && text_end > at && all[text_end - 1] == '\r') {
                --text_end;
            }
            lines.push_back(all.substr(at, text_end - at));
            ends.push_back(all.substr(text_end, stop - text_end));
            at = stop;
        }
    }
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    ~Text() = default;

    [[nodiscard]] bool ends_open() const { return !ends.empty() && ends.back().empty(); }
    /// How line `i` ends, or, if it is the open last one, the line before it.
    [[nodiscard]] std::string_view end_of(std::size_t i) const {
        if (i < ends.size() && !ends[i].empty()) {
            return ends[i];
        }
        return i > 0 && i - 1 < ends.size() ? ends[i - 1] : std::string_view("\n");
    }
    /// How the `k`-th line that replaces [begin, end) ends: like the line it stands for, else like its neighbour.
    [[nodiscard]] std::string_view new_end(std::size_t begin, std::size_t end, std::size_t k) const {
        return end_of(begin + k < end ? begin + k : end > 0 ? end - 1 : 0);
    }
};

std::string without_bom(std::string_view text) {
    return std::string(starts_with(text, utf8_bom) ? text.substr(utf8_bom.size()) : text);
}

std::set<std::string_view> words_of(const Lines& lines) {
    std::set<std::string_view> words;
    for (const auto line : lines) {
        for (std::size_t at = 0; at < line.size();) {
            std::size_t end = at;
            while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0 || line[end] == '_' ||
                                         static_cast<unsigned char>(line[end]) >= 0x80)) {
                ++end;
            }
            if (end > at) {
                words.insert(line.substr(at, end - at));
            }
            at = end + 1;
        }
    }
    return words;
}

/// Whether finding `replace` in the file, and `search` not, shows that the edit was made before: a short or common line
/// ("}", "pass") stands anywhere, and a model may have invented what it searches for.
bool speaks_for_itself(const Lines& search, const Lines& replace) {
    const auto in = [](const Lines& lines, std::string_view wanted) {
        return std::any_of(lines.begin(), lines.end(), [&](auto line) { return line == wanted; });
    };
    std::size_t shared = 0;
    Lines fresh, gone;
    for (const auto line : replace) {
        if (!is_blank(line)) {
            in(search, line) ? void(++shared) : fresh.push_back(line);
        }
    }
    std::copy_if(search.begin(), search.end(), std::back_inserter(gone),
                 [&](auto line) { return !is_blank(line) && !in(replace, line); });
    if (fresh.empty()) {
        // Only lines left out: the file must have what stood before them next to what stood after them.
        return shared >= 2 && search.front() == replace.front() && search.back() == replace.back();
    }
    std::size_t letters = 0;
    for (const auto word : words_of(fresh)) {
        letters += word.size();
    }
    if ((shared > 0 && letters >= 4) || letters >= 20) {
        return true;
    }
    const auto old_words = words_of(gone);
    const auto new_words = words_of(fresh);
    const auto common = static_cast<std::size_t>(std::count_if(
        new_words.begin(), new_words.end(), [&](std::string_view word) { return old_words.count(word) != 0; }));
    return letters > 0 && 2 * common >= new_words.size() && 2 * common >= old_words.size();
}

class Applier {
   public:
    Applier(std::string_view content, const std::vector<Block>& blocks)
        : blocks_(blocks), bom_(starts_with(content, utf8_bom)), text_(std::make_unique<Text>(without_bom(content))) {}

    base::Result<Applied> run() {
        for (number_ = 0; number_ < blocks_.size(); ++number_) {
            RFSN_TRY(apply(blocks_[number_]));
        }
        RFSN_ASSIGN(std::string result, render());
        return Applied{(bom_ ? std::string(utf8_bom) : std::string()) + result, std::move(levels_)};
    }

   private:
    [[nodiscard]] tl::unexpected<base::Error> refuse(const std::string& what) const { return refuse(number_, what); }
    [[nodiscard]] tl::unexpected<base::Error> refuse(std::size_t number, const std::string& what) const {
        const Block& block = blocks_[number];
        std::string where = "block " + std::to_string(number + 1) + " (";
        if (!block.path.empty()) {
            where += base::printable(block.path) + ", ";
        }
        return base::fail(base::ErrorCode::invalid, where + "reply line " + std::to_string(block.line) + "): " + what);
    }

    base::Result<void> apply(const Block& block) {
        if (block.whole) {
            return replace_all(block);
        }
        const std::string search_text = without_bom(block.search);
        const std::string replace_text = without_bom(block.replace);
        const Lines search = reply_lines(search_text);
        if (std::all_of(search.begin(), search.end(), is_blank) && text_->lines.empty() && changes_.empty()) {
            return create(block, replace_text);
        }
        const Lines replace = reply_lines(replace_text);
        if (search.empty() && block.at_end) {
            return append(replace);
        }
        if (search.empty()) {
            return add_to_existing(block, replace);
        }
        if (search == replace && !block.final_newline) {
            return refuse("SEARCH and REPLACE are the same: this changes nothing");
        }
        if (const auto scope = missing_scope(text_->lines, block.scopes)) {
            return refuse("the line '" + base::printable(*scope) + "' that '@@' names is not in the file");
        }
        const Hints hints = hints_of(block);
        auto found = block.complaint.empty() ? find(text_->lines, search, hints) : std::vector<Match>{};
        if (found.empty() && block.complaint.empty() && !changes_.empty()) {
            RFSN_TRY(settle(search, found));
        }
        const bool lenient = found.empty() || found[0].level > Level::trailing_whitespace;
        if (!block.bare_search.empty() &&
            (found.empty() || (lenient && !find_exact(text_->lines, reply_lines(block.bare_search), true).empty()))) {
            return apply_bare(block);
        }
        if (found.empty()) {
            return missing(block, search, replace);
        }
        return place(block, hints, found, search, replace, name(found[0].level));
    }

    [[nodiscard]] Hints hints_of(const Block& block) const {
        Hints hints;
        if (block.line_hint > 0) {
            const auto expected = static_cast<std::ptrdiff_t>(block.line_hint) - 1 + shift_;
            if (expected >= 0) {
                hints.begin = static_cast<std::size_t>(expected);
            }
        }
        if (block.ordered && last_end_ > 0) {
            hints.after = last_end_;
        }
        hints.scopes = block.scopes;
        hints.at_end = block.at_end;
        return hints;
    }

    base::Result<void> place(const Block& block, const Hints& hints, const std::vector<Match>& found,
                             const Lines& search, const Lines& replace, const std::string& level) {
        if (found.size() > 1) {
            return ambiguous(found);
        }
        levels_.push_back(level);
        if (hints.begin) {
            shift_ += static_cast<std::ptrdiff_t>(found[0].begin - found[0].dropped_front) -
                      static_cast<std::ptrdiff_t>(*hints.begin);
        }
        last_end_ = found[0].end;
        return record(block, found[0], search, replace);
    }

    /// Context lines whose marks were lost are believed only where they stand in the file as they are.
    base::Result<void> apply_bare(const Block& block) {
        const std::pair<const std::string*, const std::string*> readings[] = {
            {&block.search, &block.replace}, {&block.bare_search, &block.bare_replace}};
        for (const auto& reading : readings) {
            const Lines search = reply_lines(*reading.first);
            auto found = find(text_->lines, search, hints_of(block));
            if (!found.empty() && found[0].level <= Level::trailing_whitespace) {
                return place(block, hints_of(block), found, search, reply_lines(*reading.second),
                             "context without marks");
            }
        }
        if (!block.complaint.empty()) {
            return refuse(block.complaint + ", and the lines as they are do not stand in the file");
        }
        return missing(block, reply_lines(block.search), reply_lines(block.replace));
    }

    base::Result<void> append(const Lines& replace) {
        Change change{text_->lines.size(), text_->lines.size(), {}, number_};
        for (const auto line : replace) {
            change.lines.emplace_back(line);
        }
        levels_.emplace_back(name(Level::exact));
        return claim(std::move(change));
    }

    /// A creation where there is a file: the same text is no news, anything else is a mistake.
    base::Result<void> add_to_existing(const Block& block, const Lines& replace) {
        if (replace == text_->lines && changes_.empty() && blocks_.size() == 1) {
            levels_.emplace_back("already applied");
            return {};
        }
        return refuse(block.line_hint > 0
                          ? "this hunk has no context and no removed line, so its place cannot be checked; give the "
                            "lines around it"
                          : "SEARCH is empty, which is only for a new file, but the file has content; give the lines "
                            "to replace");
    }

    /// A block may continue from what earlier ones made: if its text stands exactly once in their result, that becomes
    /// the base.
    base::Result<void> settle(const Lines& search, std::vector<Match>& found) {
        RFSN_ASSIGN(std::string bytes, render());
        auto next = std::make_unique<Text>(std::move(bytes));
        found = find_exact(next->lines, search, false);
        if (!found.empty()) {
            text_ = std::move(next);
            changes_.clear();
            shift_ = 0;
            last_end_ = 0;
        }
        return {};
    }

    base::Result<void> create(const Block& block, const std::string& replace) {
        if (replace.empty()) {
            return refuse("both SEARCH and REPLACE are empty: this changes nothing");
        }
        std::string bytes = replace;
        if (block.final_newline == false && bytes.back() == '\n') {
            bytes.pop_back();
        }
        text_ = std::make_unique<Text>(std::move(bytes));
        levels_.emplace_back(name(Level::exact));
        return {};
    }

    base::Result<void> replace_all(const Block& block) {
        if (blocks_.size() > 1) {
            return refuse("a whole file beside other edits of the same file");
        }
        const std::string replace_text = without_bom(block.replace);
        if (const auto elided = elided_line(text_->bytes, replace_text)) {
            return refuse("line " + std::to_string(*elided + 1) +
                          " of the file stands for code left out; write every line");
        }
        if (text_->lines.empty()) {
            return create(block, replace_text);
        }
        const Lines replace = reply_lines(replace_text);
        if (replace == text_->lines) {
            return refuse("the whole file is what it was: this changes nothing");
        }
        levels_.emplace_back(name(Level::exact));
        const Match all{0, text_->lines.size(), Level::exact, {}, 0, 0};
        return record(block, all, text_->lines, replace);
    }

    base::Result<void> missing(const Block& block, const Lines& search, const Lines& replace) {
        if (find_exact(text_->lines, replace, true).size() == 1 && speaks_for_itself(search, replace)) {
            levels_.emplace_back("already applied");
            return {};
        }
        if (text_->lines.empty()) {
            return refuse("the file is empty or does not exist; leave SEARCH empty to create it");
        }
        const auto quoted = [](std::string_view line) { return "'" + base::printable(line.substr(0, 120)) + "'"; };
        std::string what = "SEARCH is not in the file";
        const NearMiss near = near_miss(text_->lines, search);
        if (near.matched == 0) {
            const auto first = std::find_if(search.begin(), search.end(), [](auto line) { return !is_blank(line); });
            what += "; no line of it reads " + quoted(first == search.end() ? std::string_view{} : *first);
        } else {
            what += "; its first " + std::to_string(near.matched) + " lines stand at line " +
                    std::to_string(near.begin + 1) + " of the file, but then ";
            const std::size_t next = near.begin + near.matched;
            what += next < text_->lines.size() ? "the file has " + quoted(text_->lines[next])
                                               : std::string("the file ends");
            what += near.matched < search.size() ? " where SEARCH has " + quoted(search[near.matched]) : std::string();
        }
        if (has_elision(block.search)) {
            what += "; '...' does not stand for lines left out: copy every line";
        }
        return refuse(what);
    }
    [[nodiscard]] base::Result<void> ambiguous(const std::vector<Match>& found) const {
        std::string places;
        for (std::size_t i = 0; i < found.size() && i < 5; ++i) {
            places += (i == 0 ? "" : ", ") + std::to_string(found[i].begin + 1);
        }
        if (found.size() > 5) {
            places += ", ...";
        }
        return refuse("SEARCH stands at " + std::to_string(found.size()) + " places of the file (lines " + places +
                      "); add lines around it until it is unique");
    }

    /// One line of REPLACE in the file's indentation.
    [[nodiscard]] base::Result<std::string> indented(std::string_view line, const Indent& indent) const {
        if (is_blank(line)) {
            return std::string(line);
        }
        if (!starts_with(line, indent.strip)) {
            return refuse(
                "REPLACE is indented less than SEARCH was, so it cannot be brought to the file's indentation");
        }
        return indent.add + std::string(line.substr(indent.strip.size()));
    }

    base::Result<void> record(const Block& block, const Match& match, const Lines& search, const Lines& replace) {
        std::size_t front = match.dropped_front;
        const Lines from(search.begin() + static_cast<std::ptrdiff_t>(front),
                         search.end() - static_cast<std::ptrdiff_t>(match.dropped_back));
        std::size_t first = 0;
        std::size_t last = replace.size();
        for (; front > 0 && first < last && is_blank(replace[first]); --front) {
            ++first;
        }
        for (std::size_t back = match.dropped_back; back > 0 && last > first && is_blank(replace[last - 1]); --back) {
            --last;
        }
        const Lines to(replace.begin() + static_cast<std::ptrdiff_t>(first),
                       replace.begin() + static_cast<std::ptrdiff_t>(last));
        for (const auto& diff : line_changes(from, to)) {
            Change change{match.begin + diff.old_begin, match.begin + diff.old_end, {}, number_};
            for (std::size_t i = diff.new_begin; i < diff.new_end; ++i) {
                RFSN_ASSIGN(std::string line, indented(to[i], match.indent));
                change.lines.push_back(std::move(line));
            }
            RFSN_TRY(claim(std::move(change)));
        }
        if (block.final_newline && match.end == text_->lines.size()) {
            final_newline_ = block.final_newline;
        }
        return {};
    }

    base::Result<void> claim(Change change) {
        const auto clash = [&](const Change& other) {
            const bool same_place =
                change.begin == change.end && other.begin == other.end && change.begin == other.begin;
            return other.block != change.block &&
                   (same_place || (change.begin < other.end && other.begin < change.end));
        };
        const auto other = std::find_if(changes_.begin(), changes_.end(), clash);
        if (other != changes_.end()) {
            return refuse("it changes the same lines as block " + std::to_string(other->block + 1) +
                          "; make them one block");
        }
        changes_.push_back(std::move(change));
        return {};
    }

    [[nodiscard]] base::Result<std::string> render() {
        std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
        });
        std::string out;
        const auto put = [&](std::string_view line, std::string_view ended) {
            out += line;
            out += ended;
        };
        std::size_t at = 0;
        for (const auto& change : changes_) {
            for (; at < change.begin; ++at) {
                put(text_->lines[at], text_->end_of(at));
            }
            for (std::size_t k = 0; k < change.lines.size(); ++k) {
                put(change.lines[k], text_->new_end(change.begin, change.end, k));
            }
            at = change.end;
        }
        for (; at < text_->lines.size(); ++at) {
            put(text_->lines[at], text_->end_of(at));
        }
        const bool open = final_newline_ ? !*final_newline_ : text_->ends_open();
        if (open && !out.empty() && out.back() == '\n') {
            out.pop_back();
            if (!out.empty() && out.back() == '\r') {
                out.pop_back();
            }
        }
        return out;
    }

    const std::vector<Block>& blocks_;
    bool bom_;
    std::unique_ptr<Text> text_;
    std::vector<Change> changes_;
    std::vector<std::string> levels_;
    std::size_t number_ = 0;
    std::ptrdiff_t shift_ = 0;  ///< how far a diff's line numbers were off so far
    std::size_t last_end_ = 0;  ///< where the match before ended
    std::optional<bool> final_newline_;
};

}  // namespace

base::Result<Applied> apply_blocks(std::string_view content, const std::vector<Block>& blocks) {
    if (content.find('\0') != std::string_view::npos) {
        return base::fail(base::ErrorCode::invalid,
                          "the file is binary (it holds a NUL byte); only text can be edited");
    }
    if (blocks.empty()) {
        return base::fail(base::ErrorCode::invalid, "there is no edit to apply");
    }
    RFSN_ASSIGN(Applied applied, Applier(content, blocks).run());
    const bool all_known = std::all_of(applied.levels.begin(), applied.levels.end(),
                                       [](const std::string& level) { return level == "already applied"; });
    if (applied.content == content && !all_known) {
        return base::fail(base::ErrorCode::invalid, "the edits leave the file as it was");
    }
    return applied;
}

}  // namespace rfsn::edit
