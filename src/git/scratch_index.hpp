// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "git/repository_impl.hpp"
#include "git/staged_source.hpp"

namespace rfsn::git {

/// Git with an index, an object store and a work tree of our own: reads the repository's objects, writes none into it,
/// runs no hook, watches no files, downloads nothing.
class ScratchGit {
   public:
    /// `objects` is created when needed; `work_tree` may be empty for what needs none.
    ScratchGit(const Repository& repository, std::string index, std::string objects, const std::string& work_tree);
    [[nodiscard]] base::Result<std::string> run(std::vector<std::string> args,
                                                std::optional<std::string> input = std::nullopt) const;
    /// Writes the contents as blobs into our store. `scratch_dir` holds them meanwhile.
    [[nodiscard]] base::Result<std::vector<std::string>> write_blobs(const std::vector<const model::FileEdit*>& edits,
                                                                     const std::string& scratch_dir) const;
    /// An `update-index -z --index-info` record; mode none removes the path, and `object` then only has to be some id.
    static void append_record(std::string& records, model::FileMode mode, const std::string& object,
                              const std::string& path);
    [[nodiscard]] const std::string& index() const { return index_; }

   private:
    const Repository::Impl* repository_;
    std::string index_;
    std::string objects_;
    std::vector<std::string> env_;
};

}  // namespace rfsn::git
