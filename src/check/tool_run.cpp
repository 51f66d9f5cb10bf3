// SPDX-License-Identifier: MIT
#include "check/tool_run.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "base/atomic_file.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/includes.hpp"
#include "buildpack/tests_there.hpp"
#include "check/diagnostics.hpp"
#include "check/test_report.hpp"
#include "observe/log.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t kept_lines = 40;
/// rfsn-exec's status when it could not make what it was asked for.
constexpr int sandbox_failed = 125;
constexpr std::size_t kept_bytes = std::size_t{16} << 10;
constexpr std::uint64_t max_source = std::uint64_t{8} << 20;
constexpr std::uint64_t max_report_file = std::uint64_t{64} << 20;
constexpr std::size_t max_entries = 200'000;

bool contains(const std::vector<int>& codes, int code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// "a/m/target/x.xml" by the pattern "a/**/target/*.xml" -> "a/m".
std::string module_of(const std::string& pattern, std::string path) {
    const auto any = pattern.find("**/");
    if (any == std::string::npos) {
        return {};
    }
    for (auto left = std::count(pattern.begin() + static_cast<std::ptrdiff_t>(any) + 3, pattern.end(), '/'); left >= 0;
         --left) {
        path.erase(std::min(path.size(), path.rfind('/')));
    }
    return path;
}

/// The end of a tool's output, as a report may keep it.
std::string tail(std::string_view output) {
    const auto lines = base::split_lines(output);
    std::string text;
    for (std::size_t i = lines.size() > kept_lines ? lines.size() - kept_lines : 0; i < lines.size(); ++i) {
        text.append(lines[i]).push_back('\n');
    }
    if (text.size() > kept_bytes) {
        text.erase(0, text.size() - kept_bytes);
    }
    return secrets::mask(base::strip_ansi(text));
}

/// ": " and the last line that says something, or "".
std::string said(const std::string& output) {
    const auto lines = base::split_lines(output);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (const auto text = base::trim(*line); !text.empty()) {
            return ": " + std::string(text.substr(0, 200));
        }
    }
    return {};
}

std::string last_words(const std::vector<base::ProcessResult>& results) {
    std::string all;
    for (const auto& result : results) {
        all += result.out;
        if (!all.empty() && all.back() != '\n') {
            all += '\n';
        }
        all += result.err;
    }
    return tail(all);
}

/// Compilers and linters that fall over say so in set words; what they found until then is not all.
bool says_that_it_broke(const Outcome& outcome) {
    static constexpr std::array<std::string_view, 5> words{"internal compiler error", "INTERNAL ERROR", "INTERNALERROR",
                                                           "compiler unexpectedly panicked", "submit a bug report"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return outcome.run.output.find(word) != std::string::npos ||
               std::any_of(outcome.findings.begin(), outcome.findings.end(), [&](const model::Finding& finding) {
                   return finding.message.find(word) != std::string::npos;
               });
    });
}

/// Go goes on with the packages that build; what the others' tests would say is not known.
bool did_not_build(const Outcome& outcome) {
    static constexpr std::array<std::string_view, 4> words{"[build failed]", "[setup failed]", "build-fail",
                                                           "could not compile"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return outcome.run.output.find(word) != std::string::npos ||
               std::any_of(outcome.findings.begin(), outcome.findings.end(), [&](const model::Finding& finding) {
                   return finding.message.find(word) != std::string::npos;
               });
    });
}

/// A source in the place of each header.
void go_through_sources(const Planned& planned, const git::TreeView& view, CommandValues& values) {
    // In another tree others may include it. To look for that means to read every source.
    const auto sources =
        view.edits().empty() && !planned.through.empty()
            ? planned.through
            : buildpack::including_sources(*planned.spec, *planned.project, view, values.files, planned.records);
    std::vector<std::string> files;
    for (auto& path : values.files) {
        if (!buildpack::is_header_of(*planned.spec, path)) {
            files.push_back(std::move(path));
        } else if (sources.count(path) != 0) {
            values.headers.push_back(std::move(path));
        }
    }
    for (const auto& [header, source] : sources) {
        if (std::find(files.begin(), files.end(), source) == files.end()) {
            files.push_back(source);
        }
    }
    values.files = std::move(files);
}

}  // namespace

CommandValues values_for(const Planned& planned, const git::TreeView& view, const isolate::Place& place) {
    CommandValues values;
    values.root = place.root();
    values.project = planned.plan.project.empty() || planned.plan.project == "."
                         ? place.root()
                         : place.root() + "/" + planned.plan.project;
    values.out = place.out_dir();
    values.cache = place.cache_dir();
    values.tool = planned.program;
    if (planned.tool != nullptr) {
        values.tool_names = {planned.tool->id};
        for (const auto& program : planned.tool->programs) {
            values.tool_names.push_back(program);
        }
    }
    if (planned.project != nullptr) {
        values.members = planned.project->members;
    }
    values.search_path = planned.search_path;
    for (const auto& path : planned.plan.files) {
        const auto& edits = view.edits();
        const bool deleted = std::any_of(
            edits.begin(), edits.end(), [&](const model::FileEdit& edit) { return edit.deletes && edit.path == path; });
        if (!deleted) {
            values.files.push_back(path);
        }
    }
    if (planned.spec != nullptr && planned.project != nullptr && !planned.spec->headers.empty()) {
        go_through_sources(planned, view, values);
    }
    if (planned.pack != nullptr && planned.project != nullptr && planned.plan.kind == model::CheckKind::test) {
        auto reach = buildpack::affected(*planned.pack, *planned.project, view);
        values.tests = std::move(reach.tests);
        values.packages = std::move(reach.packages);
    }
    return values;
}

base::Result<std::vector<std::string>> context_files(const std::vector<std::string>& globs,
                                                     const std::vector<std::string>& files, const git::TreeView& view) {
    std::set<std::string> directories{""};
    for (const auto& file : files) {
        for (std::size_t at = file.rfind('/'); at != std::string::npos && at > 0; at = file.rfind('/', at - 1)) {
            if (!directories.insert(file.substr(0, at)).second) {
                break;
            }
        }
    }
    std::vector<std::string> found;
    if (globs.empty()) {
        return found;
    }
    for (const auto& directory : directories) {
        RFSN_ASSIGN(const auto entries, view.list(directory));
        for (const auto& entry : entries) {
            const auto slash = entry.name.rfind('/');
            const std::string base_name = slash == std::string::npos ? entry.name : entry.name.substr(slash + 1);
            if (!entry.is_tree && base::glob_match_any(globs, base_name)) {
                found.push_back(entry.name);
            }
        }
    }
    return found;
}

base::Result<isolate::Request> request_for(const Planned& planned, const git::TreeView& view) {
    isolate::Request request;
    request.tier = planned.plan.tier;
    request.label = planned.plan.tier == model::Tier::shadow ? planned.plan.pack : planned.plan.id;
    for (const auto& path : planned.plan.files) {
        request.files.push_back(path);
    }
    if (planned.spec != nullptr) {
        request.writes_nothing = planned.spec->writes_nothing;
        request.seen_from_outside = planned.spec->asks_daemon;
    }
    if (planned.plan.tier != model::Tier::shadow && planned.spec != nullptr) {
        RFSN_ASSIGN(request.context, context_files(planned.spec->context, request.files, view));
    }
    return request;
}

ToolRun::ToolRun(const Planned& planned, const ToolContext& context) : planned_(&planned), context_(&context) {
    outcome_.run.plan = planned.plan;
    start_ = std::chrono::steady_clock::now();
}

void ToolRun::start(isolate::Place& place) {
    place_ = &place;
    start_ = std::chrono::steady_clock::now();
    outcome_.run.isolation = place.describe();
    values_ = values_for(*planned_, *context_->view, place);
    for (const auto& step : planned_->spec->steps) {
        phases_.push_back(expand(step, values_, planned_->spec->batch));
    }
    phases_.push_back(expand(planned_->spec->command, values_, planned_->spec->batch));
    for (const auto& phase : phases_) {
        for (const auto& command : phase) {
            if (command.argv.empty()) {
                fail(model::RunState::error, "its command is empty");
                return;
            }
        }
    }
    for (const auto& arg : phases_.back().empty() ? std::vector<std::string>{} : phases_.back().front().argv) {
        outcome_.run.argv.push_back(secrets::mask(arg));
    }
    if (phases_.back().empty()) {  // every file is gone
        outcome_.run.state = model::RunState::passed;
        outcome_.run.reason = "no file left to check";
        finished_ = true;
    }
}

std::optional<base::ProcessSpec> ToolRun::next(bool side_by_side) {
    if (finished_ || place_ == nullptr || command_ >= phases_[phase_].size() || (running_ > 0 && !side_by_side)) {
        return std::nullopt;
    }
    const auto& command = phases_[phase_][command_++];
    isolate::Limits limits;
    limits.timeout = planned_->plan.timeout;
    limits.network = planned_->spec->network;
    limits.confined = context_->confined;
    auto env = command.env;
    if (observe::enabled(observe::Level::error)) {  // a check that runs git-rfsn logs under the same run
        env.push_back("RFSN_LOG_CONTEXT=" + observe::encode(observe::current()));
    }
    auto spec = context_->isolation->wrap(*place_, command.argv, command.cwd, env, limits);
    if (planned_->plan.tier == model::Tier::stdio && !command.file.empty()) {
        auto content = context_->view->read(command.file);
        if (!content) {
            fail(model::RunState::error, command.file + ": " + content.error().describe());
            return std::nullopt;
        }
        spec.input = std::move(*content);
    }
    ++running_;
    return spec;
}

void ToolRun::done(base::ProcessResult result) {
    --running_;
    observe::log(observe::Level::debug, "process", "ended",
                 {{"check", planned_->plan.id},
                  {"how", result.describe()},
                  {"duration_ms", std::int64_t{result.duration.count()}},
                  {"output_bytes", static_cast<std::int64_t>(result.out.size() + result.err.size())}});
    results_.push_back(std::move(result));
    if (!finished_ && running_ == 0 && command_ >= phases_[phase_].size()) {
        judge_phase();
    }
}

void ToolRun::judge_phase() {
    const bool is_step = phase_ + 1 < phases_.size();
    auto results = std::move(results_);
    results_.clear();
    judge(results, is_step);
    if (!finished_) {
        ++phase_;
        command_ = 0;
    }
}

void ToolRun::judge(const std::vector<base::ProcessResult>& results, bool is_step) {
    const auto& spec = *planned_->spec;
    bool red = false;
    bool nothing = false;
    // gofmt -l always ends with 0: that it names a file is the finding. And a failed test in a report is one whatever
    // the status says: the code under test can choose that.
    bool output_decides = planned_->plan.kind == model::CheckKind::test && !is_step;
    for (const auto& result : results) {
        outcome_.run.exit_code = result.exit_code;
        switch (result.end) {
            case base::ProcessEnd::exited:
                break;
            case base::ProcessEnd::not_found:
                fail(model::RunState::unavailable, "its program was not found");
                return;
            case base::ProcessEnd::stopped:
            case base::ProcessEnd::deadline:
                fail(planned_->plan.required ? model::RunState::error : model::RunState::skipped, "deadline");
                return;
            default:
                outcome_.run.output = last_words(results);
                fail(model::RunState::error, result.describe());
                return;
        }
        const int code = result.exit_code;
        if (constexpr std::string_view own_words = "rfsn-exec: ";
            code == sandbox_failed && result.err.compare(0, own_words.size(), own_words) == 0) {
            context_->isolation->forget();
            fail(model::RunState::error,
                 "no place to run it in: " + std::string(base::trim(result.err.substr(own_words.size(), 500))) +
                     "; git rfsn doctor asks anew what this machine allows");
            return;
        }
        if (is_step ? code == 0 : contains(spec.ok, code)) {
            output_decides = output_decides || (!is_step && contains(spec.findings, code));
            continue;
        }
        if (!is_step && contains(spec.none, code)) {
            nothing = true;
            continue;
        }
        if (is_step || contains(spec.findings, code)) {
            red = true;
            continue;
        }
        if (lacks_dependency(results)) {
            return;
        }
        outcome_.run.output = last_words(results);
        if (code == 127) {
            fail(model::RunState::unavailable, "its program was not found");
        } else {
            fail(model::RunState::error,
                 "exit " + std::to_string(code) + " is not one that " + planned_->plan.id + " is known to use");
        }
        return;
    }
    if (is_step && !red) {
        return;
    }
    if (red && lacks_dependency(results)) {
        return;
    }
    collect_findings(results);
    if (finished_) {
        return;
    }
    const auto blocks = [](const model::Finding& finding) { return finding.blocking; };
    red = red || (output_decides && std::any_of(outcome_.findings.begin(), outcome_.findings.end(), blocks));
    if (!red) {
        for (auto& finding : outcome_.findings) {  // the tool itself said that these are fine
            finding.blocking = false;
        }
        pass(nothing);
        return;
    }
    outcome_.run.output = last_words(results);
    if (is_step) {
        outcome_.inconclusive = "a step before it failed";
    } else if (reports_tests() && outcome_.run.tests.value_or(0) == 0) {
        outcome_.inconclusive = "no test was run";
    } else if (std::any_of(results.begin(), results.end(), [&](const base::ProcessResult& result) {
                   return contains(spec.partial, result.exit_code);
               })) {
        outcome_.inconclusive = "it stopped before it had judged everything";
    } else if (planned_->plan.kind == model::CheckKind::test && did_not_build(outcome_)) {
        outcome_.inconclusive = "some tests could not be built";
    } else if (says_that_it_broke(outcome_)) {
        outcome_.inconclusive = "the tool itself broke";
    }
    if (outcome_.findings.empty() && is_step) {
        fail(model::RunState::error, "a step before it failed (" + results.back().describe() + ")");
        return;
    }
    if (std::none_of(outcome_.findings.begin(), outcome_.findings.end(), blocks)) {
        // A tool whose findings we read said no and named nothing: it broke. A test, a build or a team's own command
        // may say just that.
        const auto kind = planned_->plan.kind;
        if (!spec.outputs.empty() && kind != model::CheckKind::test && kind != model::CheckKind::build) {
            const std::string output = outcome_.run.output;
            fail(model::RunState::error,
                 "it failed (" + results.back().describe() + ") without a finding" + said(output));
            outcome_.run.output = output;
            return;
        }
        if (outcome_.inconclusive.empty()) {
            outcome_.inconclusive = spec.outputs.empty() ? only_a_status : "it named nothing";
        }
        model::Finding finding;
        finding.tool = planned_->plan.id;
        // With its last words in it, another failure of the same check is another finding.
        finding.message = planned_->plan.id + " failed (" + results.back().describe() + ")" + said(outcome_.run.output);
        outcome_.findings.push_back(std::move(finding));
    }
    outcome_.run.state = model::RunState::blocked;
    finished_ = true;
}

/// What was never installed is no defect of the change. Code of the repository could say so too, to be let off: where
/// it ran, the check counts as required.
bool ToolRun::lacks_dependency(const std::vector<base::ProcessResult>& results) {
    if (planned_->pack == nullptr || planned_->project == nullptr) {
        return false;
    }
    for (const auto& result : results) {
        const auto missing = buildpack::missing_dependency(
            *planned_->pack, *planned_->project, base::strip_ansi(result.err + "\n" + result.out), *context_->view);
        if (!missing) {
            continue;
        }
        const auto output = last_words(results);
        fail(model::RunState::unavailable, missing->reason);
        outcome_.run.remedy = missing->install;
        outcome_.run.output = output;
        outcome_.run.plan.required = outcome_.run.plan.required || planned_->plan.runs_repository_code;
        return true;
    }
    return false;
}

bool ToolRun::reports_tests() const {
    const auto& outputs = planned_->spec->outputs;
    return planned_->plan.kind == model::CheckKind::test &&
           std::any_of(outputs.begin(), outputs.end(), [](const buildpack::OutputSpec& output) {
               return output.stream == "file" && output.parser == "junit";
           });
}

/// A test run is green by the tests that it reports, not by its exit status alone: code under test can end the process
/// with 0.
void ToolRun::pass(bool nothing) {
    const bool reports = reports_tests();
    // What a build tool does not write where there is no test cannot be missed; the tree says so, not the tool.
    nothing = nothing || (reports && !outcome_.run.tests && planned_->pack != nullptr && planned_->project != nullptr &&
                          !buildpack::may_have_tests(*planned_->pack, *planned_->project, *context_->view));
    if (reports && !nothing && !outcome_.run.tests) {
        fail(model::RunState::error, "it ended as if all were well, but wrote no report of its tests");
        return;
    }
    if (nothing || (reports && outcome_.run.tests.value_or(0) == 0)) {
        outcome_.run.state = model::RunState::skipped;
        outcome_.run.reason = "it found no test to run";
    } else {
        outcome_.run.state = model::RunState::passed;
    }
    finished_ = true;
}

std::vector<std::string> ToolRun::report_files(const std::string& pattern) const {
    const auto path = expand_text(pattern, values_);
    const auto star = path.find('*');
    if (star == std::string::npos) {
        return {path};
    }
    // Tools and their reports go by the place's own paths; what a run writes lies in its upper layer, where there is
    // one, and what lies below it there is of somebody else's run.
    const std::string inside = path.substr(0, path.rfind('/', star));
    const auto upper = place_->layers().upper;
    const bool layered = !upper.empty() && inside.rfind(place_->root(), 0) == 0;
    const std::string from = layered ? upper + inside.substr(place_->root().size()) : inside;
    std::vector<std::string> found;
    std::error_code failed;
    std::size_t seen = 0;
    for (auto entry = std::filesystem::recursive_directory_iterator(from, failed);
         !failed && entry != std::filesystem::recursive_directory_iterator() && ++seen < max_entries;
         entry.increment(failed)) {
        const auto name = entry->path().filename().string();
        if (name == ".git" || name == "node_modules") {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file(failed) &&
                   base::glob_match(path.substr(inside.size() + 1), entry->path().string().substr(from.size() + 1))) {
            found.push_back(inside + entry->path().string().substr(from.size()));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<ToolRun::Output> ToolRun::outputs(const std::vector<base::ProcessResult>& results) {
    std::vector<Output> texts;
    for (const auto& spec : planned_->spec->outputs) {
        if (spec.stream == "file") {
            for (const auto& path : report_files(spec.file)) {
                auto bytes = base::read_file(place_->from_outside(path), max_report_file);
                if (!bytes) {
                    continue;
                }
                if (auto tests = spec.parser == "junit" ? read_tests(*bytes) : std::nullopt) {
                    outcome_.run.tests = outcome_.run.tests.value_or(0) + count_run(*tests);
                    std::move(tests->begin(), tests->end(), std::back_inserter(outcome_.tests));
                }
                texts.push_back({&spec, std::move(*bytes), module_of(spec.file, path)});
            }
            continue;
        }
        for (const auto& result : results) {
            std::string text = spec.stream == "stderr" ? "" : result.out;
            if (spec.stream != "stdout") {
                if (!text.empty() && text.back() != '\n') {
                    text += '\n';
                }
                text += result.err;
            }
            texts.push_back({&spec, std::move(text), ""});
        }
    }
    return texts;
}

void ToolRun::collect_findings(const std::vector<base::ProcessResult>& results) {
    ParseContext context;
    const auto& commands = phases_[phase_];
    context.root = commands.empty() ? values_.project : commands.front().cwd;
    context.tool = planned_->plan.id;
    context.content = [this](const std::string& path) -> std::optional<std::string> {
        auto bytes = context_->view->read(path, max_source);
        return bytes ? std::optional<std::string>(std::move(*bytes)) : std::nullopt;
    };
    std::string problem;
    const buildpack::OutputSpec* said_something = nullptr;
    const auto relative = [&](const std::string& directory) {
        return directory == values_.root ? std::string()
                                         : std::filesystem::path(directory).lexically_relative(values_.root).string();
    };
    const auto ran_in = context.root;
    for (const auto& [spec, text, directory] : outputs(results)) {
        context.root = directory.empty() ? ran_in : directory;
        context.prefix = relative(context.root);
        // The first output that says something is the authority; the others say it again in other words.
        if (said_something != nullptr && spec != said_something) {
            break;
        }
        auto found = parse_output(spec->parser, text, context);
        if (!found) {
            problem = spec->parser + ": " + found.error().describe();
            continue;
        }
        for (auto& finding : *found) {
            finding.tool = planned_->plan.id;
            finding.fixable = finding.fixable || planned_->spec->fix.has_value();
            outcome_.findings.push_back(std::move(finding));
        }
        said_something = outcome_.findings.empty() ? nullptr : spec;
    }
    if (outcome_.findings.empty() && !problem.empty()) {
        outcome_.run.reason = "its output could not be read (" + problem + ")";
    }
}

void ToolRun::fail(model::RunState state, std::string reason) {
    outcome_.run.state = state;
    outcome_.run.reason = std::move(reason);
    if (state == model::RunState::unavailable && planned_->tool != nullptr) {
        outcome_.run.remedy = planned_->tool->hint;
    }
    outcome_.findings.clear();
    finished_ = true;
}

Outcome ToolRun::take() {
    outcome_.run.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
    return std::move(outcome_);
}

}  // namespace rfsn::check
