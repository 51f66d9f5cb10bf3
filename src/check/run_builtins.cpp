// SPDX-License-Identifier: MIT
#include "check/run_builtins.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <set>

#include "base/thread_pool.hpp"
#include "observe/log.hpp"

namespace rfsn::check {
namespace {

/// More than any source file and less than the memory of a small machine.
constexpr std::uint64_t max_blob = std::uint64_t{512} << 20;
/// Below this many files starting threads costs more than it saves.
constexpr std::size_t files_per_thread = 64;

bool looks_binary(std::string_view content) {
    return content.substr(0, 8000).find('\0') != std::string_view::npos;
}

const model::FileEdit* edit_of(const git::TreeView& view, const std::string& path) {
    const auto& edits = view.edits();
    const auto found =
        std::find_if(edits.begin(), edits.end(), [&](const model::FileEdit& edit) { return edit.path == path; });
    return found == edits.end() ? nullptr : &*found;
}

/// One file with the indices of the plans that want it.
struct Work {
    const model::StagedFile* file = nullptr;
    std::vector<std::size_t> plans;
};

std::vector<Work> gather(const std::vector<const Planned*>& plans, const model::Snapshot& snapshot) {
    std::map<std::string_view, Work> by_path;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        if (plans[i]->builtin == nullptr || plans[i]->plan.preset) {
            continue;
        }
        for (const auto& path : plans[i]->plan.files) {
            by_path[path].plans.push_back(i);
        }
    }
    std::vector<Work> work;
    for (const auto& file : snapshot.files) {
        const auto found = by_path.find(file.path);
        if (found != by_path.end()) {
            found->second.file = &file;
            work.push_back(std::move(found->second));
        }
    }
    return work;
}

class FileReader {
   public:
    FileReader(const git::TreeView& view, const model::StagedFile& file) : view_(&view), file_(&file) {}

    base::Result<BuiltinFile> load(bool want_content) {
        BuiltinFile loaded;
        loaded.file = file_;
        loaded.merging = view_->snapshot().merging;
        if (const auto* edit = edit_of(*view_, file_->path)) {
            loaded.content = edit->content;
            loaded.size = edit->content.size();
        } else if (want_content && file_->has_content()) {
            RFSN_ASSIGN(content_, view_->source().read(file_->blob, max_blob));
            loaded.content = content_;
            loaded.size = content_.size();
        } else if (file_->has_content()) {
            RFSN_ASSIGN(loaded.size, view_->source().size(file_->blob));
        }
        loaded.binary = looks_binary(loaded.content);
        return loaded;
    }

   private:
    const git::TreeView* view_;
    const model::StagedFile* file_;
    std::string content_;
};

void check_file(const Work& work, const std::vector<const Planned*>& plans, const git::TreeView& view,
                std::vector<Outcome>& outcomes, std::mutex& mutex) {
    const bool want_content = std::any_of(work.plans.begin(), work.plans.end(),
                                          [&](std::size_t i) { return plans[i]->builtin->needs_content; });
    FileReader reader(view, *work.file);
    const auto file = reader.load(want_content);
    for (const std::size_t i : work.plans) {
        if (!file) {
            const std::lock_guard lock(mutex);
            outcomes[i].run.state = model::RunState::error;
            outcomes[i].run.reason = work.file->path + ": " + file.error().describe();
            continue;
        }
        if (!plans[i]->builtin->applies(*file, plans[i]->options)) {
            continue;
        }
        auto result = plans[i]->builtin->run(*file, plans[i]->options);
        if (result.findings.empty() && !result.fixed) {
            continue;
        }
        const std::lock_guard lock(mutex);
        for (auto& finding : result.findings) {
            finding.tool = plans[i]->plan.id;
            finding.fixable = finding.fixable || result.fixed.has_value();
            outcomes[i].findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

Outcome preset_outcome(const Planned& planned) {
    Outcome outcome;
    outcome.run.plan = planned.plan;
    outcome.run.state = planned.plan.preset.value_or(model::RunState::error);
    outcome.run.reason = planned.plan.preset_reason;
    outcome.run.remedy = planned.plan.remedy;
    return outcome;
}

std::vector<Outcome> run_builtins(const std::vector<const Planned*>& plans, const git::TreeView& view,
                                  unsigned threads) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<Outcome> outcomes(plans.size());
    for (std::size_t i = 0; i < plans.size(); ++i) {
        outcomes[i].run.plan = plans[i]->plan;
        outcomes[i].run.state = model::RunState::passed;
        outcomes[i].run.isolation = "blobs";
        if (plans[i]->plan.preset) {
            outcomes[i] = preset_outcome(*plans[i]);
        }
    }
    const auto work = gather(plans, view.snapshot());
    const auto wanted_threads = std::min<std::size_t>(threads, 1 + work.size() / files_per_thread);
    std::mutex mutex;
    const auto context = observe::current();
    base::parallel_for(work.size(), static_cast<unsigned>(wanted_threads), [&](std::size_t i) {
        const observe::ContextScope scope(context);
        check_file(work[i], plans, view, outcomes, mutex);
    });
    const auto duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    for (auto& outcome : outcomes) {
        std::sort(outcome.findings.begin(), outcome.findings.end(),
                  [](const model::Finding& a, const model::Finding& b) {
                      return std::tie(a.path, a.line, a.column, a.code) < std::tie(b.path, b.line, b.column, b.code);
                  });
        if (outcome.run.state == model::RunState::passed && !outcome.findings.empty()) {
            outcome.run.state = model::RunState::blocked;
        }
        outcome.run.duration = outcome.run.plan.preset ? std::chrono::milliseconds{0} : duration;
    }
    return outcomes;
}

base::Result<std::vector<model::FileEdit>> fix_builtins(const std::vector<const Planned*>& plans,
                                                        const git::TreeView& view) {
    std::vector<model::FileEdit> edits;
    for (const auto& work : gather(plans, view.snapshot())) {
        FileReader reader(view, *work.file);
        auto loaded = reader.load(true);
        if (!loaded) {
            continue;  // its checks are `error` already
        }
        std::string content(loaded->content);
        bool changed = false;
        for (const std::size_t i : work.plans) {
            loaded->content = content;
            loaded->size = content.size();
            if (!plans[i]->builtin->fixes || !plans[i]->builtin->applies(*loaded, plans[i]->options)) {
                continue;
            }
            if (auto result = plans[i]->builtin->run(*loaded, plans[i]->options); result.fixed) {
                content = std::move(*result.fixed);
                changed = true;
            }
        }
        if (changed) {
            edits.push_back({work.file->path, work.file->blob, work.file->mode, std::move(content), false});
        }
    }
    return edits;
}

}  // namespace rfsn::check
