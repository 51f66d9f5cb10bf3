// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/object_reader.hpp"
#include "git/staged_source.hpp"

namespace rfsn::git {

/// Git's canonical form of a tree entry's mode; none for what is no entry of a work tree.
[[nodiscard]] model::FileMode file_mode(unsigned mode);
/// "100644" and so on, as `update-index` wants it.
[[nodiscard]] const char* mode_digits(model::FileMode mode);
/// The entries of a raw tree object, names relative to it. Errors: invalid.
[[nodiscard]] base::Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes, std::size_t id_bytes);

/// Looks paths up in tree objects; remembers the trees it has seen. One thread at a time.
class TreeReader {
   public:
    explicit TreeReader(ObjectReader& objects) : objects_(&objects) {}
    [[nodiscard]] base::Result<std::optional<TreeEntry>> find(std::string_view tree, std::string_view path);
    [[nodiscard]] base::Result<std::vector<TreeEntry>> list(std::string_view tree, std::string_view dir);
    [[nodiscard]] base::Result<std::vector<TreeEntry>> walk(std::string_view tree);

   private:
    using Entries = std::vector<TreeEntry>;
    [[nodiscard]] base::Result<std::shared_ptr<const Entries>> load(std::string_view tree);
    [[nodiscard]] base::Result<void> collect(std::string_view tree, const std::string& lead, int depth, Entries& into);

    ObjectReader* objects_;
    std::map<std::string, std::shared_ptr<const Entries>, std::less<>> seen_;
};

}  // namespace rfsn::git
