// SPDX-License-Identifier: MIT
#include "edit/line_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace rfsn::edit {

std::vector<LineChange> line_changes(const Lines& before, const Lines& after) {
    constexpr std::size_t max_cells = 4'000'000;
    std::size_t front = 0;
    std::size_t a = before.size();
    std::size_t b = after.size();
    while (front < a && front < b && before[front] == after[front]) {
        ++front;
    }
    while (a > front && b > front && before[a - 1] == after[b - 1]) {
        --a;
        --b;
    }
    const std::size_t rows = a - front;
    const std::size_t columns = b - front;
    if (rows == 0 && columns == 0) {
        return {};
    }
    if (rows == 0 || columns == 0 || rows * columns > max_cells) {
        return {{front, a, front, b}};
    }
    // lengths[i][j]: longest common subsequence of before[front+i..] and after[front+j..]
    const std::size_t width = columns + 1;
    std::vector<std::uint32_t> lengths((rows + 1) * width, 0);
    for (std::size_t i = rows; i-- > 0;) {
        for (std::size_t j = columns; j-- > 0;) {
            lengths[i * width + j] = before[front + i] == after[front + j]
                                         ? lengths[(i + 1) * width + j + 1] + 1
                                         : std::max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
        }
    }
    std::vector<LineChange> changes;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < rows || j < columns) {
        const std::size_t from_i = i;
        const std::size_t from_j = j;
        while (i < rows || j < columns) {
            if (i < rows && j < columns && before[front + i] == after[front + j]) {
                break;
            }
            if (j == columns || (i < rows && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
                ++i;
            } else {
                ++j;
            }
        }
        if (i != from_i || j != from_j) {
            changes.push_back({front + from_i, front + i, front + from_j, front + j});
        }
        while (i < rows && j < columns && before[front + i] == after[front + j]) {
            ++i;
            ++j;
        }
    }
    return changes;
}

}  // namespace rfsn::edit
