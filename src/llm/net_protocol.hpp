// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "llm/llm.hpp"
#include "llm/targets.hpp"

// The JSON lines between git-rfsn and rfsn-net (net/protocol.hpp is the other end).
namespace rfsn::llm {

/// What holds for all questions of one rfsn-net: the record of what was spent, budgets, the way out.
[[nodiscard]] std::string setup_line(const config::LlmSettings& settings, const base::Environment& env, bool progress);
[[nodiscard]] std::string question_line(const std::string& id, const Question& question,
                                        const std::vector<Target>& targets, const config::LlmSettings& settings,
                                        const base::Environment& env, bool stream);
[[nodiscard]] std::string stats_line(const std::string& id, std::int64_t since_ms);

/// Nothing but what finding the way to the server needs, and the variables that hold the keys. Where the user's own
/// programs are run, which have logins of their own, all but git's variables.
[[nodiscard]] std::vector<std::string> environment_for(const base::Environment& env,
                                                       const std::vector<Target>& targets);

/// One line of rfsn-net, as far as it can be read.
struct NetLine {
    enum class Kind { answer, progress, stats, unintelligible };
    Kind kind = Kind::unintelligible;
    std::string id;
    base::Result<Reply> reply = base::fail(base::ErrorCode::external, "no answer");
    TransportProgress progress;
    std::vector<Spent> stats;
};
[[nodiscard]] NetLine read_line(std::string_view line);

}  // namespace rfsn::llm
