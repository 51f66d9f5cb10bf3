// SPDX-License-Identifier: MIT
#include "check/compile_database.hpp"

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace rfsn::check {
namespace {

constexpr std::uint64_t max_database = std::uint64_t{64} << 20;
constexpr std::uint64_t max_depfile = std::uint64_t{4} << 20;
constexpr std::size_t max_depfiles = 5000;
constexpr std::size_t max_build_directories = 64;
constexpr std::size_t max_ninja_output = std::size_t{64} << 20;
constexpr std::chrono::seconds ninja_time{5};

/// Relative to the work tree, or "" outside of it.
std::string inside(const std::string& work_tree, const std::string& directory, const std::string& path) {
    const auto whole = (std::filesystem::path(directory) / path).lexically_normal().string();
    return whole.rfind(work_tree + "/", 0) == 0 ? whole.substr(work_tree.size() + 1) : std::string();
}

/// The first database in the project, its build directory, or one of several ("build/debug", "cmake-build-release").
std::string find_database(const std::string& project) {
    constexpr const char* name = "/compile_commands.json";
    std::vector<std::string> places{project, project + "/build"};
    std::error_code failed;
    for (const auto& [parent, prefix] :
         {std::pair{project + "/build", ""}, std::pair{project + "/out", ""}, std::pair{project + "/out/build", ""},
          std::pair{project, "cmake-build-"}, std::pair{project, "build-"}}) {
        std::vector<std::string> found;
        for (auto entry = std::filesystem::directory_iterator(parent, failed);
             !failed && entry != std::filesystem::directory_iterator() && found.size() < max_build_directories;
             entry.increment(failed)) {
            if (entry->path().filename().string().rfind(prefix, 0) == 0) {
                found.push_back(entry->path().string());
            }
        }
        std::sort(found.begin(), found.end());
        places.insert(places.end(), found.begin(), found.end());
    }
    for (const auto& place : places) {
        if (std::filesystem::is_regular_file(place + name, failed)) {
            return place + name;
        }
    }
    return {};
}

/// The object that a command makes: "output", or what stands behind -o.
std::string object_of(const base::DocNode& entry) {
    if (auto output = entry.string_or("output", ""); !output.empty()) {
        return output;
    }
    const auto command = entry.string_or("command", "");
    const auto at = command.rfind(" -o ");
    return at == std::string::npos ? "" : command.substr(at + 4, command.find(' ', at + 4) - at - 4);
}

/// Sources by the object that is made of them, as a build directory's ninja names it.
using Objects = std::map<std::string, std::string, std::less<>>;

/// Ninja takes a depfile in when a compiler has written it. Without running anything it says what it knows:
/// "a.o: #deps 2, deps mtime 1 (VALID)", then a line for each, further in.
void ask_ninja(const std::string& work_tree, const std::string& directory, const Objects& objects,
               const std::string& search_path, buildpack::BuildRecords& records) {
    const auto ninja = base::find_program("ninja", search_path);
    std::error_code failed;
    if (!ninja || !std::filesystem::is_regular_file(directory + "/.ninja_deps", failed)) {
        return;
    }
    base::ProcessSpec spec;
    spec.argv = {*ninja, "-n", "-t", "deps"};
    spec.cwd = directory;
    spec.env = {"PATH=" + search_path, "LC_ALL=C"};
    spec.timeout = ninja_time;
    spec.output_cap = max_ninja_output;
    const auto result = base::PosixProcessRunner().run_one(std::move(spec));
    if (!result.ok() || result.out_truncated) {
        return;
    }
    const std::string* source = nullptr;
    for (const auto line : base::split_lines(result.out)) {
        const auto words = base::trim(line);
        if (line.empty() || line.front() != ' ') {
            const auto known = objects.find(line.substr(0, line.rfind(": #deps ")));
            source = known == objects.end() ? nullptr : &known->second;
        } else if (source != nullptr) {
            if (const auto header = inside(work_tree, directory, std::string(words));
                !header.empty() && header != *source) {
                records.includers[header].insert(*source);
            }
        }
    }
}

}  // namespace

std::vector<std::string> prerequisites(std::string_view depfile) {
    std::vector<std::string> out;
    std::string word;
    bool behind_colon = false;
    for (std::size_t i = 0; i <= depfile.size(); ++i) {
        const char c = i < depfile.size() ? depfile[i] : '\n';
        const char next = i + 1 < depfile.size() ? depfile[i + 1] : '\n';
        if (c == '\\' && (next == ' ' || next == '#' || next == '\\')) {
            word += next;
            ++i;
        } else if (c == '$' && next == '$') {
            word += c;
            ++i;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || (c == '\\' && (next == '\n' || next == '\r'))) {
            if (behind_colon && !word.empty()) {
                out.push_back(word);
            }
            behind_colon = behind_colon || (!word.empty() && word.back() == ':');
            word.clear();
        } else {
            word += c;
        }
    }
    return out;
}

buildpack::BuildRecords read_build_records(const std::string& work_tree, const std::string& project_root,
                                           const std::string& search_path) {
    buildpack::BuildRecords records;
    const auto project = project_root.empty() || project_root == "." ? work_tree : work_tree + "/" + project_root;
    const auto database = find_database(project);
    const auto text = database.empty() ? base::Result<std::string>("") : base::read_file(database, max_database);
    const auto entries = text ? base::parse_doc(base::DocFormat::json, *text)
                              : tl::expected<base::DocNode, base::DocError>(base::DocNode{});
    std::size_t depfiles = 0;
    std::map<std::string, Objects> without_depfile;  ///< by build directory
    for (const auto& entry : entries ? entries->items : std::vector<base::DocNode>{}) {
        const auto directory = entry.string_or("directory", "");
        const auto source = inside(work_tree, directory, entry.string_or("file", ""));
        if (source.empty()) {
            continue;
        }
        records.compiled.insert(source);
        const auto object = object_of(entry);
        if (object.empty() || ++depfiles > max_depfiles) {
            continue;
        }
        const auto stem = (std::filesystem::path(directory) / object).string();
        bool found = false;
        for (const auto& path : {stem + ".d", stem.substr(0, stem.rfind('.')) + ".d"}) {
            const auto dependencies = base::read_file(path, max_depfile);
            for (const auto& one : dependencies ? prerequisites(*dependencies) : std::vector<std::string>{}) {
                if (const auto header = inside(work_tree, directory, one); !header.empty() && header != source) {
                    records.includers[header].insert(source);
                }
            }
            if (dependencies) {
                found = true;
                break;
            }
        }
        if (!found) {
            without_depfile[directory].emplace(object, source);
        }
    }
    for (const auto& [directory, objects] : without_depfile) {
        ask_ninja(work_tree, directory, objects, search_path, records);
    }
    return records;
}

}  // namespace rfsn::check
