// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <git2.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "git/libgit2.hpp"
#include "git/quote.hpp"
#include "git/staged_source.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::ChangeKind;
using model::FileMode;
using model::LineRange;

/// Larger files are not diffed: every line of them counts as changed.
constexpr std::uint64_t max_diffed = std::uint64_t{64} << 20;
constexpr LineRange every_line{1, std::numeric_limits<std::uint32_t>::max()};

LineRange all_lines(std::string_view text) {
    const auto breaks = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
    return {1, breaks + (!text.empty() && text.back() != '\n' ? 1U : 0U)};
}

int on_hunk(const git_diff_delta* /*delta*/, const git_diff_hunk* hunk, void* payload) {
    if (hunk->new_lines > 0) {
        const auto first = static_cast<std::uint32_t>(hunk->new_start);
        static_cast<std::vector<LineRange>*>(payload)->push_back(
            {first, first + static_cast<std::uint32_t>(hunk->new_lines) - 1});
    }
    return 0;
}

base::Result<std::vector<LineRange>> changed_between(std::string_view before, std::string_view after) {
    lg2::start();
    git_diff_options options{};
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = 0;
    options.flags = GIT_DIFF_FORCE_TEXT;
    std::vector<LineRange> ranges;
    if (git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options, nullptr,
                         nullptr, &on_hunk, nullptr, &ranges) < 0) {
        return base::fail(ErrorCode::external, "diff failed: " + lg2::last_error());
    }
    return ranges;
}

base::Result<std::vector<LineRange>> changed_in(StagedSource& source, const model::StagedFile& file) {
    const bool whole = file.old_blob.empty() || file.kind == ChangeKind::added || file.kind == ChangeKind::unchanged ||
                       (file.old_mode != FileMode::regular && file.old_mode != FileMode::executable);
    if (!whole && file.old_blob == file.blob) {
        return std::vector<LineRange>{};
    }
    const auto after = source.read(file.blob, max_diffed);
    if (!after) {
        return after.error().code == ErrorCode::limit ? base::Result<std::vector<LineRange>>(std::vector{every_line})
                                                      : tl::make_unexpected(after.error());
    }
    if (whole) {
        return after->empty() ? std::vector<LineRange>{} : std::vector{all_lines(*after)};
    }
    const auto before = source.read(file.old_blob, max_diffed);
    if (!before) {
        return before.error().code == ErrorCode::limit ? base::Result<std::vector<LineRange>>(std::vector{every_line})
                                                       : tl::make_unexpected(before.error());
    }
    return changed_between(*before, *after);
}

struct Hunks {
    std::string text;
    bool binary = false;
};

int on_binary(const git_diff_delta* /*delta*/, const git_diff_binary* /*binary*/, void* payload) {
    static_cast<Hunks*>(payload)->binary = true;
    return 0;
}

int on_text_hunk(const git_diff_delta* /*delta*/, const git_diff_hunk* hunk, void* payload) {
    static_cast<Hunks*>(payload)->text.append(hunk->header, hunk->header_len);
    return 0;
}

int on_line(const git_diff_delta* /*delta*/, const git_diff_hunk* /*hunk*/, const git_diff_line* line, void* payload) {
    auto& text = static_cast<Hunks*>(payload)->text;
    if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
        line->origin == GIT_DIFF_LINE_DELETION) {
        text += line->origin;
    }
    text.append(line->content, line->content_len);  // the end-of-file marks bring their text with them
    return 0;
}

base::Result<Hunks> hunks_between(std::string_view before, std::string_view after) {
    lg2::start();
    git_diff_options options{};
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    Hunks hunks;
    if (git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options, nullptr,
                         &on_binary, &on_text_hunk, &on_line, &hunks) < 0) {
        return base::fail(ErrorCode::external, "diff failed: " + lg2::last_error());
    }
    return hunks;
}

/// As git would name the blob; `like` is an id in the repository's hash.
std::string blob_id(std::string_view content, std::string_view like) {
    if (like.size() == 64) {
        std::string object = fmt::format("blob {}", content.size());
        object += '\0';
        object += content;
        return base::sha256_hex(object);
    }
    lg2::start();
    git_oid id{};
    git_odb_hash(&id, content.data(), content.size(), GIT_OBJECT_BLOB);
    return git_oid_tostr_s(&id);
}

base::Result<std::string> one_diff(StagedSource& source, const model::FileEdit& edit) {
    std::string before;
    if (!edit.old_blob.empty()) {
        RFSN_ASSIGN(before, source.read(edit.old_blob, std::uint64_t{1} << 30));
    }
    const std::string after = edit.deletes ? std::string() : edit.content;
    if (!edit.old_blob.empty() && !edit.deletes && before == after) {
        return std::string();
    }
    const std::string a = quote_path("a/" + edit.path);
    const std::string b = quote_path("b/" + edit.path);
    const std::string zeros(edit.old_blob.empty() ? 40 : edit.old_blob.size(), '0');
    const std::string old_id = edit.old_blob.empty() ? zeros : edit.old_blob;
    const std::string new_id = edit.deletes ? zeros : blob_id(after, old_id);
    std::string text = fmt::format("diff --git {} {}\n", a, b);
    if (edit.old_blob.empty()) {
        text += fmt::format("new file mode {}\nindex {}..{}\n", mode_digits(edit.mode), zeros, new_id);
    } else if (edit.deletes) {
        text += fmt::format("deleted file mode {}\nindex {}..{}\n", mode_digits(edit.mode), old_id, zeros);
    } else {
        text += fmt::format("index {}..{} {}\n", old_id, new_id, mode_digits(edit.mode));
    }
    RFSN_ASSIGN(const Hunks hunks, hunks_between(before, after));
    const std::string from = edit.old_blob.empty() ? "/dev/null" : a;
    const std::string to = edit.deletes ? "/dev/null" : b;
    if (hunks.binary) {
        return text + fmt::format("Binary files {} and {} differ\n", from, to);
    }
    if (hunks.text.empty()) {
        return text;  // an empty file comes or goes
    }
    // Git ends a name that has a space with a tab, so that nothing after it is taken for a date.
    const auto name_end = [&](const std::string& name) { return name.find(' ') != std::string::npos ? "\t\n" : "\n"; };
    return text + "--- " + from + name_end(from) + "+++ " + to + name_end(to) + hunks.text;
}

}  // namespace

base::Result<std::map<std::string, std::vector<LineRange>>> changed_lines(StagedSource& source,
                                                                          const model::Snapshot& snapshot,
                                                                          const std::vector<std::string>& paths) {
    std::map<std::string, std::vector<LineRange>> result;
    for (const auto& path : paths) {
        const auto file = std::lower_bound(snapshot.files.begin(), snapshot.files.end(), path,
                                           [](const auto& entry, const auto& wanted) { return entry.path < wanted; });
        if (file == snapshot.files.end() || file->path != path || !file->has_content()) {
            continue;
        }
        auto ranges = changed_in(source, *file);
        if (!ranges) {
            return tl::make_unexpected(std::move(ranges.error()).with("while diffing " + base::printable(path)));
        }
        result[path] = std::move(*ranges);
    }
    return result;
}

base::Result<std::string> unified_diff(StagedSource& source, const std::vector<model::FileEdit>& edits) {
    std::string text;
    for (const auto& edit : edits) {
        auto part = one_diff(source, edit);
        if (!part) {
            return tl::make_unexpected(std::move(part.error()).with("while diffing " + base::printable(edit.path)));
        }
        text += *part;
    }
    return text;
}

}  // namespace rfsn::git
