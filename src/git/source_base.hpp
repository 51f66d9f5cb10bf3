// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "git/object_reader.hpp"
#include "git/staged_source.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {

/// What both implementations share: objects and trees are the same bytes to either.
class SourceBase : public StagedSource {
   public:
    base::Result<std::string> read(std::string_view blob, std::uint64_t max_bytes) override;
    base::Result<std::uint64_t> size(std::string_view blob) override;
    base::Result<std::optional<TreeEntry>> find(std::string_view tree, std::string_view path) override;
    base::Result<std::vector<TreeEntry>> list(std::string_view tree, std::string_view dir) override;
    base::Result<std::vector<TreeEntry>> walk(std::optional<std::string_view> tree) override;

   protected:
    SourceBase(const Repository& repository, std::unique_ptr<ObjectReader> objects)
        : repository_(&repository), objects_(std::move(objects)), trees_(*objects_) {}
    /// Every entry that would be committed, sorted by path.
    [[nodiscard]] virtual base::Result<std::vector<TreeEntry>> index_entries() = 0;
    [[nodiscard]] const Repository& repository() const { return *repository_; }
    /// A snapshot of `all` from index_entries().
    [[nodiscard]] base::Result<model::Snapshot> snapshot_of_all();
    [[nodiscard]] model::Snapshot empty_snapshot(model::SnapshotSource source) const;

   private:
    const Repository* repository_;
    std::unique_ptr<ObjectReader> objects_;
    TreeReader trees_;
};

/// The ends of a range. `symmetric` = A...B.
struct RangeEnds {
    std::string from;
    std::string to;
    bool symmetric = false;
};
/// Errors: usage.
[[nodiscard]] base::Result<RangeEnds> parse_range(const std::string& range);
/// Forty or sixty-four zeros: how git's hooks and forges write "nothing before".
[[nodiscard]] bool is_null_id(std::string_view text);

/// Git's default, which no configuration may change under us.
inline constexpr int rename_limit = 1000;

/// The two implementations with the reader of the caller's choice, for the contract test.
[[nodiscard]] std::unique_ptr<StagedSource> plumbing_source(const Repository& repository,
                                                            std::unique_ptr<ObjectReader> objects);

}  // namespace rfsn::git
