// SPDX-License-Identifier: MIT
#include "check/settle.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::check {
namespace {

constexpr std::uint64_t max_source = std::uint64_t{8} << 20;
constexpr std::size_t max_line = 400;

using ChangedLines = std::map<std::string, std::vector<model::LineRange>>;

/// Source lines by path, each file read and split once.
class Lines {
   public:
    explicit Lines(const git::TreeView& view) : view_(&view) {}

    std::string line(const std::string& path, std::uint32_t number) {
        auto found = files_.find(path);
        if (found == files_.end()) {
            auto bytes = view_->read(path, max_source);
            File file;
            file.bytes = std::make_unique<std::string>(bytes ? std::move(*bytes) : std::string());
            file.lines = base::split_lines(*file.bytes);
            found = files_.emplace(path, std::move(file)).first;
        }
        const auto& lines = found->second.lines;
        if (number == 0 || number > lines.size()) {
            return {};
        }
        std::string_view text = lines[number - 1].substr(0, max_line);
        if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        return secrets::mask(text);
    }

   private:
    struct File {
        std::unique_ptr<std::string> bytes;
        std::vector<std::string_view> lines;
    };
    const git::TreeView* view_;
    std::map<std::string, File, std::less<>> files_;
};

const model::StagedFile* staged(const model::Snapshot& snapshot, const std::string& path) {
    const auto found =
        std::lower_bound(snapshot.files.begin(), snapshot.files.end(), path,
                         [](const model::StagedFile& file, const std::string& wanted) { return file.path < wanted; });
    return found == snapshot.files.end() || found->path != path ? nullptr : &*found;
}

/// Only these need the differ: modified files with findings that name a line.
std::vector<std::string> paths_to_diff(const std::vector<Outcome>& outcomes, const model::Snapshot& snapshot) {
    std::set<std::string> paths;
    for (const auto& outcome : outcomes) {
        for (const auto& finding : outcome.findings) {
            const auto* file = finding.line == 0 ? nullptr : staged(snapshot, finding.path);
            if (file != nullptr && file->kind != model::ChangeKind::added &&
                file->kind != model::ChangeKind::unchanged) {
                paths.insert(finding.path);
            }
        }
    }
    return {paths.begin(), paths.end()};
}

bool on_changed_line(const model::Finding& finding, const model::Snapshot& snapshot, const ChangedLines& changed) {
    const auto* file = staged(snapshot, finding.path);
    if (file == nullptr) {
        return false;
    }
    if (file->kind == model::ChangeKind::added || file->kind == model::ChangeKind::unchanged) {
        return true;
    }
    const auto ranges = changed.find(finding.path);
    if (ranges == changed.end()) {
        return false;
    }
    const auto last = std::max(finding.line, finding.end_line);
    return std::any_of(ranges->second.begin(), ranges->second.end(), [&](const model::LineRange& range) {
        return finding.line <= range.last && last >= range.first;
    });
}

void drop_repeats(std::vector<model::Finding>& findings) {
    const auto key = [](const model::Finding& finding) {
        return std::tie(finding.path, finding.line, finding.column, finding.code, finding.message);
    };
    std::stable_sort(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    findings.erase(
        std::unique(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
        findings.end());
}

void count_findings(Outcome& outcome) {
    outcome.run.findings = outcome.run.flaky = 0;
    for (const auto& finding : outcome.findings) {
        outcome.run.findings += finding.blocking ? 1U : 0U;
        outcome.run.flaky += finding.flaky ? 1U : 0U;
    }
}

/// The state of a blocked outcome whose findings have all been forgiven.
void conclude(Outcome& outcome) {
    auto& run = outcome.run;
    if (run.state != model::RunState::blocked || run.findings != 0) {
        return;
    }
    if (outcome.inconclusive.empty()) {
        run.state = model::RunState::passed;
        run.reason = "what it found is there without this change too";
        return;
    }
    const bool says_no_more = outcome.inconclusive == only_a_status;
    run.state = says_no_more && !run.plan.required ? model::RunState::skipped : model::RunState::error;
    run.reason = "it fails in the same way without this change, so it has not judged it (" + outcome.inconclusive + ")";
    for (const auto& finding : outcome.findings) {
        if (finding.already_on_head) {
            const auto& words = finding.message;
            run.reason += ": " + words.substr(0, words.find('\n'));
            break;
        }
    }
}

/// What is the same finding in two runs on one tree: messages carry durations and addresses.
std::string same_place(const model::Finding& finding) {
    std::string key = finding.tool + "\n" + finding.code + "\n" + finding.path + "\n" + std::to_string(finding.line);
    if (finding.line == 0) {
        key += "\n" + finding.message.substr(0, finding.message.find('\n'));
        key.erase(std::remove_if(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; }), key.end());
    }
    return key;
}

}  // namespace

void fingerprint(std::vector<model::Finding>& findings) {
    std::map<std::string, int> seen;
    for (auto& finding : findings) {
        // Messages carry numbers that shift; the line's own text and the rule say what it is.
        const std::string text(base::trim(finding.source_line));
        const std::string& words = text.empty() ? finding.message : text;
        const int ordinal = seen[finding.tool + '\n' + finding.code + '\n' + finding.path + '\n' + words]++;
        finding.fingerprint = base::Sha256()
                                  .field(finding.tool)
                                  .field(finding.code)
                                  .field(finding.path)
                                  .field(words)
                                  .field(std::to_string(ordinal))
                                  .hex();
    }
}

base::Result<void> settle(std::vector<Outcome>& outcomes, const git::TreeView& view) {
    const auto& snapshot = view.snapshot();
    ChangedLines changed;
    if (const auto paths = paths_to_diff(outcomes, snapshot); !paths.empty()) {
        RFSN_ASSIGN(changed, git::changed_lines(view.source(), snapshot, paths));
    }
    Lines lines(view);
    for (auto& outcome : outcomes) {
        drop_repeats(outcome.findings);
        for (auto& finding : outcome.findings) {
            finding.message = secrets::mask(finding.message);
            if (finding.line > 0 && !finding.path.empty()) {
                finding.source_line = lines.line(finding.path, finding.line);
                finding.on_changed_line = on_changed_line(finding, snapshot, changed);
            }
        }
        fingerprint(outcome.findings);
        count_findings(outcome);
        if (outcome.run.state == model::RunState::blocked && outcome.run.findings == 0) {
            outcome.run.state = model::RunState::passed;
            outcome.run.reason.clear();
        }
    }
    return {};
}

bool may_be_old(const Outcome& outcome) {
    return outcome.run.state == model::RunState::blocked &&
           std::any_of(outcome.findings.begin(), outcome.findings.end(), [](const model::Finding& finding) {
               return finding.blocking && !finding.on_changed_line.value_or(false);
           });
}

void forgive_old(Outcome& now, const Outcome& on_head) {
    std::map<std::string_view, bool> old;  // by fingerprint, whether it is flaky
    for (const auto& finding : on_head.findings) {
        old.emplace(finding.fingerprint, finding.flaky);
    }
    for (auto& finding : now.findings) {
        const auto found = old.find(finding.fingerprint);
        if (!finding.blocking || finding.on_changed_line.value_or(false) || found == old.end()) {
            continue;
        }
        if (found->second && !finding.flaky) {
            continue;  // it may fail there and always fails here: this change may have broken it for good
        }
        finding.already_on_head = true;
        finding.blocking = false;
    }
    count_findings(now);
    conclude(now);
}

void name_flaky(Outcome& outcome, const Outcome& again) {
    using State = model::RunState;
    const auto judged = [](const Outcome& one) {
        return one.run.state == State::passed || one.run.state == State::blocked;
    };
    if (!judged(outcome) || !judged(again)) {
        return;
    }
    std::set<std::string> first, second;
    for (const auto& finding : outcome.findings) {
        if (finding.blocking) {
            first.insert(same_place(finding));
        }
    }
    for (const auto& finding : again.findings) {
        if (finding.blocking) {
            second.insert(same_place(finding));
        }
    }
    for (auto& finding : outcome.findings) {
        finding.flaky = finding.flaky || (finding.blocking && second.count(same_place(finding)) == 0);
    }
    for (const auto& finding : again.findings) {
        if (finding.blocking && first.count(same_place(finding)) == 0) {
            outcome.findings.push_back(finding);
            outcome.findings.back().flaky = true;
        }
    }
    if (again.run.state == State::blocked && outcome.run.state == State::passed) {
        outcome.run.state = State::blocked;
        outcome.run.output = again.run.output;
        outcome.inconclusive = again.inconclusive;
    }
    count_findings(outcome);
}

}  // namespace rfsn::check
