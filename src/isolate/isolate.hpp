// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "git/staged_source.hpp"
#include "model/check.hpp"

namespace rfsn::isolate {

struct Request {
    model::Tier tier = model::Tier::scratch;
    std::vector<std::string> files;    ///< the check's own paths
    std::vector<std::string> context;  ///< scratch: configuration files that must be there too
    std::string label;                 ///< check id, for directory names
    /// Shadow: it writes nothing into the tree, so that it may run in the work tree itself where that is as committed.
    bool writes_nothing = false;
    /// Shadow: something outside of our reach (a daemon) looks at the tree, so it must be one that is there for all.
    bool seen_from_outside = false;
    /// Shadow: untracked globs that survive between runs (gitignore's rules).
    std::vector<std::string> keep;
    /// Shadow: more untracked directories of the work tree to lend, beside node_modules, .venv, venv and vendor.
    std::vector<std::string> dependencies;
};

/// A prepared place. Scratch directories are removed on destruction; shadow trees stay warm, locked while a Place
/// lives.
class Place {
   public:
    virtual ~Place() = default;
    [[nodiscard]] virtual const std::string& root() const = 0;     ///< where the tree is
    [[nodiscard]] virtual const std::string& out_dir() const = 0;  ///< for report files, private to this check
    /// What TMPDIR is for its commands.
    [[nodiscard]] virtual const std::string& tmp_dir() const { return out_dir(); }
    [[nodiscard]] virtual const std::string& cache_dir()
        const = 0;  ///< gate-owned build cache of this repository and check, kept warm
    [[nodiscard]] virtual std::string describe() const = 0;  ///< "scratch", "overlay", "shadow (why not overlay)"
    /// Where a path that commands see in the place is to be read and looked for from outside.
    [[nodiscard]] virtual std::string from_outside(const std::string& path) const { return path; }
    /// Path of the work tree that somebody changed while commands could see it, so that their verdict is not about what
    /// would be committed; empty if there is none. Errors: external.
    [[nodiscard]] virtual base::Result<std::string> disturbed() { return std::string(); }
    /// How rfsn-exec makes the place before each command.
    struct Layers {
        std::string upper;  ///< of an overlay over the root; empty: none
        std::string work;
        bool root_writable = true;
        std::string hidden;      ///< in the root, but no part of the tree
        std::string own_layers;  ///< an empty directory of ours for more layers; empty: commands run side by side, none
    };
    [[nodiscard]] virtual Layers layers() const { return {}; }
    /// Content now of `files` that differ from the view: what a fixer wrote. Errors: io.
    [[nodiscard]] virtual base::Result<std::vector<model::FileEdit>> changes() = 0;
};

struct Limits {
    std::chrono::milliseconds timeout{0};
    bool network = false;
    /// Everything outside the place is read-only (where the kernel allows it: can_confine()), and there is no network
    /// whatever `network` says: for code that nobody has accepted yet.
    bool confined = false;
    std::size_t output_cap = std::size_t{16} << 20;
};

/// Prepares places for checks over one view of one repository. A whole tree (Tier::shadow) is, in this order, the work
/// tree itself, mounted read-only; an overlay over it; a shadow tree: by what the check and the machine allow. Shadow
/// trees live in $XDG_CACHE_HOME/git-rfsn/<repo id>/, bounded and collected. Two gates in one repository take different
/// shadow trees (or wait), never one.
class Isolation {
   public:
    virtual ~Isolation() = default;
    [[nodiscard]] virtual base::Result<std::unique_ptr<Place>> prepare(const git::TreeView& view,
                                                                       const Request& request) = 0;
    /// Wraps a command for a place: the rfsn-exec trampoline (process group, rlimits, no core, parent-death signal,
    /// network off where the kernel allows), scrubbed environment plus `extra` ("NAME=value"), private TMPDIR.
    [[nodiscard]] virtual base::ProcessSpec wrap(const Place& place, std::vector<std::string> argv,
                                                 const std::string& cwd, const std::vector<std::string>& extra_env,
                                                 const Limits& limits) const = 0;
    /// Whether Limits::confined can be kept here.
    [[nodiscard]] virtual bool can_confine() const = 0;
    /// What limits are kept on this machine, and what is missing of them: for evidence, one short text each.
    [[nodiscard]] virtual std::vector<std::string> sandbox_facts(const Limits& limits) const = 0;
    /// What this machine allows is not what was remembered: it is asked again next time.
    virtual void forget() = 0;
    /// What the machine allows, asked anew: "network namespace: yes", ..., and where whole-tree checks run and why: for
    /// doctor.
    [[nodiscard]] virtual std::vector<std::string> capabilities() const = 0;
};

/// `exec_program`: absolute path of rfsn-exec, or empty to do without (said by capabilities()).
[[nodiscard]] std::unique_ptr<Isolation> isolation(const git::Repository& repository, const base::Environment& env,
                                                   const std::string& exec_program);

}  // namespace rfsn::isolate
