// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"

namespace rfsn::isolate {

/// Turns work-tree bytes into the bytes that `git add` would store: line endings, idents, encodings and filter drivers.
class CleanFilter {
   public:
    /// Points to a path and to the bytes that are replaced.
    struct Item {
        const std::string* path;
        std::string* bytes;
    };
    /// Attributes are those of the tree at `root`; `objects` is a directory of ours that git may write objects into.
    CleanFilter(const git::Repository& repository, std::string root, std::string objects)
        : repository_(&repository), root_(std::move(root)), objects_(std::move(objects)) {}
    /// Asks git only about what can be converted at all. Errors: external.
    [[nodiscard]] base::Result<void> apply(const std::vector<Item>& items) const;

   private:
    [[nodiscard]] std::vector<std::string> environment() const;

    const git::Repository* repository_;
    std::string root_;
    std::string objects_;
};

}  // namespace rfsn::isolate
