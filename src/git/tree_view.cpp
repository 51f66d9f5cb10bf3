// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "git/staged_source.hpp"

namespace rfsn::git {

using base::ErrorCode;
using model::FileEdit;
using model::FileMode;
using model::SnapshotSource;

namespace {

/// One path over the base tree; `mode` none hides it.
struct Layer {
    std::string_view path;
    FileMode mode = FileMode::none;
    std::string_view object;
    const FileEdit* edit = nullptr;
};

std::vector<Layer> staged_layers(const model::Snapshot& snapshot) {
    std::vector<Layer> layers;
    if (snapshot.source == SnapshotSource::range) {
        return layers;  // the range's own tree has it all
    }
    layers.reserve(snapshot.files.size());
    for (const auto& file : snapshot.files) {
        if (!file.old_path.empty()) {
            layers.push_back({file.old_path, FileMode::none, {}, nullptr});
        }
    }
    for (const auto& file : snapshot.files) {
        layers.push_back({file.path, file.mode, file.blob, nullptr});
    }
    return layers;
}

/// By path; of equal paths the last one stays.
void settle(std::vector<Layer>& layers) {
    std::stable_sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) { return a.path < b.path; });
    auto out = layers.begin();
    for (auto it = layers.begin(); it != layers.end(); ++it) {
        if (std::next(it) == layers.end() || std::next(it)->path != it->path) {
            *out++ = *it;
        }
    }
    layers.erase(out, layers.end());
}

}  // namespace

struct TreeView::Overlay {
    using Position = std::vector<Layer>::const_iterator;

    std::vector<FileEdit> edits;
    std::vector<Layer> layers;
    std::string base_tree;

    Overlay(const model::Snapshot& snapshot, std::vector<FileEdit> new_edits)
        : edits(std::move(new_edits)), layers(staged_layers(snapshot)) {
        if (snapshot.source == SnapshotSource::index) {
            base_tree = snapshot.base_tree;
        } else if (snapshot.source == SnapshotSource::range) {
            base_tree = snapshot.result_tree;
        }  // `all` lists every entry itself
        for (const auto& edit : edits) {
            layers.push_back({edit.path, edit.deletes ? FileMode::none : edit.mode, {}, &edit});
        }
        settle(layers);
    }

    [[nodiscard]] Position from(std::string_view path) const {
        return std::lower_bound(layers.begin(), layers.end(), path,
                                [](const Layer& layer, std::string_view wanted) { return layer.path < wanted; });
    }
    [[nodiscard]] const Layer* at(std::string_view path) const {
        const auto hit = from(path);
        return hit != layers.end() && hit->path == path ? &*hit : nullptr;
    }
    [[nodiscard]] static bool below(const Layer& layer, std::string_view lead) {
        return layer.path.substr(0, lead.size()) == lead;
    }

    /// Whether a file of the view lies below `lead` ("" or "a/").
    base::Result<bool> holds(StagedSource& source, const std::string& lead) const {
        bool hides = false;
        for (auto it = from(lead); it != layers.end() && below(*it, lead); ++it) {
            if (it->mode != FileMode::none) {
                return true;
            }
            hides = true;
        }
        RFSN_ASSIGN(const auto entries, source.list(base_tree, lead.substr(0, lead.empty() ? 0 : lead.size() - 1)));
        if (!hides) {
            return !entries.empty();
        }
        for (const auto& entry : entries) {
            if (!entry.is_tree) {
                if (at(entry.name) == nullptr) {
                    return true;
                }
                continue;
            }
            RFSN_ASSIGN(const bool inside, holds(source, entry.name + "/"));
            if (inside) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool touches(const std::string& lead) const {
        const auto it = from(lead);
        return it != layers.end() && below(*it, lead);
    }
};

TreeView::TreeView(StagedSource& source, const model::Snapshot& snapshot) : TreeView(source, snapshot, {}) {}

TreeView::TreeView(StagedSource& source, const model::Snapshot& snapshot, std::vector<FileEdit> edits)
    : source_(&source), snapshot_(&snapshot), overlay_(std::make_shared<const Overlay>(snapshot, std::move(edits))) {}

TreeView TreeView::with_edits(std::vector<FileEdit> edits) const {
    std::vector<FileEdit> all;
    for (const auto& old : overlay_->edits) {
        if (std::none_of(edits.begin(), edits.end(), [&](const FileEdit& edit) { return edit.path == old.path; })) {
            all.push_back(old);
        }
    }
    std::move(edits.begin(), edits.end(), std::back_inserter(all));
    return {*source_, *snapshot_, std::move(all)};
}

const std::vector<FileEdit>& TreeView::edits() const {
    return overlay_->edits;
}

base::Result<std::optional<TreeEntry>> TreeView::find(std::string_view path) const {
    if (path.empty()) {
        return std::nullopt;
    }
    if (const Layer* layer = overlay_->at(path); layer != nullptr && layer->mode != FileMode::none) {
        return TreeEntry{std::string(path), layer->mode, std::string(layer->object), false};
    }
    const std::string lead = std::string(path) + "/";
    const bool touched = overlay_->touches(lead);
    if (overlay_->at(path) != nullptr && !touched) {
        return std::nullopt;
    }
    if (touched) {
        RFSN_ASSIGN(const bool holds, overlay_->holds(*source_, lead));
        return holds ? std::optional<TreeEntry>(TreeEntry{std::string(path), FileMode::none, "", true}) : std::nullopt;
    }
    return source_->find(overlay_->base_tree, path);
}

base::Result<std::vector<TreeEntry>> TreeView::list(std::string_view dir) const {
    const std::string lead = dir.empty() ? "" : std::string(dir) + "/";
    std::vector<TreeEntry> entries;
    RFSN_ASSIGN(auto under, source_->list(overlay_->base_tree, dir));
    for (auto& entry : under) {
        const bool touched = entry.is_tree && overlay_->touches(entry.name + "/");
        if (overlay_->at(entry.name) == nullptr && !touched) {
            entries.push_back(std::move(entry));
        }
    }
    for (auto it = overlay_->from(lead); it != overlay_->layers.end() && Overlay::below(*it, lead);) {
        const auto slash = it->path.find('/', lead.size());
        if (slash == std::string_view::npos) {
            if (it->mode != FileMode::none) {
                entries.push_back({std::string(it->path), it->mode, std::string(it->object), false});
            }
            ++it;
            continue;
        }
        const std::string inner(it->path.substr(0, slash + 1));
        RFSN_ASSIGN(const bool holds, overlay_->holds(*source_, inner));
        if (holds) {
            entries.push_back({inner.substr(0, slash), FileMode::none, "", true});
        }
        it = overlay_->from(inner.substr(0, slash) + '0');  // '0' follows '/': the first path after the directory
    }
    std::sort(entries.begin(), entries.end(), [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
    return entries;
}

base::Result<std::vector<TreeEntry>> TreeView::walk() const {
    std::vector<TreeEntry> entries;
    RFSN_ASSIGN(auto under, source_->walk(std::string_view(overlay_->base_tree)));
    for (auto& entry : under) {
        if (overlay_->at(entry.name) == nullptr) {
            entries.push_back(std::move(entry));
        }
    }
    for (const auto& layer : overlay_->layers) {
        if (layer.mode != FileMode::none) {
            entries.push_back({std::string(layer.path), layer.mode, std::string(layer.object), false});
        }
    }
    std::sort(entries.begin(), entries.end(), [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
    return entries;
}

base::Result<std::string> TreeView::read(std::string_view path, std::uint64_t max_bytes) const {
    if (const Layer* layer = overlay_->at(path); layer != nullptr && layer->edit != nullptr) {
        if (layer->mode == FileMode::none) {
            return base::fail(ErrorCode::not_found, "deleted by the proposal: " + base::printable(path));
        }
        if (layer->edit->content.size() > max_bytes) {
            return base::fail(ErrorCode::limit, "larger than the limit here: " + base::printable(path));
        }
        return layer->edit->content;
    }
    RFSN_ASSIGN(const auto entry, find(path));
    if (!entry || entry->is_tree || entry->mode == FileMode::gitlink) {
        return base::fail(ErrorCode::not_found, "no file in what would be committed: " + base::printable(path));
    }
    auto bytes = source_->read(entry->object, max_bytes);
    if (!bytes) {
        return tl::make_unexpected(std::move(bytes.error()).with("while reading " + base::printable(path)));
    }
    return std::move(*bytes);
}

}  // namespace rfsn::git
