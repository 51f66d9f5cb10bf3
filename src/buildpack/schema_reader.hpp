// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"

namespace rfsn::buildpack {

/// Typed reads out of a document that say where it is wrong.
class SchemaReader {
   public:
    explicit SchemaReader(std::string origin) : origin_(std::move(origin)) {}

    [[nodiscard]] tl::unexpected<base::Error> wrong(base::DocPosition at, std::string_view message) const;
    [[nodiscard]] tl::unexpected<base::Error> wrong(const base::DocNode& node, std::string_view message) const {
        return wrong(node.at, message);
    }
    /// A map with no key but these; names the nearest for a stranger.
    [[nodiscard]] base::Result<void> keys(const base::DocNode& node, const std::vector<std::string>& known) const;

    // Each leaves `out` as it is when the key is absent.
    [[nodiscard]] base::Result<void> text(const base::DocNode& map, std::string_view key, std::string& out) const;
    [[nodiscard]] base::Result<void> texts(const base::DocNode& map, std::string_view key,
                                           std::vector<std::string>& out) const;
    [[nodiscard]] base::Result<void> flag(const base::DocNode& map, std::string_view key, bool& out) const;
    [[nodiscard]] base::Result<void> number(const base::DocNode& map, std::string_view key, int& out, int low,
                                            int high) const;
    [[nodiscard]] base::Result<void> numbers(const base::DocNode& map, std::string_view key,
                                             std::vector<int>& out) const;
    /// A regular expression that compiles, with the groups of `groups` in it.
    [[nodiscard]] base::Result<void> regex(const base::DocNode& map, std::string_view key, std::string& out,
                                           const std::vector<std::string>& groups) const;
    /// The items of a list; a map or scalar stands for a list of one. Empty if absent.
    [[nodiscard]] static std::vector<const base::DocNode*> items(const base::DocNode& map, std::string_view key);

   private:
    std::string origin_;
};

}  // namespace rfsn::buildpack
