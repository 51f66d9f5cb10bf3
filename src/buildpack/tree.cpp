// SPDX-License-Identifier: MIT
#include "buildpack/tree.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "base/text.hpp"

namespace rfsn::buildpack {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::uint64_t max_manifest = 1U << 20;
constexpr std::size_t max_expansion = 64;

bool has_wildcard(std::string_view text) {
    return text.find_first_of("*?[{") != std::string_view::npos;
}

/// setup.cfg, tox.ini, .flake8, .editorconfig: sections as maps of strings; lines that continue a value are added to
/// it.
base::DocNode ini(std::string_view text) {
    base::DocNode root;
    root.kind = base::DocNode::Kind::map;
    base::DocNode* section = nullptr;
    const auto entry = [](base::DocNode& map, std::string_view key) -> base::DocNode* {
        for (auto& [name, node] : map.entries) {
            if (name == key) {
                return &node;
            }
        }
        map.entries.emplace_back(std::string(key), base::DocNode{});
        map.key_positions.emplace_back();
        return &map.entries.back().second;
    };
    std::string last;
    for (const auto line : base::split_lines(text)) {
        const auto trimmed = base::trim(line);
        if (trimmed.empty() || trimmed.front() == '#' || trimmed.front() == ';') {
            continue;
        }
        if (trimmed.front() == '[' && trimmed.find(']') != std::string_view::npos) {
            section = entry(root, base::trim(trimmed.substr(1, trimmed.find(']') - 1)));
            section->kind = base::DocNode::Kind::map;
            last.clear();
            continue;
        }
        if (section == nullptr) {
            section = entry(root, "");
            section->kind = base::DocNode::Kind::map;
        }
        const bool continued = !last.empty() && (line.front() == ' ' || line.front() == '\t');
        const auto mark = trimmed.find_first_of("=:");
        if (continued) {
            auto* value = entry(*section, last);
            value->text += (value->text.empty() ? "" : "\n") + std::string(trimmed);
        } else {
            last = std::string(base::trim(trimmed.substr(0, mark)));
            auto* value = entry(*section, last);
            value->kind = base::DocNode::Kind::string;
            value->text = mark == std::string_view::npos ? "" : std::string(base::trim(trimmed.substr(mark + 1)));
        }
        if (root.entries.size() > 2000 || section->entries.size() > 5000) {
            break;
        }
    }
    return root;
}

}  // namespace

std::string_view directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join(std::string_view directory, std::string_view path) {
    if (path.empty() || path == ".") {
        return std::string(directory);
    }
    return directory.empty() || directory == "." ? std::string(path) : std::string(directory) + "/" + std::string(path);
}

bool is_below(std::string_view path, std::string_view root) {
    return root.empty() ||
           (path.size() > root.size() && path.substr(0, root.size()) == root && path[root.size()] == '/');
}

std::string_view below(std::string_view path, std::string_view root) {
    return root.empty() ? path : path.substr(std::min(path.size(), root.size() + 1));
}

void Tree::know_all(const std::vector<git::TreeEntry>& files) {
    complete_ = true;
    listings_.clear();
    for (const auto& file : files) {
        if (file.is_tree || file.mode == model::FileMode::gitlink) {
            continue;
        }
        std::string_view directory = directory_of(file.name);
        auto found = listings_.find(directory);
        if (found == listings_.end()) {
            found = listings_.try_emplace(std::string(directory)).first;
            for (std::string_view child = directory; !child.empty(); child = directory_of(child)) {
                auto parent = listings_.find(directory_of(child));
                const bool fresh = parent == listings_.end();
                if (fresh) {
                    parent = listings_.try_emplace(std::string(directory_of(child))).first;
                }
                parent->second.directories.emplace_back(name_of(child));
                if (!fresh) {
                    break;
                }
            }
        }
        found->second.files.emplace_back(name_of(file.name));
    }
    for (auto& [directory, listing] : listings_) {
        std::sort(listing.files.begin(), listing.files.end());
        std::sort(listing.directories.begin(), listing.directories.end());
        listing.directories.erase(std::unique(listing.directories.begin(), listing.directories.end()),
                                  listing.directories.end());
    }
}

Result<const Tree::Listing*> Tree::list(const std::string& directory) {
    const auto known = listings_.find(directory);
    if (known != listings_.end()) {
        return &known->second;
    }
    Listing listing;
    if (!complete_) {
        auto entries = view_.list(directory);
        if (!entries && entries.error().code != ErrorCode::not_found) {
            return tl::make_unexpected(std::move(entries.error()));
        }
        for (const auto& entry : entries ? *entries : std::vector<git::TreeEntry>{}) {
            if (entry.is_tree) {
                listing.directories.emplace_back(name_of(entry.name));
            } else if (entry.mode != model::FileMode::gitlink) {
                listing.files.emplace_back(name_of(entry.name));
            }
        }
        std::sort(listing.files.begin(), listing.files.end());
        std::sort(listing.directories.begin(), listing.directories.end());
    }
    return &listings_.emplace(directory, std::move(listing)).first->second;
}

Result<bool> Tree::exists(const std::string& path) {
    RFSN_ASSIGN(const auto* listing, list(std::string(directory_of(path))));
    return std::binary_search(listing->files.begin(), listing->files.end(), std::string(name_of(path)));
}

Result<std::vector<std::string>> Tree::expand(const std::string& directory, const std::string& pattern) {
    if (!has_wildcard(pattern)) {
        RFSN_ASSIGN(const bool there, exists(join(directory, pattern)));
        return there ? std::vector<std::string>{join(directory, pattern)} : std::vector<std::string>{};
    }
    std::vector<std::string> directories{directory};
    const auto parts = base::split(pattern, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        std::vector<std::string> next;
        for (const auto& parent : directories) {
            RFSN_ASSIGN(const auto* listing, list(parent));
            for (const auto& name : listing->directories) {
                if (next.size() < max_expansion && base::glob_match(parts[i], name)) {
                    next.push_back(join(parent, name));
                }
            }
        }
        directories = std::move(next);
    }
    std::vector<std::string> found;
    for (const auto& parent : directories) {
        RFSN_ASSIGN(const auto* listing, list(parent));
        for (const auto& name : listing->files) {
            if (found.size() < max_expansion && base::glob_match(parts.back(), name)) {
                found.push_back(join(parent, name));
            }
        }
    }
    return found;
}

Result<const std::string*> Tree::read(const std::string& path) {
    auto known = contents_.find(path);
    if (known == contents_.end()) {
        std::optional<std::string> content;
        RFSN_ASSIGN(const bool there, exists(path));
        if (there) {
            auto bytes = view_.read(path, max_manifest);
            if (bytes) {
                content = std::move(*bytes);
            } else if (bytes.error().code != ErrorCode::not_found && bytes.error().code != ErrorCode::limit &&
                       bytes.error().code != ErrorCode::invalid) {
                return tl::make_unexpected(std::move(bytes.error()));
            }
        }
        known = contents_.emplace(path, std::move(content)).first;
    }
    return known->second ? &*known->second : nullptr;
}

Result<const base::DocNode*> Tree::document(const std::string& path, FileFormat format) {
    const auto key = path + '\0' + static_cast<char>(format);
    auto known = documents_.find(key);
    if (known == documents_.end()) {
        RFSN_ASSIGN(const auto* bytes, read(path));
        std::optional<base::DocNode> document;
        if (bytes != nullptr && format == FileFormat::ini) {
            document = ini(*bytes);
        } else if (bytes != nullptr && format != FileFormat::text) {
            const auto kind = format == FileFormat::toml   ? base::DocFormat::toml
                              : format == FileFormat::json ? base::DocFormat::json
                              : format == FileFormat::yaml ? base::DocFormat::yaml
                                                           : base::DocFormat::xml;
            auto parsed = base::parse_doc(kind, *bytes);
            if (parsed) {
                document = std::move(*parsed);
            }
        }
        known = documents_.emplace(key, std::move(document)).first;
    }
    return known->second ? &*known->second : nullptr;
}

}  // namespace rfsn::buildpack
