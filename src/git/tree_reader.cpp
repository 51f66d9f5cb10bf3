// SPDX-License-Identifier: MIT
#include "git/tree_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::FileMode;

constexpr std::uint64_t max_tree_bytes = std::uint64_t{256} << 20;
constexpr std::size_t max_seen = 20000;
constexpr int max_depth = 2000;

std::string to_hex(std::string_view raw) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(raw.size() * 2);
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

}  // namespace

FileMode file_mode(unsigned mode) {
    switch (mode & 0170000U) {
        case 0100000:
            return (mode & 0100U) != 0 ? FileMode::executable : FileMode::regular;
        case 0120000:
            return FileMode::symlink;
        case 0160000:
            return FileMode::gitlink;
        default:
            return FileMode::none;
    }
}

const char* mode_digits(FileMode mode) {
    switch (mode) {
        case FileMode::regular:
            return "100644";
        case FileMode::executable:
            return "100755";
        case FileMode::symlink:
            return "120000";
        case FileMode::gitlink:
            return "160000";
        case FileMode::none:
            break;
    }
    return "0";
}

base::Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes, std::size_t id_bytes) {
    std::vector<TreeEntry> entries;
    while (!bytes.empty()) {
        unsigned mode = 0;
        std::size_t i = 0;
        while (i < bytes.size() && i < 7 && bytes[i] >= '0' && bytes[i] <= '7') {
            mode = mode * 8 + static_cast<unsigned>(bytes[i] - '0');
            ++i;
        }
        const auto end = bytes.find('\0', i);
        if (i == 0 || i >= bytes.size() || bytes[i] != ' ' || end == std::string_view::npos || end == i + 1 ||
            bytes.size() - end - 1 < id_bytes) {
            return base::fail(ErrorCode::invalid, "a tree object is damaged; run `git fsck`");
        }
        TreeEntry entry;
        entry.name = bytes.substr(i + 1, end - i - 1);
        entry.is_tree = (mode & 0170000U) == 0040000U;
        entry.mode = file_mode(mode);
        entry.object = to_hex(bytes.substr(end + 1, id_bytes));
        if (!entry.is_tree && entry.mode == FileMode::none) {
            return base::fail(ErrorCode::invalid, fmt::format("a tree object has an entry of mode {:o}", mode));
        }
        entries.push_back(std::move(entry));
        bytes.remove_prefix(end + 1 + id_bytes);
    }
    return entries;
}

base::Result<std::shared_ptr<const TreeReader::Entries>> TreeReader::load(std::string_view tree) {
    if (const auto known = seen_.find(tree); known != seen_.end()) {
        return known->second;
    }
    RFSN_ASSIGN(const Object object, objects_->read(tree, max_tree_bytes));
    if (object.type != ObjectType::tree) {
        return base::fail(ErrorCode::invalid, fmt::format("object {} is not a tree", tree));
    }
    RFSN_ASSIGN(auto parsed, parse_tree(object.bytes, tree.size() / 2));
    auto entries = std::make_shared<const Entries>(std::move(parsed));
    if (seen_.size() >= max_seen) {
        seen_.clear();
    }
    seen_.emplace(std::string(tree), entries);
    return entries;
}

base::Result<std::optional<TreeEntry>> TreeReader::find(std::string_view tree, std::string_view path) {
    if (tree.empty() || path.empty()) {
        return std::nullopt;
    }
    std::string current(tree);
    std::size_t start = 0;
    for (;;) {
        const auto slash = path.find('/', start);
        const std::string_view name = path.substr(start, slash == std::string_view::npos ? slash : slash - start);
        RFSN_ASSIGN(const auto entries, load(current));
        const auto hit =
            std::find_if(entries->begin(), entries->end(), [&](const TreeEntry& e) { return e.name == name; });
        if (hit == entries->end() || (slash != std::string_view::npos && !hit->is_tree)) {
            return std::nullopt;
        }
        if (slash == std::string_view::npos) {
            TreeEntry found = *hit;
            found.name = path;
            return found;
        }
        current = hit->object;
        start = slash + 1;
    }
}

base::Result<std::vector<TreeEntry>> TreeReader::list(std::string_view tree, std::string_view dir) {
    if (tree.empty()) {
        return std::vector<TreeEntry>{};
    }
    std::string id(tree);
    std::string lead;
    if (!dir.empty()) {
        RFSN_ASSIGN(const auto entry, find(tree, dir));
        if (!entry || !entry->is_tree) {
            return std::vector<TreeEntry>{};
        }
        id = entry->object;
        lead = std::string(dir) + "/";
    }
    RFSN_ASSIGN(const auto entries, load(id));
    std::vector<TreeEntry> full = *entries;
    for (auto& entry : full) {
        entry.name.insert(0, lead);
    }
    return full;
}

base::Result<void> TreeReader::collect(std::string_view tree, const std::string& lead, int depth, Entries& into) {
    if (depth > max_depth) {
        return base::fail(ErrorCode::limit, "the tree is nested deeper than 2000 directories");
    }
    RFSN_ASSIGN(const auto entries, load(tree));
    for (const auto& entry : *entries) {
        if (entry.is_tree) {
            RFSN_TRY(collect(entry.object, lead + entry.name + "/", depth + 1, into));
        } else {
            into.push_back(entry);
            into.back().name.insert(0, lead);
        }
    }
    return {};
}

base::Result<std::vector<TreeEntry>> TreeReader::walk(std::string_view tree) {
    Entries all;
    if (!tree.empty()) {
        RFSN_TRY(collect(tree, "", 0, all));
        std::sort(all.begin(), all.end(), [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
    }
    return all;
}

}  // namespace rfsn::git
