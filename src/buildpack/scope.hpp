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

/// Whose a path is, by its name and by .gitattributes.
struct Standing {
    std::string outside;                  ///< why it is nobody's to check: vendored, generated, a fixture; or ""
    bool doubtful = false;                ///< in a directory of build outputs: its project's, if there is one
    bool counts = true;                   ///< towards what the main language is
    std::optional<std::string> language;  ///< linguist-language, in lower case
};

/// Which paths are somebody else's: vendored, generated and fixture files, by their names and by what .gitattributes
/// says (linguist-vendored, -generated, -documentation, -detectable, -language), which has the last word in both
/// directions.
class Scope {
   public:
    explicit Scope(Tree& tree) : tree_(tree) {}
    [[nodiscard]] base::Result<Standing> standing(const std::string& path);
    /// Whether some .gitattributes on the way to the path gives files a language.
    [[nodiscard]] base::Result<bool> names_languages(const std::string& path);
    /// Whether a manifest in this directory makes no project: build outputs and the like, though files there may be
    /// sources.
    [[nodiscard]] static bool holds_no_project(std::string_view directory);

   private:
    struct Line {
        std::string pattern;
        /// The attribute's state; the outer one is empty where the line does not mention it, the inner one where it
        /// leaves it unspecified.
        std::optional<std::optional<bool>> vendored, generated, documentation, detectable;
        std::optional<std::optional<std::string>> language;
    };
    struct Directory {
        std::string reason;  ///< by its name
        bool doubtful = false;
        bool languages = false;
        std::vector<std::pair<std::string, const Line*>> lines;  ///< with the directory they are of, the top's first
    };
    [[nodiscard]] base::Result<const Directory*> directory(std::string_view path);
    [[nodiscard]] base::Result<const std::vector<Line>*> lines(const std::string& directory);
    [[nodiscard]] static Line parse(const std::vector<std::string>& words);

    Tree& tree_;
    std::map<std::string, std::vector<Line>, std::less<>> attributes_;
    std::map<std::string, Directory, std::less<>> directories_;
};

}  // namespace rfsn::buildpack
