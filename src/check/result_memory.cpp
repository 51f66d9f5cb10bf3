// SPDX-License-Identifier: MIT
#include "check/result_memory.hpp"

#include <algorithm>
#include <set>

#include "base/hash.hpp"
#include "base/kept_files.hpp"
#include "base/text.hpp"
#include "check/outside_settings.hpp"
#include "check/tool_run.hpp"
#include "isolate/cache_root.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::check {
namespace {

/// Raise it when the meaning of what is stored changes.
constexpr const char* key_version = "rfsn result 1";
constexpr std::chrono::hours believed_for{24};
constexpr std::uint64_t max_bytes = std::uint64_t{64} << 20;
constexpr std::size_t max_outcome = std::size_t{1} << 20;
/// What package managers rewrite when they install something, below a directory of dependencies.
constexpr const char* installed_marks[] = {"",
                                           "/.package-lock.json",
                                           "/.yarn-state.yml",
                                           "/.yarn-integrity",
                                           "/.modules.yaml",
                                           "/pyvenv.cfg",
                                           "/modules.txt",
                                           "/lib"};
constexpr const char* dependency_directories[] = {"node_modules", ".venv", "venv", "vendor"};

/// The place that commands are written down for.
class Nowhere final : public isolate::Place {
   public:
    [[nodiscard]] const std::string& root() const override { return root_; }
    [[nodiscard]] const std::string& out_dir() const override { return out_; }
    [[nodiscard]] const std::string& cache_dir() const override { return cache_; }
    [[nodiscard]] std::string describe() const override { return {}; }
    base::Result<std::vector<model::FileEdit>> changes() override { return std::vector<model::FileEdit>(); }

   private:
    const std::string root_ = "/tree", out_ = "/out", cache_ = "/cache";
};

void add_stamp(base::Sha256& hash, const std::string& path) {
    hash.field(path).field(base::file_identity(path));
}

void add_commands(base::Sha256& hash, const std::vector<ExpandedCommand>& commands) {
    hash.field("commands");
    for (const auto& command : commands) {
        hash.field("command").field(command.cwd).field(command.file);
        for (const auto* words : {&command.argv, &command.env}) {
            hash.field(std::to_string(words->size()));
            for (const auto& word : *words) {
                hash.field(word);
            }
        }
    }
}

/// False if it cannot be named.
bool add_file(base::Sha256& hash, const std::string& path, const git::TreeView& view) {
    const auto entry = view.find(path);
    if (!entry || (*entry && (*entry)->object.empty())) {
        return false;
    }
    hash.field(path).field(*entry ? std::to_string(static_cast<int>((*entry)->mode)) : "gone");
    hash.field(*entry ? (*entry)->object : "");
    return true;
}

bool is_named(const Planned& planned) {
    return planned.spec != nullptr && planned.tool != nullptr && planned.pack != nullptr &&
           planned.pack->origin == "built-in" && !planned.plan.preset && planned.plan.tier != model::Tier::shadow &&
           planned.plan.kind != model::CheckKind::test && planned.plan.kind != model::CheckKind::build &&
           !planned.spec->network && !planned.spec->asks_daemon;
}

bool holds_secret(const Outcome& outcome) {
    const auto masked = [](const std::string& text) { return secrets::mask(text) != text; };
    return std::any_of(outcome.findings.begin(), outcome.findings.end(), [&](const model::Finding& finding) {
        return masked(finding.message) || masked(finding.path) ||
               std::any_of(finding.notes.begin(), finding.notes.end(),
                           [&](const model::Note& note) { return masked(note.message); });
    });
}

}  // namespace

ResultMemory::ResultMemory(const base::Environment& env, const ToolVersions& versions, std::string work_tree)
    : versions_(&versions), work_tree_(std::move(work_tree)) {
    if (const auto root = isolate::cache_root(env)) {
        path_ = root->path + "/results.db";
    }
    base::Sha256 hash;
    hash.field(key_version);
    add_stamp(hash, "/proc/self/exe");
    for (const auto& line : base::for_checks(env).block()) {
        hash.field(line);
    }
    hash.field(outside_settings(env, work_tree_));
    user_ = hash.hex();
}

ResultMemory::~ResultMemory() = default;

std::string ResultMemory::key(const Planned& planned, const git::TreeView& view) const {
    if (path_.empty() || !is_named(planned) || !view.edits().empty()) {
        return {};
    }
    const auto tool = versions_->key(version_question(planned), view);
    if (tool.empty()) {
        return {};
    }
    base::Sha256 hash;
    hash.field(user_).field(tool).field(work_tree_);
    const auto& plan = planned.plan;
    hash.field(plan.id).field(plan.pack).field(plan.project).field(std::to_string(static_cast<int>(plan.tier)));
    hash.field(planned.spec->id).field(std::to_string(plan.timeout.count()));
    const Nowhere place;
    const auto values = values_for(planned, view, place);
    for (const auto& step : planned.spec->steps) {
        add_commands(hash, expand(step, values, planned.spec->batch));
    }
    add_commands(hash, expand(planned.spec->command, values, planned.spec->batch));
    add_dependencies(hash, planned);
    const auto request = request_for(planned, view);
    if (!request) {
        return {};
    }
    for (const auto* paths : {&request->files, &request->context}) {
        hash.field("files");
        for (const auto& path : *paths) {
            if (!add_file(hash, path, view)) {
                return {};
            }
        }
    }
    return hash.hex();
}

void ResultMemory::add_dependencies(base::Sha256& hash, const Planned& planned) const {
    std::set<std::string> names(std::begin(dependency_directories), std::end(dependency_directories));
    names.insert(planned.spec->dependencies.begin(), planned.spec->dependencies.end());
    std::set<std::string> directories{work_tree_};
    const auto add = [&](const std::string& directory) {
        if (!directory.empty() && directory != ".") {
            directories.insert(work_tree_ + "/" + directory);
        }
    };
    add(planned.plan.project);
    if (planned.project != nullptr) {
        for (const auto& member : planned.project->members) {
            add(member);
        }
    }
    for (const auto& directory : directories) {
        for (const auto& name : names) {
            const std::string path = directory + "/" + name;
            for (const char* mark : installed_marks) {
                add_stamp(hash, path + mark);
            }
        }
    }
}

cache::Cache& ResultMemory::cache() {
    if (cache_ == nullptr) {
        cache::CacheOptions options;
        options.disk.path = path_;
        options.disk.max_bytes = max_bytes;
        options.ttl = believed_for;
        cache_ = std::make_unique<cache::Cache>(std::move(options));
    }
    return *cache_;
}

std::optional<Outcome> ResultMemory::find(const std::string& key) {
    if (key.empty()) {
        return std::nullopt;
    }
    const auto known = cache().get({key, {}, {}});
    if (!known.entry || known.entry->kind != cache::Entry::Kind::value) {
        return std::nullopt;
    }
    return decode_outcome(known.entry->bytes);
}

void ResultMemory::keep(const std::string& key, const Outcome& outcome) {
    const auto& run = outcome.run;
    const bool is_verdict =
        run.state == model::RunState::passed || (run.state == model::RunState::blocked && outcome.inconclusive.empty());
    if (key.empty() || !is_verdict || !outcome.tests.empty() || holds_secret(outcome)) {
        return;
    }
    auto bytes = encode(outcome);
    if (bytes.size() <= max_outcome) {
        cache().put({key, {}, {}}, std::move(bytes), believed_for);
    }
}

}  // namespace rfsn::check
