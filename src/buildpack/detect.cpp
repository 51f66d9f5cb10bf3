// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/glob.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/includes.hpp"
#include "buildpack/probe.hpp"
#include "buildpack/roots.hpp"
#include "buildpack/routes.hpp"
#include "buildpack/scope.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;

constexpr int max_strays_read = 200;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return out;
}

struct Path {
    std::string name;
    model::FileMode mode = model::FileMode::none;
    bool staged = false;
};

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

bool speaks(const Pack& pack, std::string_view path) {
    return std::any_of(pack.languages.begin(), pack.languages.end(), [&](const Language& language) {
        return std::any_of(language.extensions.begin(), language.extensions.end(),
                           [&](const std::string& extension) { return ends_with(name_of(path), extension); }) ||
               std::find(language.filenames.begin(), language.filenames.end(), name_of(path)) !=
                   language.filenames.end();
    });
}

bool cares(const Pack& pack, std::string_view path) {
    return speaks(pack, path) ||
           std::any_of(pack.detail->manifests.begin(), pack.detail->manifests.end(),
                       [&](const Manifest& manifest) { return base::glob_match(manifest.pattern, name_of(path)); }) ||
           std::any_of(pack.checks.begin(), pack.checks.end(), [&](const CheckSpec& spec) {
               return base::glob_match_any(spec.include, path) ||
                      std::any_of(spec.extensions.begin(), spec.extensions.end(),
                                  [&](const std::string& extension) { return ends_with(path, extension); });
           });
}

/// One detection, over the paths that it is given.
class Detector {
   public:
    Detector(const git::TreeView& view, Registry& registry) : tree_(view), scope_(tree_), registry_(registry) {}

    Result<Detection> change() {
        for (const auto& file : tree_.view().snapshot().files) {
            paths_.push_back({file.path, file.mode == model::FileMode::none ? file.old_mode : file.mode, true});
        }
        for (const auto& edit : tree_.view().edits()) {
            const bool known =
                std::any_of(paths_.begin(), paths_.end(), [&](const Path& path) { return path.name == edit.path; });
            if (!known) {
                paths_.push_back({edit.path, edit.mode, true});
            }
        }
        return detect(false);
    }

    Result<Detection> all() {
        if (tree_.view().snapshot().source == model::SnapshotSource::all && tree_.view().edits().empty()) {
            return selected();
        }
        RFSN_ASSIGN(const auto files, tree_.view().walk());
        tree_.know_all(files);
        std::set<std::string_view> staged;
        for (const auto& file : tree_.view().snapshot().files) {
            staged.insert(file.path);
        }
        for (const auto& file : files) {
            paths_.push_back({file.name, file.mode, staged.count(file.name) != 0});
        }
        for (const auto& file : tree_.view().snapshot().files) {
            if (file.kind == model::ChangeKind::deleted) {
                paths_.push_back({file.path, file.old_mode, true});
            }
        }
        return detect(true);
    }

   private:
    /// Everything is selected: the snapshot is the tree.
    Result<Detection> selected() {
        std::vector<git::TreeEntry> files;
        for (const auto& file : tree_.view().snapshot().files) {
            files.push_back({file.path, file.mode, file.blob, false});
            paths_.push_back({file.path, file.mode, true});
        }
        tree_.know_all(files);
        return detect(true);
    }

    Result<Detection> detect(bool everything) {
        everything_ = everything;
        RFSN_TRY(sort_paths(everything));
        for (auto& [id, paths] : packs_) {
            RFSN_TRY(projects_of(paths));
        }
        std::sort(out_.projects.begin(), out_.projects.end(), [](const model::Project& a, const model::Project& b) {
            return std::tie(a.root, a.pack, a.fallback) < std::tie(b.root, b.pack, b.fallback);
        });
        rank();
        return std::move(out_);
    }

    /// Gives every path to the packs that it matters to, and loads those.
    Result<void> sort_paths(bool everything) {
        std::vector<const Pack*> custom;
        for (const auto& id : registry_.changed_ids()) {
            RFSN_ASSIGN(const auto* pack, registry_.get(id));
            custom.push_back(pack);
        }
        for (const auto& path : paths_) {
            if (path.mode == model::FileMode::gitlink) {
                continue;
            }
            const unsigned mask = interested_packs(path.name);
            std::vector<std::string> wanted;
            for (std::size_t i = 0; i + 1 < built_in_ids().size(); ++i) {
                if ((mask & (1U << i)) != 0) {
                    wanted.emplace_back(built_in_ids().at(i));
                }
            }
            for (const auto* pack : custom) {
                const auto known = std::find(wanted.begin(), wanted.end(), pack->id);
                const bool care = cares(*pack, path.name);
                if (care && known == wanted.end()) {
                    wanted.push_back(pack->id);
                } else if (!care && known != wanted.end()) {
                    wanted.erase(known);
                }
            }
            std::string shebang;
            if (wanted.empty()) {
                RFSN_ASSIGN(shebang, by_shebang(path, everything));
                if (!shebang.empty()) {
                    wanted.push_back(shebang);
                }
            }
            RFSN_ASSIGN(const bool by_attributes, scope_.names_languages(path.name));
            if (wanted.empty() && !by_attributes) {
                continue;
            }
            RFSN_ASSIGN(const auto standing, scope_.standing(path.name));
            if (standing.language) {
                by_language(*standing.language, path, custom, wanted);
            }
            if (!standing.outside.empty()) {
                note_once(std::string(directory_of(path.name)),
                          fmt::format("{}: not looked at: {}", path.name, standing.outside));
                continue;
            }
            for (const auto& id : wanted) {
                RFSN_TRY(give(path, id, !shebang.empty() || standing.language.has_value(), everything));
                note_standing(path.name, id, standing);
            }
        }
        return {};
    }

    /// linguist-language gives a source to one pack and takes it from the others; a language of none takes it from all.
    static void by_language(const std::string& language, const Path& path, const std::vector<const Pack*>& custom,
                            std::vector<std::string>& wanted) {
        std::string id(pack_of_language(language));
        for (const auto* pack : custom) {
            if (std::any_of(pack->languages.begin(), pack->languages.end(),
                            [&](const Language& one) { return lower(one.name) == language; })) {
                id = pack->id;
            }
        }
        const auto owner = pack_of_path(path.name);
        wanted.erase(std::remove(wanted.begin(), wanted.end(), owner), wanted.end());
        if (!id.empty() && std::find(wanted.begin(), wanted.end(), id) == wanted.end()) {
            wanted.push_back(id);
        }
    }

    void note_standing(const std::string& path, const std::string& id, const Standing& standing) {
        auto& paths = packs_[id];
        const auto& detail = *paths.pack->detail;
        if (!paths.sources.empty() && paths.sources.back() == path &&
            (!standing.counts || base::glob_match_any(detail.not_source, path))) {
            paths.minor.insert(path);
        }
        if (standing.doubtful) {
            doubtful_.insert(path);
        }
    }

    Result<void> give(const Path& path, const std::string& id, bool by_shebang, bool everything) {
        auto& paths = packs_[id];
        if (paths.pack == nullptr) {
            RFSN_ASSIGN(paths.pack, registry_.get(id));
        }
        if (base::glob_match_any(paths.pack->ignore, path.name)) {
            note_once(id + std::string(directory_of(path.name)),
                      fmt::format("{}: not looked at: ignored by the pack {}", path.name, id));
            return {};
        }
        const bool is_file = path.mode == model::FileMode::regular || path.mode == model::FileMode::executable;
        const bool is_source = is_file && (by_shebang || speaks(*paths.pack, path.name));
        (is_source ? paths.sources : paths.others).push_back(path.name);
        if (path.staged) {
            staged_[id].insert(path.name);
        }
        if (by_shebang) {
            scripts_[id].insert(path.name);
        }
        if (everything) {
            paths.directories.emplace(directory_of(path.name));
            return {};
        }
        for (std::string directory(directory_of(path.name));; directory = std::string(directory_of(directory))) {
            if (!paths.directories.insert(directory).second || directory.empty()) {
                break;
            }
        }
        return {};
    }

    /// Scripts without an extension say what they are in their first line. In a whole tree only executable ones are
    /// opened.
    Result<std::string> by_shebang(const Path& path, bool everything) {
        const bool openable =
            path.mode == model::FileMode::executable || (path.mode == model::FileMode::regular && !everything);
        if (!openable || name_of(path.name).find('.') != std::string_view::npos) {
            return std::string();
        }
        RFSN_ASSIGN(const auto* text, tree_.read(path.name));
        return text == nullptr ? std::string() : std::string(pack_of_interpreter(interpreter_of(*text)));
    }

    Result<void> projects_of(PackPaths& paths) {
        const auto& pack = *paths.pack;
        RFSN_TRY(look_beside(paths));
        RFSN_ASSIGN(const auto roots, find_roots(tree_, paths, out_.notes));
        const RootMap map(roots);
        std::map<const Root*, std::vector<std::string>> sources;
        std::map<const Root*, std::vector<std::string>> files;
        const auto& staged = staged_[pack.id];
        for (const auto& path : paths.sources) {
            const auto* root = map.nearest(path);
            if (root == nullptr) {
                RFSN_ASSIGN(const bool stray, is_stray(pack, path));
                if (!stray) {
                    continue;
                }
            }
            sources[root].push_back(path);
            if (staged.count(path) != 0) {
                files[root].push_back(path);
            }
        }
        for (const auto& path : paths.others) {
            const auto* root = map.nearest(path);
            if (root != nullptr && staged.count(path) != 0) {
                files[root].push_back(path);
            }
        }
        for (const auto& root : roots) {
            RFSN_TRY(add(paths, root, sources[&root], std::move(files[&root]), false));
        }
        auto& stray = sources[nullptr];
        if (!stray.empty() && pack.detail->fallback) {
            Root top;
            top.reasons = {fmt::format("{} file{} without a project, such as {}", stray.size(),
                                       stray.size() == 1 ? "" : "s", stray.front())};
            out_.notes.push_back(fmt::format("{}: .: {}: checks of single files only", pack.id, top.reasons.front()));
            RFSN_TRY(add(paths, top, stray, std::move(files[nullptr]), true));
        }
        return {};
    }

    /// C beside Go files is cgo's, and so on: it makes no project of its own.
    Result<void> look_beside(PackPaths& paths) {
        const auto& beside = paths.pack->detail->not_beside;
        for (const auto& path : beside.empty() ? std::vector<std::string>{} : paths.sources) {
            RFSN_ASSIGN(const auto* listing, tree_.list(std::string(directory_of(path))));
            if (std::any_of(listing->files.begin(), listing->files.end(), [&](const std::string& name) {
                    return std::any_of(beside.begin(), beside.end(),
                                       [&](const std::string& extension) { return ends_with(name, extension); });
                })) {
                paths.minor.insert(path);
            }
        }
        return {};
    }

    /// Whether a source without a project is one: not what a whole tree has among build outputs, nor what only has the
    /// name (translations of Qt end in .ts, shaders in .fs).
    Result<bool> is_stray(const Pack& pack, const std::string& path) {
        if (everything_ && doubtful_.count(path) != 0) {
            note_once(pack.id + std::string(directory_of(path)),
                      fmt::format("{}: not looked at: a build output of no project", path));
            return false;
        }
        const auto name = name_of(path);
        const auto dot = name.rfind('.');
        const auto wanted = pack.detail->content.find(dot == std::string_view::npos ? "" : name.substr(dot));
        if (wanted == pack.detail->content.end() || ++strays_read_ > max_strays_read) {
            return true;
        }
        RFSN_ASSIGN(const auto* text, tree_.read(path));
        const bool is = text == nullptr ||
                        RE2::PartialMatch(re2::StringPiece(text->data(), std::min<std::size_t>(text->size(), 4096)),
                                          RE2("(?m)" + wanted->second, RE2::Latin1));
        if (!is) {
            note_once(path, fmt::format("{}: not looked at: by its content it is not {}", path, pack.name));
        }
        return is;
    }

    Result<void> add(const PackPaths& paths, const Root& root, const std::vector<std::string>& sources,
                     std::vector<std::string> files, bool fallback) {
        const Pack& pack = *paths.pack;
        model::Project project;
        project.root = root.directory.empty() ? "." : root.directory;
        project.pack = pack.id;
        project.reasons = root.reasons;
        project.members = root.members;
        project.fallback = fallback;
        RFSN_ASSIGN(project.facts, facts_of(tree_, pack, {root.directory, &sources}));
        if (!root.workspace.empty()) {
            project.facts.emplace("workspace", root.workspace);
        }
        const auto& scripts = scripts_[pack.id];
        std::string named;
        for (const auto& path : files) {
            if (scripts.count(path) != 0 && path.find('\n') == std::string::npos) {
                named += (named.empty() ? "" : "\n") + path;
            }
        }
        if (!named.empty()) {
            project.facts.insert_or_assign("scripts", named);
        }
        std::sort(files.begin(), files.end());
        project.files = std::move(files);
        out_.projects.push_back(std::move(project));
        const auto counted = std::count_if(sources.begin(), sources.end(),
                                           [&](const auto& path) { return paths.minor.count(path) == 0; });
        if (fallback && counted == 0) {
            out_.notes.push_back(fmt::format("{}: .: its files count towards no language", pack.id));
            return {};
        }
        ranks_.push_back({pack.id, fallback, is_beside_the_point(root.directory),
                          static_cast<std::size_t>(std::count(root.directory.begin(), root.directory.end(), '/')) +
                              (root.directory.empty() ? 0 : 1),
                          root.weight < pack.detail->minimum ? 0 : root.weight, static_cast<std::size_t>(counted),
                          root.directory});
        return {};
    }

    /// Examples, documentation and tests say little about the main language.
    static bool is_beside_the_point(std::string_view directory) {
        static const std::set<std::string, std::less<>> names{
            "example", "examples", "sample", "samples", "demo",       "demos",     "docs",     "doc",  "documentation",
            "website", "test",     "tests",  "e2e",     "benchmarks", "benchmark", "tutorial", "site", "playground"};
        const auto first = lower(directory.substr(0, directory.find('/')));
        return names.count(first) != 0;
    }

    /// The main language: projects of the thing itself, then the shallowest, then the heavier manifest (weak ones, that
    /// only configure tools, weigh alike), then more sources, then the packs' own order.
    void rank() {
        const auto ids = registry_.ids();
        const auto order = [&](const std::string& id) { return std::find(ids.begin(), ids.end(), id) - ids.begin(); };
        std::sort(ranks_.begin(), ranks_.end(), [&](const Rank& a, const Rank& b) {
            return std::tuple(a.aside, a.fallback, a.depth, -a.weight, b.sources, order(a.pack)) <
                   std::tuple(b.aside, b.fallback, b.depth, -b.weight, a.sources, order(b.pack));
        });
        for (const auto& rank : ranks_) {
            if (std::find(out_.packs.begin(), out_.packs.end(), rank.pack) == out_.packs.end()) {
                out_.packs.push_back(rank.pack);
            }
        }
        bool several = false;
        for (const auto& a : ranks_) {
            for (const auto& b : ranks_) {
                several = several || (!a.fallback && !b.fallback && a.pack != b.pack && a.directory != b.directory);
            }
        }
        if (several) {
            out_.packs.emplace_back("polyrepo");
            out_.notes.emplace_back("polyrepo: projects of different languages at different roots");
        }
    }

    void note_once(const std::string& key, const std::string& text) {
        if (noted_.insert(key).second && out_.notes.size() < 10000) {
            out_.notes.push_back(text);
        }
    }

    struct Rank {
        std::string pack;
        bool fallback = false;
        bool aside = false;
        std::size_t depth = 0;
        int weight = 0;
        std::size_t sources = 0;
        std::string directory;
    };

    Tree tree_;
    Scope scope_;
    Registry& registry_;
    std::vector<Path> paths_;
    std::map<std::string, PackPaths, std::less<>> packs_;
    std::map<std::string, std::set<std::string>, std::less<>> staged_;
    std::map<std::string, std::set<std::string>, std::less<>> scripts_;
    std::set<std::string> noted_;
    std::set<std::string> doubtful_;
    bool everything_ = false;
    int strays_read_ = 0;
    std::vector<Rank> ranks_;
    Detection out_;
};

}  // namespace

Result<Detection> detect_for_change(const git::TreeView& view, Registry& registry) {
    // With everything selected one walk is cheaper than a listing of every directory.
    return view.snapshot().source == model::SnapshotSource::all ? Detector(view, registry).all()
                                                                : Detector(view, registry).change();
}

Result<Detection> detect_all(const git::TreeView& view, Registry& registry) {
    return Detector(view, registry).all();
}

bool is_about(const CheckSpec& spec, const model::Project& project, std::string_view path) {
    if (base::glob_match_any(spec.exclude, path)) {
        return false;
    }
    if (spec.extensions.empty() && spec.include.empty()) {
        return true;
    }
    const bool by_extension = std::any_of(spec.extensions.begin(), spec.extensions.end(),
                                          [&](const std::string& extension) { return ends_with(path, extension); });
    if (by_extension || is_header_of(spec, path) || base::glob_match_any(spec.include, path)) {
        return true;
    }
    const auto scripts = project.facts.find("scripts");
    if (spec.extensions.empty() || scripts == project.facts.end()) {
        return false;
    }
    const auto lines = "\n" + scripts->second + "\n";
    return lines.find("\n" + std::string(path) + "\n") != std::string::npos;
}

}  // namespace rfsn::buildpack
