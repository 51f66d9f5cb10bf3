// SPDX-License-Identifier: MIT
#include "policy/line_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace rfsn::policy {
namespace {

using Lines = std::vector<std::string_view>;
constexpr std::size_t context = 3;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto newline = text.find('\n');
        const std::size_t size = newline == std::string_view::npos ? text.size() : newline + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

struct Step {
    bool removes = false;
    std::size_t old_line = 0, new_line = 0;
};

/// The edits from a to b, last first; nullopt if there are more than `most`.
std::optional<std::vector<Step>> shortest(const Lines& a, const Lines& b, std::size_t most) {
    const auto n = static_cast<std::ptrdiff_t>(a.size());
    const auto m = static_cast<std::ptrdiff_t>(b.size());
    const std::ptrdiff_t limit = std::min(n + m, static_cast<std::ptrdiff_t>(most));
    const auto index = [&](std::ptrdiff_t k) { return static_cast<std::size_t>(k + limit + 1); };
    std::vector<std::ptrdiff_t> furthest(static_cast<std::size_t>(2 * limit + 3), 0);
    std::vector<std::vector<std::ptrdiff_t>> trace;
    const auto from_above = [&](const std::vector<std::ptrdiff_t>& v, std::ptrdiff_t k, std::ptrdiff_t d) {
        return k == -d || (k != d && v[index(k - 1)] < v[index(k + 1)]);
    };
    for (std::ptrdiff_t d = 0; d <= limit; ++d) {
        trace.push_back(furthest);
        for (std::ptrdiff_t k = -d; k <= d; k += 2) {
            std::ptrdiff_t x = from_above(furthest, k, d) ? furthest[index(k + 1)] : furthest[index(k - 1)] + 1;
            while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) {
                ++x;
            }
            furthest[index(k)] = x;
            if (x < n || x - k < m) {
                continue;
            }
            std::vector<Step> steps;
            for (std::ptrdiff_t back = d, at = k; back > 0; --back) {
                const auto& v = trace[static_cast<std::size_t>(back)];
                const bool above = from_above(v, at, back);
                at += above ? 1 : -1;
                const std::ptrdiff_t old_line = v[index(at)];
                steps.push_back({!above, static_cast<std::size_t>(old_line), static_cast<std::size_t>(old_line - at)});
            }
            return steps;
        }
    }
    return std::nullopt;
}

}  // namespace

LineDiff line_diff(std::string_view before, std::string_view after, std::size_t exact_up_to) {
    Lines a = lines_of(before);
    Lines b = lines_of(after);
    std::size_t front = 0;
    while (front < a.size() && front < b.size() && a[front] == b[front]) {
        ++front;
    }
    std::size_t back = 0;
    while (back < a.size() - front && back < b.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) {
        ++back;
    }
    const auto middle = [&](const Lines& lines) {
        return Lines(lines.begin() + static_cast<std::ptrdiff_t>(front),
                     lines.end() - static_cast<std::ptrdiff_t>(back));
    };
    a = middle(a);
    b = middle(b);
    LineDiff diff;
    const auto steps = shortest(a, b, exact_up_to);
    if (!steps) {
        diff.removed = std::move(a);
        diff.added = std::move(b);
        diff.hunks = 1;
        return diff;
    }
    std::optional<std::size_t> last;  // first unchanged old line after the previous edit
    for (auto step = steps->rbegin(); step != steps->rend(); ++step) {
        if (!last || step->old_line - *last > 2 * context) {
            ++diff.hunks;
        }
        last = step->old_line + (step->removes ? 1 : 0);
        if (step->removes) {
            diff.removed.push_back(a[step->old_line]);
        } else {
            diff.added.push_back(b[step->new_line]);
        }
    }
    return diff;
}

}  // namespace rfsn::policy
