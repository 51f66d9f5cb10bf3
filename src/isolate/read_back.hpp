// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/result.hpp"
#include "git/staged_source.hpp"

namespace rfsn::isolate {

/// What tools did to certain files of a materialised tree. No symlink is ever followed, in no component.
class ReadBack {
   public:
    /// Right after the view has been written below `root`. `lower`: empty, or a work tree that lies below `root` as
    /// below the upper layer of an overlay; what is not in the layer has not been written, whatever the work tree is by
    /// now.
    ReadBack(const git::Repository& repository, git::TreeView view, std::string root, std::string lower,
             std::vector<std::string> files);
    /// Content now of the files that differ from the view, in blob form (as `git add` would store it). `objects` is a
    /// directory of ours that git may write objects into. Errors: denied (a file has become something else), limit, io,
    /// external.
    [[nodiscard]] base::Result<std::vector<model::FileEdit>> changes(const std::string& objects) const;

   private:
    struct OnDisk {
        enum class Kind { absent, regular, symlink, other } kind = Kind::absent;
        struct stat info {};
        std::string bytes;  ///< of a regular file, or a symlink's target
    };
    struct Candidate {
        model::FileEdit edit;
        std::string before;
        bool mode_changed = false;
    };

    [[nodiscard]] base::Result<OnDisk> look(const std::string& path, bool with_bytes) const;
    [[nodiscard]] base::Result<OnDisk> look_below(const std::string& root, const std::string& path,
                                                  bool with_bytes) const;
    [[nodiscard]] bool untouched(const std::string& path, const OnDisk& now) const;
    [[nodiscard]] base::Result<std::optional<Candidate>> candidate(const std::string& path) const;
    [[nodiscard]] base::Result<void> clean(std::vector<Candidate>& candidates, const std::string& objects) const;

    const git::Repository* repository_;
    git::TreeView view_;
    std::string root_;
    std::string lower_;
    std::vector<std::string> files_;
    std::map<std::string, struct stat, std::less<>> before_;
    timespec taken_{};
};

}  // namespace rfsn::isolate
