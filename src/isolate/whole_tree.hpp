// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "isolate/command.hpp"
#include "isolate/dependencies.hpp"
#include "isolate/prepared_place.hpp"

namespace rfsn::isolate {

/// Makes places that hold a whole tree, by the best way that is open.
class WholeTree {
   public:
    /// `home`: our cache directory of this repository.
    WholeTree(const git::Repository& repository, SandboxCommand& command, std::string home, std::string cache_root,
              BuildCaches& caches)
        : repository_(&repository),
          command_(&command),
          home_(std::move(home)),
          cache_root_(std::move(cache_root)),
          caches_(&caches) {}
    [[nodiscard]] base::Result<void> fill(PreparedPlace& place, const git::TreeView& view, const Request& request);
    /// Why no check of this repository can run over its work tree; empty if they can.
    [[nodiscard]] std::string why_not_overlay() const;

   private:
    [[nodiscard]] base::Result<std::string> lay_over(PreparedPlace& place, const git::TreeView& view,
                                                     const Request& request);
    [[nodiscard]] base::Result<void> fill_shadow(PreparedPlace& place, const git::TreeView& view,
                                                 const Request& request);
    [[nodiscard]] base::Result<std::vector<std::string>> lend(const git::TreeView& view, const Request& request,
                                                              const Target& target, const std::string& index);
    [[nodiscard]] base::Result<void> give_cache(PreparedPlace& place, const std::string& name);
    /// The first that nobody uses; false if all are taken.
    [[nodiscard]] base::Result<bool> give_cache_of_work_tree(PreparedPlace& place, const Request& request);
    const std::vector<std::string>& siblings();

    const git::Repository* repository_;
    SandboxCommand* command_;
    std::string home_;
    std::string cache_root_;
    BuildCaches* caches_;
    std::shared_ptr<int> slots_held_ = std::make_shared<int>(0);
    std::optional<std::vector<std::string>> siblings_;
};

}  // namespace rfsn::isolate
