// SPDX-License-Identifier: MIT
#include <array>
#include <string_view>

#include "model/check.hpp"
#include "model/finding.hpp"
#include "model/patch.hpp"
#include "model/report.hpp"

namespace rfsn::model {
namespace {

constexpr std::array kinds{"format", "lint", "typecheck", "build", "test", "security", "policy", "hygiene"};
constexpr std::array stages{"pre-commit", "pre-merge-commit", "pre-push", "ci"};
constexpr std::array states{"passed", "blocked", "unavailable", "skipped", "error"};
constexpr std::array tiers{"blobs", "stdio", "scratch", "shadow"};
constexpr std::array scopes{"files", "package", "project", "workspace"};
constexpr std::array severities{"error", "warning", "info"};
constexpr std::array sources{"fixer", "model", "pasted", "remembered"};
constexpr std::array verdicts{"passed", "blocked", "error", "interrupted"};

template <class Table, class Value>
const char* at(const Table& table, Value value) {
    return table.at(static_cast<std::size_t>(value));
}

template <class Value, class Table>
std::optional<Value> find(const Table& table, std::string_view name) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (name == table.at(i)) {
            return static_cast<Value>(i);
        }
    }
    return std::nullopt;
}

}  // namespace

const char* name(CheckKind kind) {
    return at(kinds, kind);
}
const char* name(Stage stage) {
    return at(stages, stage);
}
const char* name(RunState state) {
    return at(states, state);
}
const char* name(Tier tier) {
    return at(tiers, tier);
}
const char* name(Scope scope) {
    return at(scopes, scope);
}
const char* name(Severity severity) {
    return at(severities, severity);
}
const char* name(ProposalSource source) {
    return at(sources, source);
}
const char* name(Verdict verdict) {
    return at(verdicts, verdict);
}
std::optional<CheckKind> check_kind(std::string_view name) {
    return find<CheckKind>(kinds, name);
}
std::optional<Stage> stage(std::string_view name) {
    return find<Stage>(stages, name);
}
std::optional<Scope> scope(std::string_view name) {
    return find<Scope>(scopes, name);
}

void Cost::add(const Cost& more) {
    priced = more.priced && (priced || requests == 0);
    requests += more.requests;
    input_tokens += more.input_tokens;
    cached_tokens += more.cached_tokens;
    output_tokens += more.output_tokens;
    micro_usd += more.micro_usd;
    model = more.model.empty() ? model : more.model;
}

}  // namespace rfsn::model
