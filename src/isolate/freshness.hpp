// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/work_tree_comparison.hpp"

namespace rfsn::isolate {

/// Keeps a warm build cache honest where a tree is the work tree with something laid over it. Build tools compare
/// times: a file whose content is not what the cache was built from has to be newer than all that was built from the
/// old, but in the work tree it may be older (moved there, unpacked, restored), and a version laid over it comes and
/// goes. So what the cache has seen is written down, and such a file is shown with the time at which the change was
/// noticed, as long as the work tree's own time would not do.
class Freshness {
   public:
    using Nanoseconds = std::int64_t;

    /// `memory`: a file of ours that belongs to the cache. A cache without one, or whose memory names a tree that is
    /// not known any more, is emptied. From here on the memory says that the cache is in use. Errors: io.
    [[nodiscard]] static base::Result<Freshness> begin(const git::WorkTreeComparison& comparison,
                                                       const std::string& root, const std::string& cache,
                                                       std::string memory);
    /// Files that have to be shown with another time than the work tree's.
    [[nodiscard]] const std::map<std::string, Nanoseconds>& shown() const { return shown_; }
    /// Nothing writes into the cache any more.
    void end();

   private:
    explicit Freshness(std::string memory) : memory_(std::move(memory)) {}
    /// False if there is nothing that can be believed.
    bool load();
    [[nodiscard]] base::Result<void> save(bool in_use) const;

    std::string memory_;
    std::string tree_;
    bool was_in_use_ = false;  ///< a run was killed, or its cache was being written when it was left
    Nanoseconds used_until_ = 0;
    std::map<std::string, Nanoseconds> shown_;
};

}  // namespace rfsn::isolate
