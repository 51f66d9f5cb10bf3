// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "git/staged_source.hpp"
#include "model/check.hpp"
#include "model/project.hpp"

namespace rfsn::buildpack {

struct Language {
    std::string name;
    std::vector<std::string> extensions;  ///< ".py"
    std::vector<std::string> filenames;
    std::vector<std::string> shebangs;
};

struct Tool {
    std::string id;
    std::vector<std::string> probe;  ///< argv that prints the version
    std::string version_regex;       ///< RE2 with a group named v
    std::string minimum;
    std::string hint;  ///< how to get it
    std::vector<std::string>
        programs;  ///< names to look for, in order: project-local paths first ("{project}/.venv/bin/black")
};

struct OutputSpec {
    std::string stream = "stdout";  ///< stdout, stderr, both, or file
    std::string file;               ///< template when stream is "file"
    std::string parser;
};

/// One step of a check ("configure", "build", the check itself), as data with placeholders:
/// {files} {tests} {affected} {project} {root} {out} {cache} {tool} as whole arguments or declared prefixes.
struct Command {
    std::vector<std::string> argv;
    /// What {affected} stands for: these where the change reaches only some packages of the project ("{package}" in one
    /// repeats it for each, "{packages}" is all of them with commas), and `all` where it may reach everything.
    std::vector<std::string> affected{};
    std::vector<std::string> all{};
    std::string cwd = "{project}";
    std::vector<std::string> env;
    /// Arguments put at the end when a program is on PATH: {"ninja", {"-G", "Ninja"}}.
    std::vector<std::pair<std::string, std::vector<std::string>>> if_program{};
};

struct CheckSpec {
    std::string id;
    model::CheckKind kind = model::CheckKind::lint;
    std::string when;  ///< fact expression
    std::string tool;
    /// A file is meant if it has one of the extensions or matches an include glob, and matches no exclude glob; with
    /// neither extensions nor includes, every file that the project owns is meant.
    std::vector<std::string> extensions;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    /// Extensions of files that it looks at through one source file that includes them.
    std::vector<std::string> headers;
    model::Scope scope = model::Scope::files;
    model::Tier tier = model::Tier::scratch;
    bool runs_repository_code = false;
    bool project_required = false;  ///< not planned for fallback projects
    bool opt_in = false;            ///< planned only if the configuration enables it or it is asked for by its name
    std::vector<Command> steps;     ///< run first, in order; a failing step ends the check with its own findings
    Command command;
    std::vector<int> ok{0};
    std::vector<int> findings{1};
    /// Of `findings`: it stopped before it had judged all of it (pytest's 2, where a test file cannot be imported).
    std::vector<int> partial;
    std::vector<int> none;  ///< "nothing to do" counts as passed with that said (pytest's 5)
    std::vector<OutputSpec> outputs;
    std::optional<Command> fix;    ///< on a scratch copy; files it changes are the proposal
    bool fix_reads_stdin = false;  ///< one file at a time, blob on stdin, result on stdout
    std::vector<model::Stage> stages;
    std::chrono::milliseconds timeout{60000};
    bool network = false;
    std::vector<std::string> context;       ///< configuration files (globs) looked up along ancestors for scratch
    std::vector<std::string> keep;          ///< shadow: untracked globs that survive between runs
    bool writes_nothing = false;            ///< `writes: []`: it writes nothing into the tree that it looks at
    bool asks_daemon = false;               ///< a daemon outside (docker) reads the tree for it: never an overlay
    int batch = 0;                          ///< most files per process; 0 = limited by argv size only
    std::vector<std::string> dependencies;  ///< untracked directories of the work tree that it needs: "node_modules"
};

/// How a tool says that something it depends on was never installed: that is no defect of the change.
struct Missing {
    std::string regex;  ///< over the output; a group v is what is missing
    std::vector<std::string>
        declared_in;      ///< globs below the project: v must occur in one of them, else it is a defect
    std::string reason;   ///< instead of "a dependency is not installed"
    std::string install;  ///< instead of the pack's command
};

/// How a project's dependencies are installed; told to people, never run.
struct Install {
    std::string when;
    std::string command;
};

struct Pack {
    std::string id;
    std::string name;
    std::string version;
    std::vector<Language> languages;
    std::vector<std::string> ignore;
    std::map<std::string, Tool, std::less<>> tools;
    std::vector<CheckSpec> checks;
    std::vector<Missing> missing;
    std::vector<Install> install;              ///< the first whose condition holds
    std::string image;                         ///< a container image with the language's own tools
    std::vector<std::string> system_packages;  ///< Debian packages that its projects commonly need
    std::string origin;                        ///< "built-in" or the file's path
    struct Detail;                             ///< manifests, facts, workspaces, affected rules: for this folder
    std::shared_ptr<const Detail> detail;
};

/// The packs, loaded one by one when something asks (the route from a path to a pack is a static table). Not thread
/// safe.
class Registry {
   public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;
    [[nodiscard]] std::vector<std::string> ids() const;
    /// Those that add_yaml added or changed.
    [[nodiscard]] std::vector<std::string> changed_ids() const;
    /// Errors: not_found, config (a user's pack is wrong, with file:line:column).
    [[nodiscard]] base::Result<const Pack*> get(std::string_view id);
    /// Adds or, if it says `extends: ID`, overlays a pack from YAML text.
    [[nodiscard]] base::Result<void> add_yaml(std::string_view yaml, const std::string& origin);
    /// The same, from a document.
    [[nodiscard]] base::Result<void> add_document(const base::DocNode& document, const std::string& origin);

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct Detection {
    std::vector<model::Project> projects;  ///< by root, then pack
    std::vector<std::string>
        packs;  ///< main language first; "polyrepo" last when there are two projects or more of different packs
    std::vector<std::string> notes;  ///< every decision, for `detect -v`
};

/// The projects that own the snapshot's files (deleted ones too): manifests are looked up along their ancestors only,
/// and only packs that have something to do with one of the files are loaded.
[[nodiscard]] base::Result<Detection> detect_for_change(const git::TreeView& view, Registry& registry);
/// The whole tree.
[[nodiscard]] base::Result<Detection> detect_all(const git::TreeView& view, Registry& registry);

/// The staged files a check is about: by the spec's extensions and globs, and scripts that a shebang gave to the
/// project.
[[nodiscard]] bool is_about(const CheckSpec& spec, const model::Project& project, std::string_view path);

/// What of a project its staged files can reach.
struct Affected {
    std::vector<std::string> tests;     ///< by the pack's naming rules, repository-relative, sorted; empty = all
    std::vector<std::string> packages;  ///< as the build tool names them, sorted; empty = all
    std::string reason;                 ///< for people: which and why, or why all
};
/// Everything, where nothing is known or a manifest, lock or build file is staged.
[[nodiscard]] Affected affected(const Pack& pack, const model::Project& project, const git::TreeView& view);

/// The command that installs what the project depends on, or "".
[[nodiscard]] std::string install_command(const Pack& pack, const model::Project& project);
/// What to type for a tool that is not there: the project's own command where its manifest lists the tool's package,
/// else the tool's hint, whose last word is the package.
[[nodiscard]] std::string tool_remedy(const Pack& pack, const Tool& tool, const model::Project& project,
                                      const git::TreeView& view);
/// Why a tool's output says that a dependency was never installed, and the command for it.
struct MissingDependency {
    std::string reason;
    std::string install;
};
[[nodiscard]] std::optional<MissingDependency> missing_dependency(const Pack& pack, const model::Project& project,
                                                                  std::string_view output, const git::TreeView& view);

/// Evaluates a fact expression (ident, == != && || ! in, parentheses, string literals): `has_x && pm in ["uv", "pip"]`.
/// A name without a fact is ""; a name alone is true unless it is "" or "false". Errors: config.
[[nodiscard]] base::Result<bool> evaluate(std::string_view expression,
                                          const std::map<std::string, std::string, std::less<>>& facts);
/// The language a path belongs to by name (shebangs need the content): pack id, or "".
[[nodiscard]] std::string pack_of_path(std::string_view path);

}  // namespace rfsn::buildpack
