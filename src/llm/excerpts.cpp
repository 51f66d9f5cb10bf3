// SPDX-License-Identifier: MIT
#include "llm/excerpts.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::llm {
namespace {

using model::LineRange;

constexpr std::size_t longest_line = 4000;
constexpr std::uint32_t closest = 3;  ///< fewer lines between two ranges are shown, too
constexpr std::uint32_t whole_definition = 150;
constexpr std::uint32_t whole_head = 6;
constexpr std::size_t frame_bytes = 140;  ///< heading and marks around a file
constexpr std::size_t range_bytes = 24;   ///< "[lines 10-50]" and its share of the heading

}  // namespace

Excerpts::Excerpts(const std::string& path, std::string_view content)
    : path_(&path), content_(content), lines_(base::split_lines(content)) {}

const std::vector<Definition>& Excerpts::definitions() {
    if (!parsed_) {
        parsed_ = true;
        definitions_ = llm::definitions(*path_, content_);
    }
    return definitions_;
}

const std::vector<LineRange>& Excerpts::secrets() {
    if (!scanned_) {
        scanned_ = true;
        const auto line_of = [&](std::size_t at) {
            at = std::min(at, content_.size());
            return static_cast<std::uint32_t>(
                       std::count(content_.begin(), content_.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                   1;
        };
        for (const auto& hit : secrets::scan_for_redaction(content_)) {
            const LineRange range{line_of(hit.offset), line_of(hit.offset + hit.length)};
            if (range.last > range.first) {
                secrets_.push_back(range);
            }
        }
    }
    return secrets_;
}

std::vector<LineRange> Excerpts::united(const std::vector<LineRange>& more) {
    const auto count = static_cast<std::uint32_t>(lines_.size());
    std::vector<LineRange> all = ranges_;
    for (auto range : more) {
        range.first = std::max(range.first, std::uint32_t{1});
        range.last = std::min(range.last, count);
        if (range.first > range.last) {
            continue;
        }
        for (const auto& secret : secrets()) {
            if (secret.first <= range.last && secret.last >= range.first) {
                range.first = std::min(range.first, secret.first);
                range.last = std::min(std::max(range.last, secret.last), count);
            }
        }
        const bool showable = std::all_of(lines_.begin() + range.first - 1, lines_.begin() + range.last,
                                          [](std::string_view line) { return line.size() <= longest_line; });
        if (showable) {
            all.push_back(range);
        }
    }
    std::sort(all.begin(), all.end(), [](const LineRange& a, const LineRange& b) { return a.first < b.first; });
    std::vector<LineRange> merged;
    for (const auto& range : all) {
        const auto gap_is_short = [&](std::uint32_t from) {
            return std::all_of(lines_.begin() + from, lines_.begin() + range.first - 1,
                               [](std::string_view line) { return line.size() <= longest_line; });
        };
        if (!merged.empty() && (range.first <= merged.back().last + 1 ||
                                (range.first <= merged.back().last + closest && gap_is_short(merged.back().last)))) {
            merged.back().last = std::max(merged.back().last, range.last);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

std::size_t Excerpts::cost(const std::vector<LineRange>& ranges) const {
    if (ranges.empty()) {
        return 0;
    }
    std::size_t bytes = frame_bytes + path_->size();
    for (const auto& range : ranges) {
        bytes += range_bytes;
        for (std::uint32_t i = range.first; i <= range.last; ++i) {
            bytes += lines_[i - 1].size() + 1;
        }
    }
    return bytes;
}

bool Excerpts::add(const std::vector<LineRange>& ranges, Room& room) {
    auto all = united(ranges);
    const std::size_t is = cost(ranges_);
    const std::size_t would_be = cost(all);
    if (all.empty() || (would_be > is && !room.take(would_be - is))) {
        return false;
    }
    ranges_ = std::move(all);
    return true;
}

bool Excerpts::add_whole(Room& room) {
    return !lines_.empty() && add({{1, static_cast<std::uint32_t>(lines_.size())}}, room) && is_whole();
}

bool Excerpts::is_whole() const {
    return lines_.empty() || (ranges_.size() == 1 && ranges_[0].first == 1 && ranges_[0].last == lines_.size());
}

std::string Excerpts::extent() const {
    if (is_whole()) {
        return "whole, " + std::to_string(lines_.size()) + " lines";
    }
    std::string where;
    for (const auto& range : ranges_) {
        where += (where.empty() ? "lines " : ", ") + std::to_string(range.first) + "-" + std::to_string(range.last);
    }
    return where + " of " + std::to_string(lines_.size());
}

std::string Excerpts::text() const {
    if (is_whole()) {
        return std::string(content_);
    }
    std::string out;
    for (const auto& range : ranges_) {
        if (ranges_.size() > 1) {
            out += "[lines " + std::to_string(range.first) + "-" + std::to_string(range.last) + "]\n";
        }
        for (std::uint32_t i = range.first; i <= range.last; ++i) {
            out.append(lines_[i - 1]).push_back('\n');
        }
    }
    return out;
}

std::vector<LineRange> surroundings(const std::vector<Definition>& definitions, const LineRange& place,
                                    std::uint32_t around) {
    const std::uint32_t last = std::max(place.first, place.last);
    std::vector<LineRange> ranges{{place.first > around ? place.first - around : 1, last + around}};
    const Definition* inner = enclosing(definitions, place.first);
    for (const auto& one : definitions) {
        if (one.first > place.first || one.last < place.first) {
            continue;
        }
        if (&one == inner && one.last - one.first < whole_definition) {
            ranges.push_back({one.first, one.last});
            continue;
        }
        ranges.push_back({one.head - one.first < whole_head ? one.first : one.head, one.head});
        if (&one == inner) {
            ranges.push_back({one.last, one.last});
        }
    }
    return ranges;
}

}  // namespace rfsn::llm
