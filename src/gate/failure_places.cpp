// SPDX-License-Identifier: MIT
#include "gate/failure_places.hpp"

#include <algorithm>
#include <map>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/tree.hpp"
#include "gate/reply_proposal.hpp"
#include "gate/test_place.hpp"
#include "llm/mention.hpp"
#include "llm/tool_configuration.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

constexpr std::size_t max_places = 24;        ///< of tests and of code each
constexpr std::size_t max_failed_tests = 12;  ///< that are looked for by their names
constexpr std::size_t max_test_files = 200;   ///< that they are looked for in

/// In the work tree a project at its root is called ".".
std::string below(const std::string& directory, const std::string& name) {
    return buildpack::join(directory == "." ? "" : directory, name);
}

std::string directory_of(const std::string& path) {
    return std::string(buildpack::directory_of(path));
}

/// What is installed is not ours, also where a part of its path looks like it.
bool is_foreign(std::string_view path) {
    static constexpr std::string_view marks[] = {"site-packages/", "dist-packages/", "node_modules/",   "/usr/lib",
                                                 "/usr/include",   "/rustc/",        ".cargo/registry", "/pkg/mod/",
                                                 "/.m2/",          "/.nuget/",       "node:internal"};
    return std::any_of(std::begin(marks), std::end(marks),
                       [&](std::string_view mark) { return path.find(mark) != std::string_view::npos; });
}

/// Collects places by file and reason.
class Places {
   public:
    explicit Places(ShowableFiles& files) : files_(&files) {}

    void add(llm::ReadFile::Why why, const std::string& path, model::LineRange place, const std::string& check = "") {
        const bool counted = why != llm::ReadFile::Why::configuration;
        if (path.empty() || place.first == 0 || (counted && counts_[why] >= max_places)) {
            return;
        }
        auto known = std::find_if(found_.begin(), found_.end(), [&](const llm::ReadFile& file) {
            return file.path == path && file.why == why && file.check == check;
        });
        if (known == found_.end()) {
            auto content = files_->read(path);
            if (!content) {
                return;
            }
            known = found_.insert(found_.end(), llm::ReadFile{path, std::move(*content), why, {}, check});
        }
        const auto same = [&](const model::LineRange& one) {
            return one.first == place.first && one.last == place.last;
        };
        if (std::none_of(known->places.begin(), known->places.end(), same)) {
            known->places.push_back(place);
            ++counts_[why];
        }
    }
    [[nodiscard]] bool has(llm::ReadFile::Why why) const { return counts_.count(why) != 0; }
    std::vector<llm::ReadFile> take() { return std::move(found_); }

   private:
    ShowableFiles* files_;
    std::vector<llm::ReadFile> found_;
    std::map<llm::ReadFile::Why, std::size_t> counts_;
};

/// Tests whose findings name no place are looked for by what they are called.
void find_failed_tests(const check::Outcome& outcome, ShowableFiles& files, const Judged& judged, Places& places) {
    std::vector<const check::TestCase*> failed;
    for (const auto& test : outcome.tests) {
        if (test.ending == check::TestCase::Ending::failed && failed.size() < max_failed_tests) {
            failed.push_back(&test);
        }
    }
    const auto entries = failed.empty() ? base::Result<std::vector<git::TreeEntry>>() : judged.view->walk();
    if (failed.empty() || !entries) {
        return;
    }
    std::vector<std::string> candidates;
    for (const auto& entry : *entries) {
        if (policy::is_test_path(entry.name) && files.is_showable(entry.name)) {
            candidates.push_back(entry.name);
        }
    }
    // Those that a suite names come first, so that the bound cuts off the others.
    std::stable_partition(candidates.begin(), candidates.end(), [&](const std::string& path) {
        return std::any_of(failed.begin(), failed.end(),
                           [&](const check::TestCase* test) { return names_file(test->suite, path); });
    });
    candidates.resize(std::min(candidates.size(), max_test_files));
    for (const auto& path : candidates) {
        const auto content = files.read(path);
        for (auto test = failed.begin(); content && test != failed.end();) {
            const std::uint32_t line = line_of_test((*test)->name, *content);
            if (line != 0) {
                places.add(llm::ReadFile::Why::failing_test, path, {line, line});
                test = failed.erase(test);
            } else {
                ++test;
            }
        }
    }
}

void add_pointed_at(const check::Outcome& outcome, ShowableFiles& files, Places& places) {
    using Why = llm::ReadFile::Why;
    const std::string& project = outcome.run.plan.project;
    const auto add = [&](const std::string& written, std::uint32_t first, std::uint32_t last) {
        const std::string path = files.resolve(written, project);
        const bool is_test = outcome.run.plan.kind == model::CheckKind::test && policy::is_test_path(path);
        places.add(is_test ? Why::failing_test : Why::pointed_at, path, {first, std::max(first, last)});
    };
    for (const auto& finding : outcome.findings) {
        if (finding.blocking && finding.line != 0) {
            add(finding.path, finding.line, finding.end_line);
        }
        for (const auto& note : finding.notes) {
            add(note.path, note.line, note.line);
        }
        if (finding.blocking) {
            for (const auto& mention : llm::mentions(finding.message)) {
                add(mention.path, mention.line, mention.line);
            }
        }
    }
    for (const auto& mention : llm::mentions(outcome.run.output)) {
        add(mention.path, mention.line, mention.line);
    }
}

/// Of the directories above what failed, the nearest that has such a file.
base::Result<void> add_configuration(const Judged& judged, const check::Outcome& outcome, ShowableFiles& files,
                                     Places& places) {
    std::vector<std::string> directories{outcome.run.plan.project == "." ? "" : outcome.run.plan.project};
    const auto& about = outcome.run.plan.files;
    for (const auto& finding : outcome.findings) {
        if (finding.blocking && !finding.path.empty()) {
            directories.insert(directories.begin(), directory_of(finding.path));
            break;
        }
    }
    if (directories.size() == 1 && !about.empty()) {
        directories.insert(directories.begin(), directory_of(about.front()));
    }
    std::vector<std::string> upwards;
    for (std::string directory : directories) {
        while (std::find(upwards.begin(), upwards.end(), directory) == upwards.end()) {
            upwards.push_back(directory);
            directory = directory_of(directory);
        }
    }
    RFSN_ASSIGN(const auto parts, llm::configuration_of(outcome.run.plan.id));
    for (const auto& part : parts) {
        bool found = false;
        for (auto at = upwards.begin(); at != upwards.end() && !found; ++at) {
            const auto entries = judged.view->list(*at);
            if (!entries) {
                continue;
            }
            for (const auto& entry : *entries) {
                const std::string name = entry.name.substr(entry.name.rfind('/') + 1);
                if (entry.is_tree || !base::glob_match(part.file, name)) {
                    continue;
                }
                const std::string path = below(*at, name);
                const auto content = files.read(path);
                for (const auto& lines :
                     content ? llm::section_lines(name, *content, part.sections) : std::vector<model::LineRange>()) {
                    places.add(llm::ReadFile::Why::configuration, path, lines, outcome.run.plan.id);
                    found = true;
                }
            }
        }
    }
    return {};
}

}  // namespace

bool ShowableFiles::is_file(const std::string& path) const {
    const auto entry = judged_->view->find(path);
    return entry && *entry && !(*entry)->is_tree &&
           ((*entry)->mode == model::FileMode::regular || (*entry)->mode == model::FileMode::executable);
}

bool ShowableFiles::is_showable(const std::string& path) const {
    return !path.empty() && !policy::is_named_by("keys", path) &&
           !base::glob_match_any(session_->config().config.exclude, path);
}

std::optional<std::string> ShowableFiles::read(const std::string& path) const {
    if (!is_showable(path) || !is_file(path)) {
        return std::nullopt;
    }
    auto content = judged_->view->read(path, max_offered);
    return content && content->find('\0') == std::string::npos ? std::optional(std::move(*content)) : std::nullopt;
}

std::string ShowableFiles::resolve(const std::string& written, const std::string& project) {
    if (written.empty() || is_foreign(written)) {
        return "";
    }
    const bool absolute = written.front() == '/' || (written.size() > 2 && written[1] == ':');
    std::string path = written.substr(std::min(written.find_first_not_of('/'), written.size()));
    while (path.rfind("../", 0) == 0) {
        path.erase(0, 3);
    }
    if (!absolute) {
        for (const std::string& candidate : {below(project, path), path}) {
            if (is_file(candidate)) {
                return candidate;
            }
        }
    } else {
        // Where a copy of the tree stood is not known: the longest end of the path that is a path of ours.
        for (std::string rest = path; rest.find('/') != std::string::npos; rest.erase(0, rest.find('/') + 1)) {
            if (is_file(rest)) {
                return rest;
            }
        }
        return is_file(directory_of(path).empty() ? path : "") ? path : "";
    }
    if (!walked_) {
        walked_ = true;
        if (const auto entries = judged_->view->walk()) {
            for (const auto& entry : *entries) {
                all_.push_back(entry.name);
            }
        }
    }
    const std::string end = "/" + path;
    std::string only;
    for (const auto& one : all_) {
        if (one.size() > end.size() && one.compare(one.size() - end.size(), end.size(), end) == 0) {
            if (!only.empty()) {
                return "";
            }
            only = one;
        }
    }
    return only;
}

base::Result<std::vector<llm::ReadFile>> files_to_read(Session& session, const Judged& judged) {
    ShowableFiles files(session, judged);
    Places places(files);
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        add_pointed_at(outcome, files, places);
        if (outcome.run.plan.kind == model::CheckKind::test && !places.has(llm::ReadFile::Why::failing_test)) {
            find_failed_tests(outcome, files, judged, places);
        }
        RFSN_TRY(add_configuration(judged, outcome, files, places));
    }
    return places.take();
}

base::Result<std::vector<llm::StagedDiff>> diffs_to_show(Session& session, const Judged& judged,
                                                         const std::set<std::string>& first) {
    if (judged.whole.source == model::SnapshotSource::all) {
        return std::vector<llm::StagedDiff>();
    }
    const ShowableFiles files(session, judged);
    std::vector<const model::StagedFile*> order;
    for (const auto& file : judged.whole.files) {
        const bool was_file = file.old_mode == model::FileMode::regular || file.old_mode == model::FileMode::executable;
        const bool is_edit = file.has_content() || (file.mode == model::FileMode::none && was_file);
        if (file.kind != model::ChangeKind::unchanged && is_edit && files.is_showable(file.path) &&
            (file.old_path.empty() || files.is_showable(file.old_path)) &&
            !policy::is_named_by("lock-file", file.path) && !policy::is_named_by("vendored", file.path)) {
            order.push_back(&file);
        }
    }
    std::stable_partition(order.begin(), order.end(),
                          [&](const model::StagedFile* file) { return first.count(file->path) != 0; });
    std::vector<llm::StagedDiff> diffs;
    for (const auto* file : order) {
        model::FileEdit edit{file->path, file->old_blob, file->mode, "", !file->has_content()};
        if (file->has_content()) {
            auto content = files.read(file->path);
            if (!content) {
                continue;
            }
            edit.content = std::move(*content);
        }
        if (auto text = git::unified_diff(session.source(), {edit}); text && !text->empty()) {
            diffs.push_back({file->path, std::move(*text), file->old_blob.empty()});
        }
    }
    return diffs;
}

}  // namespace rfsn::gate
