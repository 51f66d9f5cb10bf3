// SPDX-License-Identifier: MIT
#include "git/raw_diff.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "git/object_reader.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::ChangeKind;
using model::FileMode;
using model::StagedFile;

/// Takes what comes before `end` off the front of `text`.
std::optional<std::string_view> take(std::string_view& text, char end) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto head = text.substr(0, at);
    text.remove_prefix(at + 1);
    return head;
}

std::optional<FileMode> parse_mode(std::string_view digits) {
    unsigned mode = 0;
    for (const char c : digits) {
        if (c < '0' || c > '7') {
            return std::nullopt;
        }
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    }
    const FileMode known = file_mode(mode);
    if (digits.size() != 6 || (mode != 0 && known == FileMode::none)) {
        return std::nullopt;
    }
    return known;
}

std::optional<ChangeKind> parse_kind(char letter) {
    switch (letter) {
        case 'A':
            return ChangeKind::added;
        case 'M':
            return ChangeKind::modified;
        case 'D':
            return ChangeKind::deleted;
        case 'R':
            return ChangeKind::renamed;
        case 'T':
            return ChangeKind::type_changed;
        default:
            return std::nullopt;
    }
}

std::optional<StagedFile> parse_record(std::string_view& rest, bool& unmerged) {
    if (rest.front() != ':') {
        return std::nullopt;
    }
    rest.remove_prefix(1);
    const auto old_mode = take(rest, ' ');
    const auto mode = old_mode ? take(rest, ' ') : std::nullopt;
    const auto old_blob = mode ? take(rest, ' ') : std::nullopt;
    const auto blob = old_blob ? take(rest, ' ') : std::nullopt;
    const auto status = blob ? take(rest, '\0') : std::nullopt;
    const auto path = status ? take(rest, '\0') : std::nullopt;
    if (!path || status->empty() || path->empty() || !is_object_id(*old_blob) || !is_object_id(*blob)) {
        return std::nullopt;
    }
    StagedFile file;
    file.path = *path;
    unmerged = status->front() == 'U';
    if (unmerged) {
        return file;
    }
    const auto kind = parse_kind(status->front());
    const auto from = parse_mode(*old_mode);
    const auto to = parse_mode(*mode);
    if (!kind || !from || !to) {
        return std::nullopt;
    }
    file.kind = *kind;
    file.old_mode = *from;
    file.mode = *to;
    if (file.old_mode != FileMode::none) {
        file.old_blob = *old_blob;
    }
    if (file.mode != FileMode::none) {
        file.blob = *blob;
    }
    if (file.kind == ChangeKind::renamed) {
        const auto target = take(rest, '\0');
        if (!target || target->empty()) {
            return std::nullopt;
        }
        file.old_path = std::move(file.path);
        file.path = *target;
    }
    return file;
}

}  // namespace

base::Result<RawDiff> parse_raw_diff(std::string_view output) {
    RawDiff diff;
    std::string_view rest = output;
    while (!rest.empty()) {
        const std::size_t at = output.size() - rest.size();
        bool unmerged = false;
        auto file = parse_record(rest, unmerged);
        if (!file) {
            return base::fail(ErrorCode::invalid,
                              fmt::format("git diff --raw printed something unknown at byte {}: '{}'", at,
                                          base::printable(output.substr(at, 120))));
        }
        if (unmerged) {
            diff.unmerged.push_back(std::move(file->path));
        } else {
            diff.files.push_back(std::move(*file));
        }
    }
    std::sort(diff.files.begin(), diff.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    std::sort(diff.unmerged.begin(), diff.unmerged.end());
    diff.unmerged.erase(std::unique(diff.unmerged.begin(), diff.unmerged.end()), diff.unmerged.end());
    return diff;
}

base::Error unmerged_error(const std::vector<std::string>& paths) {
    constexpr std::size_t shown = 10;
    std::string names;
    for (std::size_t i = 0; i < paths.size() && i < shown; ++i) {
        names += (i == 0 ? "" : ", ") + base::printable(paths[i]);
    }
    if (paths.size() > shown) {
        names += fmt::format(" and {} more", paths.size() - shown);
    }
    return {ErrorCode::conflict,
            "the index has unmerged paths: " + names + "; resolve them and `git add` them, then try again",
            {}};
}

void seal(model::Snapshot& snapshot) {
    std::sort(snapshot.files.begin(), snapshot.files.end(),
              [](const StagedFile& a, const StagedFile& b) { return a.path < b.path; });
    base::Sha256 hash;
    hash.field("rfsn snapshot 1").field(snapshot.base_tree);
    for (const auto& file : snapshot.files) {
        hash.field(fmt::format("{} {} {} {} {}", static_cast<int>(file.kind), mode_digits(file.old_mode),
                               mode_digits(file.mode), file.old_blob, file.blob));
        hash.field(file.path).field(file.old_path);
    }
    snapshot.id = hash.hex();
}

}  // namespace rfsn::git
