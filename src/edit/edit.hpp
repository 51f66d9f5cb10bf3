// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rfsn::edit {

enum class Format { automatic, search_replace, unified_diff, apply_patch, whole_file };
/// "auto", "search-replace", "udiff" or "diff", "apply-patch", "whole-file" or "whole"; nullopt for anything else.
[[nodiscard]] std::optional<Format> format(std::string_view name);

/// One block of a reply: replace `search` by `replace` in `path`. Both texts end every line with '\n'.
struct Block {
    std::string path;
    std::string search;  ///< empty: creates the file
    std::string replace;
    std::size_t line = 0;             ///< of the reply, for error messages
    bool whole = false;               ///< `replace` is the whole new file
    std::size_t line_hint = 0;        ///< 1-based line of the old file where a diff says `search` begins; 0 = not said
    std::vector<std::string> scopes;  ///< apply_patch's "@@ class X" lines, outermost first
    bool at_end = false;              ///< apply_patch's "*** End of File"
    bool ordered = false;             ///< the format says that blocks come in the order of the file
    std::optional<bool> final_newline;  ///< what a diff says about the end of the new file
    /// The same block if the marks of its context lines were lost: those lines whole. Empty if that is the same.
    std::string bare_search, bare_replace;
    std::string complaint;  ///< why only `bare_search` can be meant: a context line without its mark
};
/// The blocks in the order of the reply, equal ones once. `automatic` picks by what is there and never picks
/// whole_file. Errors: invalid with the reply's line and what is wrong, in words that can be sent back to a model.
[[nodiscard]] base::Result<std::vector<Block>> parse_reply(std::string_view reply, Format format);

struct Applied {
    std::string content;
    std::vector<std::string> levels;  ///< one per block: "exact", "trailing whitespace", "unicode punctuation",
                                      ///< "indentation", "blank lines", "context without marks", "already applied"
};
/// Applies a file's blocks to its bytes: the ladder of exact-then-lenient matches, all or nothing, ambiguity refused.
/// The file's own line endings, final newline, BOM and indentation are kept. `content` is unchanged only if every block
/// was already applied. Errors: invalid (not found, ambiguous, no change), naming the block.
[[nodiscard]] base::Result<Applied> apply_blocks(std::string_view content, const std::vector<Block>& blocks);
/// parse_reply + apply_blocks for one file, whatever path the blocks name, or none. Errors: invalid.
[[nodiscard]] base::Result<Applied> apply_reply_to(std::string_view content, std::string_view reply, Format format);

}  // namespace rfsn::edit
