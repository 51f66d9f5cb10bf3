// SPDX-License-Identifier: MIT
#include "check/run_tools.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "check/result_memory.hpp"
#include "check/tool_run.hpp"
#include "check/tool_versions.hpp"

namespace rfsn::check {
namespace {

/// Checks that share a place: those of one project that need the whole tree; any other check has a lane of its own.
struct Lane {
    std::deque<std::size_t> waiting;  ///< indices of runs
    std::unique_ptr<isolate::Place> place;
    bool holds_shadow = false;
    bool out_of_sight = false;  ///< somebody works in the work tree meanwhile: a tree of our own from now on
};

class Scheduler {
   public:
    Scheduler(const std::vector<const Planned*>& plans, const ToolContext& context)
        : plans_(plans), context_(context), probes_(context) {
        std::map<std::string, std::size_t> shared;
        for (std::size_t i = 0; i < plans.size(); ++i) {
            runs_.emplace_back(*plans[i], context);
            keys_.emplace_back();
            remembered_.emplace_back();
            if (plans[i]->builtin != nullptr || plans[i]->plan.preset || remembers(i)) {
                continue;
            }
            const std::string key = plans[i]->plan.pack + "\n" + plans[i]->plan.project;
            const bool shadow = plans[i]->plan.tier == model::Tier::shadow;
            if (shadow && shared.count(key) != 0) {
                lanes_[shared[key]].waiting.push_back(i);
                continue;
            }
            if (shadow) {
                shared[key] = lanes_.size();
            }
            lanes_.emplace_back();
            lanes_.back().waiting.push_back(i);
        }
    }

    std::vector<Outcome> run() {
        context_.runner->run([this] { return next(); }, context_.slots, context_.deadline, [this] { tell(); });
        std::vector<Outcome> outcomes;
        for (std::size_t i = 0; i < plans_.size(); ++i) {
            if (plans_[i]->builtin != nullptr || plans_[i]->plan.preset) {
                outcomes.push_back(preset_outcome(*plans_[i]));
                continue;
            }
            if (remembered_[i]) {
                outcomes.push_back(std::move(*remembered_[i]));
                continue;
            }
            if (!runs_[i].finished()) {  // the runner stopped asking: deadline or interrupt
                runs_[i].fail(plans_[i]->plan.required ? model::RunState::error : model::RunState::skipped, "deadline");
            }
            const bool ran = runs_[i].started();
            outcomes.push_back(runs_[i].take());
            auto& run = outcomes.back().run;
            if (ran && run.state != model::RunState::unavailable) {
                run.tool_version = probes_.version(version_question(*plans_[i]));
            }
            if (ran && context_.memory != nullptr) {
                context_.memory->keep(keys_[i], outcomes.back());
            }
        }
        return outcomes;
    }

   private:
    /// Each lane with a shadow tree holds one of few; more than this many at once would wait for each other.
    static constexpr std::size_t max_shadow_lanes = 2;

    /// Whether there is nothing to run, because it was run.
    bool remembers(std::size_t i) {
        if (context_.memory == nullptr) {
            return false;
        }
        keys_[i] = context_.memory->key(*plans_[i], *context_.view);
        auto& known = remembered_[i];
        known = context_.memory->find(keys_[i]);
        if (known) {
            const auto question = version_question(*plans_[i]);
            known->run.plan = plans_[i]->plan;
            known->run.from_cache = true;
            probes_.ask(question);
            known->run.tool_version = probes_.version(question);
        }
        return known.has_value();
    }

    std::optional<base::ProcessJob> next() {
        for (auto& lane : lanes_) {
            while (!lane.waiting.empty()) {
                const std::size_t index = lane.waiting.front();
                ToolRun& run = runs_[index];
                if (run.finished() && !run.running()) {
                    if (disturbed(lane, run)) {
                        run = ToolRun(*plans_[index], context_);
                        continue;
                    }
                    lane.waiting.pop_front();
                    close(lane);
                    continue;
                }
                if (!run.started() && !open(lane, run)) {
                    break;
                }
                auto spec = run.next(plans_[index]->plan.tier != model::Tier::shadow);
                if (spec) {
                    return base::ProcessJob{std::move(*spec), [this, index](base::ProcessResult result) {
                                                runs_[index].done(std::move(result));
                                            }};
                }
                if (!run.finished() || run.running()) {
                    break;  // waits for its own processes
                }
            }
        }
        return probes_.next();
    }

    void close(Lane& lane) {
        if (lane.waiting.empty()) {
            leave(lane);
        }
    }

    void leave(Lane& lane) {
        open_shadows_ -= lane.holds_shadow ? 1 : 0;
        lane.holds_shadow = false;
        lane.place.reset();
    }

    /// Whether its verdict may be about what somebody saved while it ran. It is asked again then, where nobody works.
    bool disturbed(Lane& lane, ToolRun& run) {
        if (lane.place == nullptr || !run.started() || lane.out_of_sight) {
            return false;
        }
        const auto path = lane.place->disturbed();
        if (path && path->empty()) {
            return false;
        }
        lane.out_of_sight = true;
        leave(lane);
        return true;
    }

    bool open(Lane& lane, ToolRun& run) {
        const bool shadow = run.planned().plan.tier == model::Tier::shadow;
        if (lane.place == nullptr) {
            if (shadow && open_shadows_ >= max_shadow_lanes) {
                return false;
            }
            auto request = request_for(run.planned(), *context_.view);
            if (!request) {
                run.fail(model::RunState::error, request.error().describe());
                return true;
            }
            request->seen_from_outside = request->seen_from_outside || lane.out_of_sight;
            for (const std::size_t index : lane.waiting) {  // what any check of the lane wants to survive
                if (const auto& spec = plans_[index]->spec) {
                    request->writes_nothing = request->writes_nothing && spec->writes_nothing;
                    request->seen_from_outside = request->seen_from_outside || spec->asks_daemon;
                    request->keep.insert(request->keep.end(), spec->keep.begin(), spec->keep.end());
                    request->dependencies.insert(request->dependencies.end(), spec->dependencies.begin(),
                                                 spec->dependencies.end());
                }
            }
            auto place = context_.isolation->prepare(*context_.view, *request);
            if (!place) {
                run.fail(model::RunState::error, "no place to run it in: " + place.error().describe());
                return true;
            }
            lane.place = std::move(*place);
            lane.holds_shadow = shadow;
            open_shadows_ += shadow ? 1 : 0;
        }
        run.start(*lane.place);
        probes_.ask(version_question(run.planned()));
        return true;
    }

    void tell() {
        if (!context_.progress) {
            return;
        }
        std::vector<std::string> names;
        for (const auto& run : runs_) {
            if (run.running()) {
                names.push_back(run.planned().plan.id);
            }
        }
        context_.progress(names);
    }

    const std::vector<const Planned*>& plans_;
    const ToolContext& context_;
    std::deque<ToolRun> runs_;
    std::deque<std::string> keys_;  ///< of what may be remembered
    std::deque<std::optional<Outcome>> remembered_;
    std::deque<Lane> lanes_;
    std::size_t open_shadows_ = 0;
    VersionProbes probes_;
};

}  // namespace

std::vector<Outcome> run_tools(const std::vector<const Planned*>& plans, const ToolContext& context) {
    return Scheduler(plans, context).run();
}

}  // namespace rfsn::check
