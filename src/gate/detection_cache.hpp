// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "buildpack/buildpack.hpp"
#include "gate/session.hpp"

namespace rfsn::gate {

/// Whole-tree detections in the user's cache directory, by what the index holds and who asks: nothing of a repository
/// is read where its index has not changed. Safe to delete.
class DetectionCache {
   public:
    /// Looks at the index git handed us; where it cannot be told apart by its checksum, nothing is kept.
    /// `packs` stands for the packs of the user.
    DetectionCache(const Session& session, std::string packs);
    [[nodiscard]] std::optional<buildpack::Detection> find() const;
    /// Keeps it, unless the index has changed meanwhile. Failures only cost time.
    void keep(const buildpack::Detection& detection) const;

   private:
    [[nodiscard]] std::string key() const;

    const Session* session_;
    std::string packs_;
    std::string directory_;
    std::string key_;
};

}  // namespace rfsn::gate
