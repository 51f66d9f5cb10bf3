// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "model/finding.hpp"
#include "model/patch.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::llm {

struct OfferedFile {
    std::string path;
    std::string content;  ///< the staged bytes, not redacted yet
};
struct FailedCheck {
    std::string id;
    std::string output;  ///< the tool's words, used when it has no findings
    std::vector<model::Finding> findings;
};
struct PromptInput {
    std::vector<OfferedFile> files;
    std::vector<FailedCheck> checks;
    std::string staged_diff;  ///< may be empty
};

/// What may be sent: both parts are redacted. `offered` are the only paths that an answer may touch.
struct Prompt {
    secrets::Redacted system;
    secrets::Redacted user;
    std::vector<std::string> offered;
};
/// Puts untrusted text into nonce-delimited data blocks and asks for search/replace blocks. Errors: denied (a secret
/// that cannot be masked: then no request is made), limit (nothing fits the budget), invalid (no file to offer).
[[nodiscard]] base::Result<Prompt> build_prompt(const PromptInput& input);
/// The one repair round: the same prompt with the reply and what is wrong with it.
[[nodiscard]] base::Result<Prompt> repair_prompt(const Prompt& first, const std::string& reply,
                                                 const std::string& problem);
/// As one text for any chat window (`git rfsn prompt`).
[[nodiscard]] std::string as_text(const Prompt& prompt);

struct Reply {
    std::string content;
    model::Cost cost;
};
/// The seam to the network. Errors: unavailable (not configured, unreachable), denied (key refused), limit (rate or
/// quota), timeout, external (server error), invalid (truncated, refused, empty or malformed answer).
class NetTransport {
   public:
    virtual ~NetTransport() = default;
    [[nodiscard]] virtual base::Result<Reply> ask(const Prompt& prompt, const config::LlmSettings& settings) = 0;
};
/// Talks to rfsn-net (absolute path) in JSON lines; the only child that gets the key's variable, whose value we never
/// read.
[[nodiscard]] std::unique_ptr<NetTransport> net_transport(const std::string& net_program, const base::Environment& env,
                                                          base::ProcessRunner& runner);

}  // namespace rfsn::llm
