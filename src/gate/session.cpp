// SPDX-License-Identifier: MIT
#include "gate/session.hpp"

#include <unistd.h>

#include "base/text.hpp"
#include "base/thread_pool.hpp"
#include "check/result_memory.hpp"
#include "check/tool_versions.hpp"
#include "gate/check_names.hpp"
#include "gate/consent.hpp"
#include "patch/patch.hpp"

namespace rfsn::gate {
namespace {

constexpr const char* repository_config = ".rfsn.yaml";
constexpr std::uint64_t max_config = std::uint64_t{1} << 20;

config::Sources base_sources(const base::Environment& env, const std::map<std::string, std::string>& overrides) {
    config::Sources sources;
    const std::string directory = base::xdg_config_dir(env);
    sources.user_file = directory.empty() ? "" : directory + "/config.yaml";
    sources.env = env;
    sources.overrides = overrides;
    return sources;
}

void tell_recovery(const patch::ApplyOutcome& outcome, std::vector<std::string>& notices) {
    const auto count = std::to_string(outcome.files.size()) + " file" + (outcome.files.size() == 1 ? "" : "s");
    notices.push_back(outcome.undo ? "an undo that had been interrupted was completed: " + count
                                   : "an apply that had been interrupted was completed: " + count +
                                         " (git rfsn undo takes it back)");
    for (const auto& file : outcome.files) {
        if (file.work_tree == git::WorkTreeOutcome::conflict) {
            notices.push_back(
                base::printable(file.path) +
                " was left alone: " + base::printable(file.reason.empty() ? "it has other changes" : file.reason) +
                (file.kept_patch.empty() ? "" : "; the patch is kept in " + base::printable(file.kept_patch)));
        }
    }
}

}  // namespace

Session::Session(OpenRequest request) : request_(std::move(request)) {}

Session::~Session() = default;

base::Result<std::unique_ptr<Session>> Session::open(OpenRequest request) {
    std::unique_ptr<Session> session(new Session(std::move(request)));
    session->programs_ = find_programs();
    RFSN_ASSIGN(auto repository, git::Repository::open(session->request_.directory, session->env(), session->runner()));
    session->repository_ = std::make_unique<git::Repository>(std::move(repository));
    RFSN_ASSIGN(const auto recovered, patch::recover(*session->repository_));
    if (recovered) {
        tell_recovery(*recovered, session->notices);
        session->recovered = recovered;
    }
    RFSN_ASSIGN(const std::size_t restored, patch::restore_blobs(*session->repository_));
    if (restored != 0) {
        session->notices.push_back("git gc had removed what the last apply staged; " + std::to_string(restored) +
                                   (restored == 1 ? " file was" : " files were") + " written again");
    }
    RFSN_ASSIGN(session->source_, git::staged_source(*session->repository_));
    return session;
}

config::Trust Session::trust() const {
    return {base::xdg_state_dir(env()), repository_->common_dir()};
}

base::Result<void> Session::load_config(const git::TreeView* view) {
    auto sources = base_sources(env(), request_.overrides);
    if (view != nullptr) {
        RFSN_ASSIGN(const auto entry, view->find(repository_config));
        if (entry && !entry->is_tree && entry->mode != model::FileMode::symlink &&
            entry->mode != model::FileMode::gitlink) {
            RFSN_ASSIGN(sources.repository_text, view->read(repository_config, max_config));
        } else if (entry) {
            return base::fail(base::ErrorCode::config, std::string(repository_config) + " is not a regular file");
        }
    }
    RFSN_ASSIGN(config_, config::load(sources));
    RFSN_TRY(validate_check_names(config_, registry_));
    auto& llm = config_.config.llm;
    llm.enabled = llm.enabled || consent_given(base::xdg_state_dir(env()), llm);
    return {};
}

isolate::Isolation& Session::isolation() {
    if (isolation_ == nullptr) {
        isolation_ = isolate::isolation(*repository_, env(), programs_.exec);
    }
    return *isolation_;
}

const check::ToolVersions& Session::tool_versions() {
    if (tool_versions_ == nullptr) {
        tool_versions_ = std::make_unique<check::ToolVersions>(env());
    }
    return *tool_versions_;
}

check::ResultMemory* Session::result_memory() {
    if (!config_.config.remember_results) {
        return nullptr;
    }
    if (result_memory_ == nullptr) {
        result_memory_ = std::make_unique<check::ResultMemory>(env(), tool_versions(), repository_->work_tree());
    }
    return result_memory_.get();
}

unsigned Session::jobs() const {
    return config_.config.jobs > 0 ? static_cast<unsigned>(config_.config.jobs) : base::available_cpus();
}

bool has_user_settings(const base::Environment& env, const std::map<std::string, std::string>& overrides) {
    const auto& values = env.values();
    const auto variable = values.lower_bound("RFSN_");
    const std::string file = base_sources(env, overrides).user_file;
    return !overrides.empty() || (variable != values.end() && variable->first.rfind("RFSN_", 0) == 0) ||
           (!file.empty() && ::access(file.c_str(), F_OK) == 0);
}

base::Result<config::Loaded> user_config(const base::Environment& env,
                                         const std::map<std::string, std::string>& overrides) {
    return config::load(base_sources(env, overrides));
}

}  // namespace rfsn::gate
