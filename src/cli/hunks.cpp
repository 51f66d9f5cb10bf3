// SPDX-License-Identifier: MIT
#include "cli/hunks.hpp"

namespace rfsn::cli {
namespace {

/// The next line with its end.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    rest.remove_prefix(line.size());
    return line;
}

bool starts(std::string_view line, std::string_view with) {
    return line.substr(0, with.size()) == with;
}

}  // namespace

std::vector<Hunk> hunks_of(std::string_view diff) {
    std::vector<Hunk> hunks;
    std::string heading;
    bool in_heading = false, heading_used = true;
    const auto flush = [&] {
        if (!heading_used) {
            hunks.push_back({heading, ""});
        }
        heading.clear();
    };
    while (!diff.empty()) {
        const std::string_view line = take_line(diff);
        if (starts(line, "diff --git ")) {
            flush();
            heading = line;
            in_heading = true;
            heading_used = false;
        } else if (starts(line, "@@ ")) {
            hunks.push_back({heading, std::string(line)});
            in_heading = false;
            heading_used = true;
        } else if (in_heading) {
            heading += line;
        } else if (!hunks.empty()) {
            hunks.back().text += line;
        }
    }
    flush();
    return hunks;
}

std::string diff_of(const std::vector<Hunk>& hunks) {
    std::string diff;
    const std::string* heading = nullptr;
    for (const auto& hunk : hunks) {
        if (heading == nullptr || *heading != hunk.heading) {
            diff += hunk.heading;
        }
        heading = &hunk.heading;
        diff += hunk.text;
    }
    return diff;
}

}  // namespace rfsn::cli
