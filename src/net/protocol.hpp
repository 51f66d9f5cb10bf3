// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/llm_exchange.hpp"
#include "net/pool.hpp"

// JSON lines. In: {"verb":"setup", ...} (at most once, first), {"verb":"llm","id":...}, {"verb":"cancel","id":...},
// {"verb":"stats","id":...}. Out: one line with the id for each llm and stats, as soon as it is known, in any order;
// with "progress" also {"event":"progress", ...}.
namespace rfsn::net {

struct Setup {
    Network network;
    Budget budget;
    std::string ledger;
    bool progress = false;
};

struct Command {
    enum class Verb { setup, llm, cancel, stats };
    Verb verb = Verb::llm;
    std::string id;
    Setup setup;
    LlmRequest llm;
    Millis since = 0;  ///< of stats
};

/// Errors: malformed (no JSON object, unknown verb, a field missing or out of range), not_configured (unknown
/// provider, nothing to ask).
[[nodiscard]] Answer<Command> parse_command(std::string_view line);
/// The id of a line, also of one that is otherwise wrong; "" if it has none.
[[nodiscard]] std::string request_id(std::string_view line);

/// Lines without their newline.
[[nodiscard]] std::string answer_line(const std::string& id, const Outcome& outcome);
[[nodiscard]] std::string progress_line(const Progress& progress);
[[nodiscard]] std::string stats_line(const std::string& id, const base::Result<std::vector<Spent>>& rows);

}  // namespace rfsn::net
