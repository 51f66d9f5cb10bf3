// SPDX-License-Identifier: MIT
#include <set>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {

base::Result<Parsed> parse_whole_files(const Lines& lines, bool need_path) {
    Parsed parsed;
    std::set<std::string> paths;
    std::size_t floor = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto fence = fence_at(lines[i]);
        if (!fence) {
            continue;
        }
        std::size_t end = i + 1;
        for (; end < lines.size() && !closes(*fence, lines[end]); ++end) {
            const auto inner = fence_at(lines[end]);
            if (inner && inner->mark == fence->mark && inner->length >= fence->length) {
                return malformed(end, "a code fence inside a code fence; use a longer fence around the file");
            }
        }
        if (end == lines.size()) {
            return malformed(i, "the code fence is not closed");
        }
        const auto path = path_above(lines, i + 1, floor);
        if (!path && need_path) {
            return malformed(i, "no file path before this code fence; write it alone on the line above");
        }
        Block block;
        block.path = path.value_or("");
        block.line = i + 1;
        block.whole = true;
        block.replace = join(lines, i + 1, end);
        if (!need_path && !path && !parsed.blocks.empty() && !parsed.blocks[0].path.empty()) {
            i = end;  // an example beside the file that was named
            continue;
        }
        if (!need_path && path && parsed.blocks.size() == 1 && parsed.blocks[0].path.empty()) {
            parsed = {};
            paths.clear();
        }
        if (!paths.insert(block.path).second) {
            return malformed(i,
                             path ? "a second whole file for '" + base::printable(*path) + "'" : "a second code fence");
        }
        parsed.blocks.push_back(std::move(block));
        parsed.extents.emplace_back(i, end + 1);
        i = end;
        floor = end + 1;
    }
    return parsed;
}

}  // namespace rfsn::edit
