// SPDX-License-Identifier: MIT
#include "gate/test_proof.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "gate/test_place.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

using Ending = check::TestCase::Ending;

constexpr std::uint64_t max_test_file = std::uint64_t{4} << 20;

struct TestFile {
    std::string path;
    std::string text;
    std::vector<model::LineRange> changed;
};

/// What a test is called in the files of the change, and where.
struct Place {
    const TestFile* file = nullptr;
    std::uint32_t line = 0;
};

Place place_of(const check::TestCase& test, const std::vector<TestFile>& files) {
    Place found;
    for (const auto& file : files) {
        const std::uint32_t line = line_of_test(test.name, file.text);
        if (line != 0 && (found.file == nullptr || names_file(test.suite, file.path))) {
            found = {&file, line};
        }
    }
    return found;
}

/// What stands above a test and belongs to it: blank lines, comments, decorators, annotations, attributes.
bool heads_a_test(std::string_view line) {
    const std::string_view text = base::trim(line);
    return text.empty() || std::string_view("@#[/*").find(text.front()) != std::string_view::npos;
}

/// From its own line to where the next test begins: whether the change touches that.
bool is_new_or_changed(const Place& place, const std::set<std::pair<const TestFile*, std::uint32_t>>& starts) {
    const auto lines = base::split_lines(place.file->text);
    const auto next = starts.upper_bound({place.file, place.line});
    auto last = static_cast<std::uint32_t>(lines.size());
    if (next != starts.end() && next->first == place.file) {
        last = next->second - 1;
    }
    while (last > place.line && heads_a_test(lines[last - 1])) {
        --last;
    }
    return std::any_of(place.file->changed.begin(), place.file->changed.end(),
                       [&](const model::LineRange& range) { return range.first <= last && range.last >= place.line; });
}

/// The base tree with only the change's tests over it.
model::Snapshot tests_alone(const model::Snapshot& now) {
    model::Snapshot snapshot;
    snapshot.id = now.id + "-tests";
    snapshot.source = model::SnapshotSource::index;
    snapshot.base_tree = now.base_tree;
    snapshot.merging = now.merging;
    for (const auto& file : now.files) {
        if (policy::is_test_path(file.path)) {
            snapshot.files.push_back(file);
        }
    }
    return snapshot;
}

base::Result<std::vector<TestFile>> test_files(const Judged& judged, const model::Snapshot& tests) {
    std::vector<std::string> paths;
    for (const auto& file : tests.files) {
        if (file.has_content()) {
            paths.push_back(file.path);
        }
    }
    RFSN_ASSIGN(auto changed, git::changed_lines(judged.view->source(), judged.whole, paths));
    std::vector<TestFile> files;
    for (auto& path : paths) {
        auto text = judged.view->read(path, max_test_file);
        if (text && text->find('\0') == std::string::npos) {
            files.push_back({path, std::move(*text), std::move(changed[path])});
        }
    }
    return files;
}

bool brings_code_and_tests(const model::Snapshot& now) {
    const auto is_test = [](const model::StagedFile& file) { return policy::is_test_path(file.path); };
    return std::any_of(now.files.begin(), now.files.end(), is_test) &&
           !std::all_of(now.files.begin(), now.files.end(), is_test);
}

model::Finding finding(const check::TestCase& test, const Place& place, const std::string& check) {
    model::Finding one;
    one.path = place.file->path;
    one.line = place.line;
    one.code = "proves-nothing";
    one.severity = model::Severity::info;
    one.blocking = false;
    one.tool = check;
    one.message = test.name + " passes on the code before the change too, so it proves nothing about it";
    return one;
}

/// Of one check whose tests passed: findings for those that pass without the change.
void compare(check::Outcome& with, const check::Outcome& without, const std::vector<TestFile>& files) {
    std::set<std::string> passed_without;
    for (const auto& test : without.tests) {
        if (test.ending == Ending::passed) {
            passed_without.insert(test.id());
        }
    }
    std::set<std::pair<const TestFile*, std::uint32_t>> starts;
    for (const auto& test : with.tests) {
        if (const Place place = place_of(test, files); place.file != nullptr) {
            starts.insert({place.file, place.line});
        }
    }
    std::set<std::pair<std::string, std::uint32_t>> told;
    for (const auto& test : with.tests) {
        const Place place = place_of(test, files);
        if (test.ending != Ending::passed || place.file == nullptr || !is_new_or_changed(place, starts) ||
            passed_without.count(test.id()) == 0 || !told.insert({place.file->path, place.line}).second) {
            continue;
        }
        with.findings.push_back(finding(test, place, with.run.plan.id));
    }
}

}  // namespace

base::Result<void> name_tests_that_prove_nothing(Session& session, Judged& judged) {
    const auto& now = judged.whole;
    if (judged.request.stage != model::Stage::ci || now.base_tree.empty() || now.source == model::SnapshotSource::all ||
        !brings_code_and_tests(now)) {
        return {};
    }
    std::vector<const check::Planned*> plans;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        if (judged.outcomes[i].run.state == model::RunState::passed && !judged.outcomes[i].tests.empty()) {
            plans.push_back(&judged.plans[i]);
            of.push_back(i);
        }
    }
    if (plans.empty()) {
        return {};
    }
    const model::Snapshot alone = tests_alone(now);
    RFSN_ASSIGN(const auto files, test_files(judged, alone));
    const git::TreeView view(session.source(), alone);
    RFSN_ASSIGN(const auto without, run_on(session, judged, view, plans, {}));
    for (std::size_t i = 0; i < of.size(); ++i) {
        const auto state = without[i].run.state;
        if (state == model::RunState::passed || state == model::RunState::blocked) {
            compare(judged.outcomes[of[i]], without[i], files);
        }
    }
    return {};
}

}  // namespace rfsn::gate
