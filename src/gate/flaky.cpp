// SPDX-License-Identifier: MIT
#include "gate/flaky.hpp"

#include <algorithm>
#include <set>

#include "base/interrupt.hpp"
#include "check/settle.hpp"
#include "gate/already_red.hpp"

namespace rfsn::gate {
namespace {

using Indices = std::vector<std::size_t>;

/// What of a check's blocking findings HEAD has too, and whether always.
struct Standing {
    bool is_new = false;         ///< one of them is not there, or it stands on a changed line
    bool is_old = false;         ///< one of them is there in every run so far
    bool flaky_here = false;     ///< one of those that are not there is flaky here
    bool flaky_on_head = false;  ///< one of them is flaky there
};

Standing standing(const check::Outcome& now, const check::Outcome* head) {
    Standing standing;
    for (const auto& finding : now.findings) {
        if (!finding.blocking) {
            continue;
        }
        const check::Outcome none;
        const auto& old = head == nullptr ? none.findings : head->findings;
        const auto found = std::find_if(old.begin(), old.end(),
                                        [&](const auto& one) { return one.fingerprint == finding.fingerprint; });
        if (found == old.end() || finding.on_changed_line.value_or(false)) {
            standing.is_new = true;
            standing.flaky_here = standing.flaky_here || finding.flaky;
        } else if (found->flaky) {
            standing.flaky_on_head = true;
        } else {
            standing.is_old = true;
        }
    }
    return standing;
}

class SecondRuns {
   public:
    SecondRuns(Session& session, Judged& judged, const git::TreeView& head, std::map<std::size_t, OnHead>& on_head)
        : session_(session), judged_(judged), head_(head), on_head_(on_head) {}

    base::Result<void> run() {
        RFSN_TRY(ask([](const Standing& is) { return is.is_new; }, [](const Standing& is) { return is.is_old; }));
        return ask([](const Standing& is) { return is.flaky_on_head; },
                   [](const Standing& is) { return is.flaky_here; });
    }

   private:
    template <class Here, class There>
    base::Result<void> ask(const Here& here, const There& there) {
        Indices now, old;
        for (std::size_t i = 0; i < judged_.plans.size(); ++i) {
            if (judged_.outcomes[i].run.state != model::RunState::blocked || !may_be_flaky(judged_.plans[i])) {
                continue;
            }
            const auto known = on_head_.find(i);
            const auto is = standing(judged_.outcomes[i], known == on_head_.end() ? nullptr : &known->second.outcome);
            if (here(is) && asked_here_.count(i) == 0 && leaves_time(judged_.outcomes[i])) {
                now.push_back(i);
                asked_here_.insert(i);
            }
            if (there(is) && known != on_head_.end() && asked_there_.count(i) == 0 &&
                leaves_time(known->second.outcome)) {
                old.push_back(i);
                asked_there_.insert(i);
            }
        }
        RFSN_TRY(ask_here(now));
        return ask_there(old);
    }

    base::Result<void> ask_here(const Indices& indices) {
        std::vector<const check::Planned*> plans;
        for (const auto i : indices) {
            plans.push_back(&judged_.plans[i]);
        }
        if (plans.empty() || base::interrupted()) {
            return {};
        }
        RFSN_ASSIGN(const auto again, run_on(session_, judged_, *judged_.view, plans, {}));
        for (std::size_t k = 0; k < indices.size(); ++k) {
            check::name_flaky(judged_.outcomes[indices[k]], again[k]);
        }
        return {};
    }

    base::Result<void> ask_there(const Indices& indices) {
        std::vector<const check::Planned*> plans;
        for (const auto i : indices) {
            plans.push_back(&on_head_.at(i).planned);
        }
        if (plans.empty() || base::interrupted()) {
            return {};
        }
        RFSN_ASSIGN(auto again, run_on(session_, judged_, head_, plans, {}));
        for (std::size_t k = 0; k < indices.size(); ++k) {
            rename_to_now(again[k], judged_.whole);
            check::name_flaky(on_head_.at(indices[k]).outcome, again[k]);
        }
        return {};
    }

    [[nodiscard]] bool leaves_time(const check::Outcome& first) const {
        return !judged_.deadline || std::chrono::steady_clock::now() + first.run.duration < *judged_.deadline;
    }

    Session& session_;
    Judged& judged_;
    const git::TreeView& head_;
    std::map<std::size_t, OnHead>& on_head_;
    std::set<std::size_t> asked_here_, asked_there_;
};

}  // namespace

bool may_be_flaky(const check::Planned& planned) {
    const bool runs_anything = planned.plan.kind == model::CheckKind::test || planned.plan.pack == "config";
    return runs_anything && planned.builtin == nullptr && !planned.integrity;
}

base::Result<void> ask_tests_again(Session& session, Judged& judged, const git::TreeView& head,
                                   std::map<std::size_t, OnHead>& on_head) {
    return SecondRuns(session, judged, head, on_head).run();
}

}  // namespace rfsn::gate
