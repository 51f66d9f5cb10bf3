// SPDX-License-Identifier: MIT
#include "git/source_base.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "git/raw_diff.hpp"

namespace rfsn::git {

using base::ErrorCode;

base::Result<std::string> SourceBase::read(std::string_view blob, std::uint64_t max_bytes) {
    RFSN_ASSIGN(Object object, objects_->read(blob, max_bytes));
    if (object.type != ObjectType::blob) {
        return base::fail(ErrorCode::invalid, fmt::format("object {} is not a blob", blob));
    }
    return std::move(object.bytes);
}

base::Result<std::uint64_t> SourceBase::size(std::string_view blob) {
    RFSN_ASSIGN(const ObjectHeader header, objects_->header(blob));
    return header.size;
}

base::Result<std::optional<TreeEntry>> SourceBase::find(std::string_view tree, std::string_view path) {
    return trees_.find(tree, path);
}

base::Result<std::vector<TreeEntry>> SourceBase::list(std::string_view tree, std::string_view dir) {
    return trees_.list(tree, dir);
}

base::Result<std::vector<TreeEntry>> SourceBase::walk(std::optional<std::string_view> tree) {
    return tree ? trees_.walk(*tree) : index_entries();
}

model::Snapshot SourceBase::empty_snapshot(model::SnapshotSource source) const {
    model::Snapshot snapshot;
    snapshot.source = source;
    snapshot.origin = repository_->index_origin();
    snapshot.merging = repository_->merging();
    return snapshot;
}

base::Result<model::Snapshot> SourceBase::snapshot_of_all() {
    model::Snapshot snapshot = empty_snapshot(model::SnapshotSource::all);
    RFSN_ASSIGN(auto entries, index_entries());
    snapshot.files.reserve(entries.size());
    for (auto& entry : entries) {
        model::StagedFile file;
        file.path = std::move(entry.name);
        file.kind = model::ChangeKind::unchanged;
        file.mode = file.old_mode = entry.mode;
        file.blob = std::move(entry.object);
        file.old_blob = file.blob;
        snapshot.files.push_back(std::move(file));
    }
    return snapshot;
}

base::Result<RangeEnds> parse_range(const std::string& range) {
    RangeEnds ends;
    if (const auto three = range.find("..."); three != std::string::npos) {
        ends = {range.substr(0, three), range.substr(three + 3), true};
    } else if (const auto two = range.find(".."); two != std::string::npos) {
        ends = {range.substr(0, two), range.substr(two + 2), false};
    } else {
        ends = {range, "", false};
        if (range.empty()) {
            return base::fail(ErrorCode::usage, "an empty range; write A..B, A...B or A");
        }
    }
    for (auto* end : {&ends.from, &ends.to}) {
        if (end->empty()) {
            *end = "HEAD";
        }
        if (end->front() == '-' || end->find("..") != std::string::npos || end->find('\0') != std::string::npos) {
            return base::fail(ErrorCode::usage, fmt::format("'{}' is no range of commits; write A..B, A...B or A",
                                                            base::printable(range)));
        }
    }
    return ends;
}

bool is_null_id(std::string_view text) {
    return is_object_id(text) && text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace rfsn::git
