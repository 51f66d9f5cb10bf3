// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {

/// Which paths are somebody else's: vendored, generated and fixture files, by their names and by what .gitattributes
/// says (linguist-vendored, linguist-generated), which has the last word in both directions.
class Scope {
   public:
    explicit Scope(Tree& tree) : tree_(tree) {}
    /// Why the path is out, or "".
    [[nodiscard]] base::Result<std::string> outside(const std::string& path);
    /// Whether a manifest in this directory makes no project: build outputs and the like, though files there may be
    /// sources.
    [[nodiscard]] static bool holds_no_project(std::string_view directory);

   private:
    struct Line {
        std::string pattern;
        std::optional<bool> vendored;
        std::optional<bool> generated;
    };
    [[nodiscard]] base::Result<const std::vector<Line>*> lines(const std::string& directory);

    Tree& tree_;
    std::map<std::string, std::vector<Line>, std::less<>> attributes_;
    std::map<std::string, std::string, std::less<>> directories_;
};

}  // namespace rfsn::buildpack
