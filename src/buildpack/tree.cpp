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
constexpr int max_hops = 8;

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

/// JSON as editors and tools of the JavaScript and .NET worlds write it: comments and commas before a closing bracket
/// become blanks, so that places stay right.
std::string without_comments(std::string_view text) {
    std::string out(text);
    const auto blank = [&](std::size_t from, std::size_t to) {
        for (; from < to; ++from) {
            out[from] = out[from] == '\n' ? '\n' : ' ';
        }
    };
    std::size_t comma = std::string::npos;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char c = out[i];
        if (c == '"') {
            for (++i; i < out.size() && out[i] != '"'; ++i) {
                i += out[i] == '\\' ? 1U : 0U;
            }
            comma = std::string::npos;
        } else if (c == '/' && i + 1 < out.size() && (out[i + 1] == '/' || out[i + 1] == '*')) {
            const bool line = out[i + 1] == '/';
            const auto found = line ? out.find('\n', i) : out.find("*/", i + 2);
            const auto end = found == std::string::npos ? out.size() : found + (line ? 0 : 2);
            blank(i, end);
            i = end - 1;
        } else if (c == ',') {
            comma = i;
        } else if ((c == '}' || c == ']') && comma != std::string::npos) {
            out[comma] = ' ';
            comma = std::string::npos;
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            comma = std::string::npos;
        }
    }
    return out;
}

std::string describe(const base::DocError& error) {
    return "is not well formed (line " + std::to_string(error.at.line) + ": " + base::printable(error.message) + ")";
}

}  // namespace

FileFormat format_of(std::string_view file) {
    const auto ends = [&](std::string_view end) {
        return file.size() >= end.size() && file.substr(file.size() - end.size()) == end;
    };
    if (ends(".toml") || ends("Cargo.lock") || ends("Pipfile")) {
        return FileFormat::toml;
    }
    if (ends(".json") || ends(".jsonc")) {
        return FileFormat::json;
    }
    if (ends(".yaml") || ends(".yml")) {
        return FileFormat::yaml;
    }
    if (ends(".ini") || ends(".cfg") || ends(".flake8")) {
        return FileFormat::ini;
    }
    return ends(".xml") || ends("proj") || ends(".props") || ends(".slnx") ? FileFormat::xml : FileFormat::text;
}

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

std::optional<std::string> normal(std::string_view path) {
    std::vector<std::string_view> parts;
    for (const auto part : base::split(path, '/')) {
        if (part == "..") {
            if (parts.empty()) {
                return std::nullopt;
            }
            parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string out;
    for (const auto part : parts) {
        out += (out.empty() ? "" : "/") + std::string(part);
    }
    return out;
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
        if (file.mode == model::FileMode::symlink) {
            links_.insert(file.name);
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
                if (entry.mode == model::FileMode::symlink) {
                    links_.insert(entry.name);
                }
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

Result<std::optional<std::string>> Tree::content_of(const std::string& path) {
    std::string at = path;
    for (int hops = 0; hops < max_hops; ++hops) {
        RFSN_ASSIGN(const bool there, exists(at));
        if (!there) {
            problems_[path] = hops == 0 ? "" : "is a symlink to what is not in the repository";
            return std::optional<std::string>();
        }
        const bool link = links_.count(at) != 0;
        auto bytes = view_.read(at, link ? 4096 : max_manifest);
        if (!bytes) {
            if (bytes.error().code != ErrorCode::not_found && bytes.error().code != ErrorCode::limit &&
                bytes.error().code != ErrorCode::invalid) {
                return tl::make_unexpected(std::move(bytes.error()));
            }
            problems_[path] =
                bytes.error().code == ErrorCode::limit ? "is too large to be read" : "is not there to be read";
            return std::optional<std::string>();
        }
        if (!link) {
            constexpr std::string_view mark = "\xEF\xBB\xBF";
            return std::optional<std::string>(bytes->rfind(mark, 0) == 0 ? bytes->substr(mark.size())
                                                                         : std::move(*bytes));
        }
        const auto target =
            bytes->empty() || bytes->front() == '/' ? std::nullopt : normal(join(directory_of(at), *bytes));
        if (!target) {
            problems_[path] = "is a symlink that leaves the repository";
            return std::optional<std::string>();
        }
        at = *target;
    }
    problems_[path] = "is a symlink in a circle";
    return std::optional<std::string>();
}

Result<const std::string*> Tree::read(const std::string& path) {
    auto known = contents_.find(path);
    if (known == contents_.end()) {
        RFSN_ASSIGN(auto content, content_of(path));
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
            // npm's own reader takes no comments.
            if (!parsed && format == FileFormat::json && name_of(path) != "package.json") {
                parsed = base::parse_doc(kind, without_comments(*bytes));
            }
            if (parsed) {
                document = std::move(*parsed);
            } else {
                problems_[path] = describe(parsed.error());
            }
        }
        known = documents_.emplace(key, std::move(document)).first;
    }
    return known->second ? &*known->second : nullptr;
}

std::string Tree::problem(const std::string& path) const {
    const auto found = problems_.find(path);
    return found == problems_.end() ? std::string() : found->second;
}

}  // namespace rfsn::buildpack
