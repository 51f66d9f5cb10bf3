// SPDX-License-Identifier: MIT
#include "check/tool_versions.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <sys/stat.h>

#include <re2/re2.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/kept_files.hpp"
#include "base/search_path.hpp"
#include "base/text.hpp"
#include "buildpack/tree.hpp"
#include "isolate/cache_root.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t most_installations = 500;
constexpr std::chrono::seconds time_limit{5};
constexpr std::size_t output_cap = std::size_t{64} << 10;
constexpr std::size_t longest_version = 64;
constexpr std::uint64_t max_pin = std::uint64_t{1} << 20;
constexpr std::time_t silence_believed_for = std::time_t{24} * 60 * 60;
constexpr std::size_t max_kept = 1024;
constexpr int package_levels = 4;

/// What launchers (rustup, pyenv, asdf, mise, volta, corepack, go, dotnet, wrappers) read to choose a version.
constexpr std::array<const char*, 17> pins{"rust-toolchain",
                                           "rust-toolchain.toml",
                                           ".python-version",
                                           ".tool-versions",
                                           "mise.toml",
                                           ".mise.toml",
                                           "global.json",
                                           "go.mod",
                                           "go.work",
                                           ".nvmrc",
                                           ".node-version",
                                           ".java-version",
                                           ".sdkmanrc",
                                           ".yarnrc.yml",
                                           "package.json",
                                           "gradle/wrapper/gradle-wrapper.properties",
                                           ".mvn/wrapper/maven-wrapper.properties"};

/// Where the user chooses for all projects: variables, and files below the home directory.
constexpr std::array<const char*, 13> choosing_variables{
    "PATH",        "RUSTUP_TOOLCHAIN", "RUSTUP_HOME", "PYENV_VERSION", "PYENV_ROOT", "PYTHONPATH", "VIRTUAL_ENV",
    "GOTOOLCHAIN", "GOROOT",           "JAVA_HOME",   "DOTNET_ROOT",   "VOLTA_HOME", "MISE_ENV"};
constexpr std::array<const char*, 8> choosing_files{"/.pyenv/version",
                                                    "/.tool-versions",
                                                    "/.rustup/settings.toml",
                                                    "/.rustup/toolchains",
                                                    "/.rustup/update-hashes",
                                                    "/.config/mise/config.toml",
                                                    "/.asdfrc",
                                                    "/.volta/tools/user/platform.json"};

std::vector<std::string> pin_paths(const std::string& project) {
    std::vector<std::string> paths;
    std::string directory = project == "." ? "" : project;
    while (true) {
        for (const char* name : pins) {
            paths.push_back(directory.empty() ? name : directory + "/" + name);
        }
        if (directory.empty()) {
            return paths;
        }
        const auto slash = directory.rfind('/');
        directory = slash == std::string::npos ? "" : directory.substr(0, slash);
    }
}

std::string parent(const std::string& path) {
    return std::string(buildpack::directory_of(path));
}

std::string real_path(const std::string& path) {
    std::error_code failed;
    auto real = std::filesystem::canonical(path, failed).string();
    return failed ? path : real;
}

bool add_identity(base::Sha256& hash, const std::string& path) {
    const std::string identity = base::file_identity(path);
    if (identity.empty()) {
        return false;
    }
    hash.field(path).field(identity);
    return true;
}

void add_python_packages(const std::string& prefix, std::vector<std::string>& directories) {
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(prefix + "/lib", failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        if (entry->path().filename().string().rfind("python", 0) == 0) {
            directories.push_back(entry->path().string() + "/site-packages");
            directories.push_back(entry->path().string() + "/dist-packages");
        }
    }
}

/// A script keeps its face when the package behind it is exchanged: the directories where packages of its prefix lie
/// change then, or the package.json above it.
void add_packages(base::Sha256& hash, const std::string& program) {
    const std::string prefix = parent(parent(program));
    std::error_code failed;
    std::vector<std::string> directories{prefix + "/lib/python3/dist-packages", prefix + "/lib/node_modules"};
    add_python_packages(prefix, directories);
    if (prefix == "/usr") {  // where an administrator installs for the system's Python
        add_python_packages("/usr/local", directories);
    }
    // A version manager's shim runs whatever is chosen: any of its installations counts.
    constexpr std::string_view shims = "/shims";
    const std::string beside = parent(program);
    if (beside.size() > shims.size() && beside.compare(beside.size() - shims.size(), shims.size(), shims) == 0) {
        for (const char* kept : {"/versions", "/installs"}) {
            std::size_t seen = 0;
            for (auto entry = std::filesystem::recursive_directory_iterator(prefix + kept, failed);
                 !failed && entry != std::filesystem::recursive_directory_iterator() && ++seen < most_installations;
                 entry.increment(failed)) {
                directories.push_back(entry->path().string());
                if (entry.depth() > 0 || entry->is_symlink(failed)) {
                    entry.disable_recursion_pending();
                }
                add_python_packages(entry->path().string(), directories);
                directories.push_back(entry->path().string() + "/lib/node_modules");
                directories.push_back(entry->path().string() + "/bin");
            }
        }
    }
    std::sort(directories.begin(), directories.end());
    for (const auto& directory : directories) {
        add_identity(hash, directory);
    }
    std::string above = parent(program);
    for (int level = 0; level < package_levels && !above.empty(); ++level, above = parent(above)) {
        if (add_identity(hash, above + "/package.json")) {
            return;
        }
    }
}

/// The probe's command with the tool's own program in it; empty if there is none.
std::vector<std::string> command_of(const VersionQuestion& question) {
    auto argv = question.tool->probe;
    if (argv.empty()) {
        return {};
    }
    const auto& names = question.tool->programs;
    if (argv[0] == question.tool->id || std::find(names.begin(), names.end(), argv[0]) != names.end()) {
        argv[0] = question.program;
        return argv;
    }
    // Another program that speaks for it: the one of the same installation, if it has one.
    const std::string beside = parent(question.program) + "/" + argv[0];
    const auto found = base::find_program(beside, question.search_path);
    const auto program = found ? found : base::find_program(argv[0], question.search_path);
    if (!program) {
        return {};
    }
    argv[0] = *program;
    return argv;
}

bool is_version(const std::string& text) {
    return !text.empty() && text.size() <= longest_version && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
               c == '+' || c == '_';
    });
}

std::string name_of(const VersionQuestion& question) {
    return question.tool->id + "\n" + question.program + "\n" + question.project;
}

}  // namespace

VersionQuestion version_question(const Planned& planned) {
    return {planned.tool, planned.program, planned.plan.project, planned.search_path};
}

std::string version_in(const buildpack::Tool& tool, const base::ProcessResult& result) {
    if (!result.ok() || tool.version_regex.empty()) {
        return {};
    }
    const re2::RE2 regex(tool.version_regex, re2::RE2::Quiet);
    const auto group = regex.NamedCapturingGroups().find("v");
    if (!regex.ok() || group == regex.NamedCapturingGroups().end()) {
        return {};
    }
    for (const auto* stream : {&result.out, &result.err}) {
        const std::string text = base::strip_ansi(*stream);
        std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
        if (regex.Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
            const auto found = groups[static_cast<std::size_t>(group->second)];
            std::string version(found.data() == nullptr ? "" : std::string(found.data(), found.size()));
            version.erase(version.find_last_not_of('.') + 1);
            if (is_version(version)) {
                return version;
            }
        }
    }
    return {};
}

ToolVersions::ToolVersions(const base::Environment& env) {
    if (const auto root = isolate::cache_root(env)) {
        directory_ = root->path + "/tool-versions";
    }
    base::Sha256 hash;
    for (const char* name : choosing_variables) {
        hash.field(std::string_view(name) == "PATH" ? base::search_path(env) : env.get_or(name, ""));
    }
    const std::string home = env.get_or("HOME", "/nowhere");
    std::vector<std::string> paths;
    for (const char* path : choosing_files) {
        paths.push_back(home + path);
    }
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(home + "/.local/lib", failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        paths.push_back(entry->path().string() + "/site-packages");
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
        add_identity(hash, path);
    }
    user_ = hash.hex();
}

const std::string& ToolVersions::identity(const std::string& program) const {
    const auto [slot, is_new] = identities_.emplace(program, "");
    if (is_new) {
        base::Sha256 hash;
        const std::string real = real_path(program);
        if (add_identity(hash, program) && add_identity(hash, real)) {
            add_packages(hash, program);
            add_packages(hash, real);
            slot->second = hash.hex();
        }
    }
    return slot->second;
}

std::string ToolVersions::key(const VersionQuestion& question, const git::TreeView& view) const {
    const auto command = command_of(question);
    base::Sha256 hash;
    if (command.empty() || question.tool->version_regex.empty()) {
        return {};
    }
    hash.field("tool version 1").field(user_).field(question.tool->version_regex);
    for (const auto& word : command) {
        hash.field(word);
    }
    for (const auto& program : {question.program, command[0]}) {
        const auto& known = identity(program);
        if (known.empty()) {
            return {};
        }
        hash.field(known);
    }
    for (const auto& path : pin_paths(question.project)) {
        const auto entry = view.find(path);
        if (!entry || !*entry || (*entry)->is_tree) {
            continue;
        }
        hash.field(path);
        if ((*entry)->object.empty()) {
            const auto bytes = view.read(path, max_pin);
            hash.field(bytes ? *bytes : std::string());
        } else {
            hash.field((*entry)->object);
        }
    }
    return hash.hex();
}

std::optional<std::string> ToolVersions::find(const std::string& key) const {
    if (directory_.empty() || key.empty()) {
        return std::nullopt;
    }
    const std::string path = directory_ + "/" + key;
    auto text = base::read_file(path, longest_version);
    if (!text) {
        return std::nullopt;
    }
    if (is_version(*text)) {
        return std::move(*text);
    }
    struct stat info {};
    const std::time_t now = ::time(nullptr);
    const bool silent = text->empty() && ::stat(path.c_str(), &info) == 0 && info.st_mtim.tv_sec <= now &&
                        now - info.st_mtim.tv_sec < silence_believed_for;
    return silent ? std::optional<std::string>("") : std::nullopt;
}

void ToolVersions::keep(const std::string& key, const std::string& version) const {
    if (directory_.empty() || key.empty() || !base::make_directories(directory_, 0700)) {
        return;
    }
    if (base::write_atomically(directory_ + "/" + key, version, 0600)) {
        base::drop_oldest_files(directory_, max_kept);
    }
}

void VersionProbes::ask(const VersionQuestion& question) {
    if (context_->versions == nullptr || question.tool == nullptr || question.program.empty()) {
        return;
    }
    const auto [slot, is_new] = keys_.emplace(name_of(question), "");
    if (!is_new) {
        return;
    }
    slot->second = context_->versions->key(question, *context_->view);
    if (slot->second.empty() || versions_.count(slot->second) != 0) {
        return;
    }
    auto known = context_->versions->find(slot->second);
    versions_[slot->second] = known.value_or("");
    if (!known) {
        waiting_.push_back({slot->second, question});
    }
}

const isolate::Place* VersionProbes::place_for(const std::string& project) {
    auto& place = places_[project];
    if (place == nullptr) {
        isolate::Request request;
        request.tier = model::Tier::scratch;
        request.label = "tool-versions";
        request.files = pin_paths(project);
        auto made = context_->isolation->prepare(*context_->view, request);
        if (!made) {
            return nullptr;
        }
        place = std::move(*made);
    }
    return place.get();
}

std::optional<base::ProcessJob> VersionProbes::next() {
    while (!waiting_.empty()) {
        const Waiting asked = std::move(waiting_.front());
        waiting_.pop_front();
        const auto* place = place_for(asked.question.project);
        if (place == nullptr) {
            continue;
        }
        isolate::Limits limits;
        limits.timeout = time_limit;
        limits.confined = context_->confined;
        limits.output_cap = output_cap;
        const auto& project = asked.question.project;
        const std::string cwd = project.empty() || project == "." ? place->root() : place->root() + "/" + project;
        auto spec = context_->isolation->wrap(*place, command_of(asked.question), cwd, {"NO_COLOR=1"}, limits);
        return base::ProcessJob{std::move(spec),
                                [this, asked](const base::ProcessResult& result) { take(asked, result); }};
    }
    return std::nullopt;
}

void VersionProbes::take(const Waiting& asked, const base::ProcessResult& result) {
    const auto version = version_in(*asked.question.tool, result);
    versions_[asked.key] = version;
    // One that was cut off has not said anything yet.
    if (result.end == base::ProcessEnd::exited || result.end == base::ProcessEnd::timed_out) {
        context_->versions->keep(asked.key, version);
    }
}

std::string VersionProbes::version(const VersionQuestion& question) const {
    if (question.tool == nullptr) {
        return {};
    }
    const auto key = keys_.find(name_of(question));
    const auto found = key == keys_.end() ? versions_.end() : versions_.find(key->second);
    return found == versions_.end() ? std::string() : found->second;
}

}  // namespace rfsn::check
