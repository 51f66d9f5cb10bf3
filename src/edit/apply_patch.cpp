// SPDX-License-Identifier: MIT
#include <cctype>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

constexpr std::string_view begin_patch = "*** Begin Patch";
constexpr std::string_view end_patch = "*** End Patch";
constexpr std::string_view add_file = "*** Add File: ";
constexpr std::string_view update_file = "*** Update File: ";
constexpr std::string_view delete_file = "*** Delete File: ";
constexpr std::string_view move_to = "*** Move to: ";
constexpr std::string_view end_of_file = "*** End of File";

class PatchParser {
   public:
    explicit PatchParser(const Lines& lines) : lines_(lines) {}

    base::Result<Parsed> run() {
        for (; at_ < lines_.size(); ++at_) {
            const std::string_view line = lines_[at_];
            if (const auto opened = fence_at(line); opened && !fence_) {
                fence_ = opened;
            } else if (fence_ && closes(*fence_, line)) {
                fence_.reset();
            } else if (base::trim(line) == begin_patch) {
                begun_at_ = at_;
            } else if (is_apply_patch_header(line)) {
                RFSN_TRY(patch());
            }
        }
        return std::move(parsed_);
    }

   private:
    /// From a file header to "*** End Patch", or to the end of the fence or reply if there was no "*** Begin Patch".
    base::Result<void> patch() {
        const std::size_t first = begun_at_.value_or(at_);
        prose_ = false;
        while (at_ < lines_.size()) {
            const std::string_view line = lines_[at_];
            if (base::trim(line) == end_patch) {
                parsed_.extents.emplace_back(first, at_ + 1);
                begun_at_.reset();
                return {};
            }
            if (fence_ && closes(*fence_, line)) {
                break;
            }
            if (starts_with(line, delete_file)) {
                return malformed(at_, "deleting a file is not accepted; edit it");
            }
            if (starts_with(line, add_file)) {
                RFSN_TRY(add());
            } else if (starts_with(line, update_file)) {
                RFSN_TRY(update());
            } else if (base::trim(line).empty()) {
                ++at_;
            } else if (begun_at_ || fence_) {
                return malformed(at_, "expected '*** Update File: ', '*** Add File: ' or '*** End Patch'");
            } else {
                break;
            }
        }
        if (begun_at_) {
            return malformed(*begun_at_, "'*** Begin Patch' without '*** End Patch'");
        }
        parsed_.extents.emplace_back(first, at_);
        --at_;
        return {};
    }

    [[nodiscard]] base::Result<std::string> path(std::string_view header) const {
        std::string_view text = base::trim(lines_[at_].substr(header.size()));
        while (starts_with(text, "./")) {
            text.remove_prefix(2);
        }
        if (text.empty()) {
            return malformed(at_, "no file path in the header");
        }
        return std::string(text);
    }

    base::Result<void> add() {
        Block block;
        block.line = at_ + 1;
        RFSN_ASSIGN(block.path, path(add_file));
        for (++at_; at_ < lines_.size() && !lines_[at_].empty() && lines_[at_][0] == '+'; ++at_) {
            block.replace.append(lines_[at_].substr(1)).push_back('\n');
        }
        if (block.replace.empty()) {
            return malformed(block.line - 1, "'*** Add File' without any '+' line");
        }
        if (at_ < lines_.size() && !lines_[at_].empty() && !starts_with(lines_[at_], "*** ") && (begun_at_ || fence_) &&
            !(fence_ && closes(*fence_, lines_[at_]))) {
            return malformed(at_, "every line of an added file must begin with '+'");
        }
        const std::size_t line = block.line - 1;
        return push(std::move(block), line);
    }

    base::Result<void> update() {
        RFSN_ASSIGN(const std::string file, path(update_file));
        const std::size_t header = at_++;
        if (at_ < lines_.size() && starts_with(lines_[at_], move_to)) {
            return malformed(at_, "renaming a file ('*** Move to') is not accepted");
        }
        const std::size_t before = parsed_.blocks.size();
        while (at_ < lines_.size() && !prose_ && !stops(lines_[at_])) {
            RFSN_TRY(chunk(file));
        }
        if (parsed_.blocks.size() == before) {
            return malformed(header, "'*** Update File' without a change after it");
        }
        return {};
    }
    [[nodiscard]] bool stops(std::string_view line) const {
        return (starts_with(line, "*** ") && base::trim(line) != end_of_file) ||
               (fence_ && closes_marked(*fence_, line));
    }

    base::Result<void> chunk(const std::string& file) {
        Block block;
        block.path = file;
        block.line = at_ + 1;
        for (; at_ < lines_.size() && starts_with(lines_[at_], "@@"); ++at_) {
            read_scope(lines_[at_].substr(2), block);
        }
        HunkText hunk;
        std::size_t blanks = 0;
        for (; at_ < lines_.size() && !stops(lines_[at_]) && !starts_with(lines_[at_], "@@"); ++at_) {
            const std::string_view line = lines_[at_];
            if (line.empty()) {
                ++blanks;
                continue;
            }
            if (base::trim(line) == end_of_file) {
                block.at_end = true;
                ++at_;
                break;
            }
            if (line[0] != ' ' && line[0] != '+' && line[0] != '-' && blanks > 0 && !begun_at_ && !fence_) {
                prose_ = true;
                break;
            }
            for (; blanks > 0; --blanks) {
                hunk.add("", at_);
            }
            hunk.add(line, at_);
        }
        if (!hunk.changes && hunk.search.empty() && block.scopes.empty() && !block.at_end) {
            return {};
        }
        if (!hunk.changes) {
            return malformed(block.line - 1, hunk.complaint.empty()
                                                 ? "this change has no '+' and no '-' line"
                                                 : "this change has no '+' and no '-' line; " + hunk.complaint);
        }
        if (hunk.search.empty() && (!block.at_end || !block.scopes.empty())) {
            return malformed(block.line - 1, "this change has no context or removed line; give the lines around it");
        }
        hunk.move_to(block);
        const std::size_t line = block.line - 1;
        return push(std::move(block), line);
    }

    /// What stands after "@@": a line of the file above the change, or the numbers of a unified diff.
    static void read_scope(std::string_view text, Block& block) {
        text = base::trim(text);
        std::size_t first = 0;
        std::size_t at = 1;
        while (at < text.size() && at < 10 && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
            first = first * 10 + static_cast<std::size_t>(text[at++] - '0');
        }
        if (starts_with(text, "-") && at > 1 && text.find(" +") != std::string_view::npos) {
            block.line_hint = first;
            return;
        }
        if (text.size() >= 2 && text.substr(text.size() - 2) == "@@") {
            text = base::trim(text.substr(0, text.size() - 2));
        }
        if (!text.empty() && text.find_first_not_of(". ") != std::string_view::npos) {
            block.scopes.emplace_back(text);
        }
    }

    base::Result<void> push(Block block, std::size_t line) {
        if (const auto elided = elided_line(block.search, block.replace)) {
            return malformed(line, "line " + std::to_string(*elided + 1) +
                                       " of the new text stands for code left out; write every line");
        }
        parsed_.blocks.push_back(std::move(block));
        return {};
    }

    const Lines& lines_;
    std::size_t at_ = 0;
    Parsed parsed_;
    std::optional<Fence> fence_;
    std::optional<std::size_t> begun_at_;
    bool prose_ = false;  ///< a change without an envelope ended at text
};

}  // namespace

bool is_apply_patch_header(std::string_view line) {
    return starts_with(line, add_file) || starts_with(line, update_file) || starts_with(line, delete_file);
}

base::Result<Parsed> parse_apply_patch(const Lines& lines) {
    return PatchParser(lines).run();
}

}  // namespace rfsn::edit
