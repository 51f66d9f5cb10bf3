// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rfsn::edit {

enum class Format { automatic, search_replace, unified_diff, apply_patch, whole_file };

/// One block of a reply: replace `search` by `replace` in `path`.
struct Block {
    std::string path;
    std::string search;   ///< empty: creates the file
    std::string replace;
    std::size_t line = 0; ///< of the reply, for error messages
};
/// Errors: invalid with the reply's line and what is wrong, in words that can be sent back to a model.
[[nodiscard]] base::Result<std::vector<Block>> parse_reply(std::string_view reply, Format format);

struct Applied {
    std::string content;
    std::vector<std::string> levels;  ///< one per block: "exact", "trailing whitespace", "unicode punctuation", "indentation", "blank lines", "already applied"
};
/// Applies a file's blocks to its bytes: the ladder of exact-then-lenient matches, all or nothing, ambiguity refused. The file's own
/// line endings, final newline, BOM and indentation are kept. Errors: invalid (not found, ambiguous, no change), naming the block.
[[nodiscard]] base::Result<Applied> apply_blocks(std::string_view content, const std::vector<Block>& blocks);

}  // namespace rfsn::edit
