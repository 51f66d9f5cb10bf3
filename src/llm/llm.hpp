// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
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
#include "model/snapshot.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::llm {

struct OfferedFile {
    std::string path;
    std::string content;                         ///< the staged bytes, not redacted yet
    std::vector<model::LineRange> changed = {};  ///< by the change that is judged
};
struct FailedCheck {
    std::string id;
    std::string output;  ///< the tool's words, used when it has no findings
    std::vector<model::Finding> findings;
};
/// A file that is shown in part, for reading only.
struct ReadFile {
    enum class Why { failing_test, pointed_at, configuration };
    std::string path;
    std::string content;
    Why why = Why::pointed_at;
    std::vector<model::LineRange> places;  ///< what of it matters; of configuration: its sections
    std::string check = {};                ///< whose configuration it is
};
/// What the change that is judged does to one file.
struct StagedDiff {
    std::string path;
    std::string text;
    bool adds_file = false;
};
/// How large an edit may be: said in the question, held by policy.
struct EditLimits {
    std::size_t lines = 40, files = 3, hunks = 6;
};
struct PromptInput {
    std::vector<OfferedFile> files;
    std::vector<FailedCheck> checks;
    std::vector<ReadFile> read = {};
    std::vector<StagedDiff> diffs = {};
    std::size_t tokens = 16000;  ///< of the question, at 3.5 bytes each; what does not fit is named in it
    EditLimits limits = {};
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
/// A repair round: the same prompt with the reply, what is wrong with it and the limits that hold now.
[[nodiscard]] base::Result<Prompt> repair_prompt(const Prompt& first, const std::string& reply,
                                                 const std::string& problem, const EditLimits& limits = {});
/// The same question with a hint how to go about it: "cause", "change" or "smallest" (config/prompts/strategy_*.md).
[[nodiscard]] base::Result<Prompt> hinted_prompt(const Prompt& first, const std::string& strategy);
/// As one text for any chat window (`git rfsn prompt`).
[[nodiscard]] std::string as_text(const Prompt& prompt);

struct Reply {
    std::string content;
    model::Cost cost;
    std::string target;       ///< who answered, as the user calls it
    std::string limits;       ///< what the server says about its limits
    std::string http;         ///< "HTTP/2"
    bool remembered = false;  ///< from the cache: nothing was asked
    std::chrono::milliseconds duration{0};
};
/// One of several questions that go out at once.
struct Question {
    const Prompt* prompt = nullptr;
    std::optional<double> temperature = std::nullopt;  ///< nullopt: llm.temperature
    const Prompt* about =
        nullptr;              ///< the question that this is another wording of: an answer to it is remembered for it
    std::string target = {};  ///< of llm.order, asked before the others; empty: as they stand there
};
/// Called with each reply as it comes; true: the others are no longer wanted, and are cancelled.
using Enough = std::function<bool(std::size_t, const base::Result<Reply>&)>;

struct TransportProgress {
    std::uint64_t running = 0;
    std::uint64_t waiting = 0;
    std::uint64_t tokens = 0;  ///< received, about
    std::chrono::milliseconds elapsed{0};
};
/// About five times a second while a model is asked.
using ProgressListener = std::function<void(const TransportProgress&)>;

/// What was spent on one model.
struct Spent {
    std::string target;
    std::string model;
    std::uint64_t requests = 0;
    std::uint64_t unsettled = 0;  ///< of them, cut off by a kill: counted at what they might have cost
    std::uint64_t input_tokens = 0;
    std::uint64_t cached_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t micro_usd = 0;
    std::uint64_t unpriced = 0;  ///< requests whose price is unknown
    std::chrono::milliseconds duration{0};
};

/// The seam to the network. Errors: not_found (it is known that no usable answer comes), unavailable (not configured,
/// unreachable), denied (key refused), limit (rate, quota or budget), timeout, external (server error), invalid
/// (truncated, refused, empty or malformed answer).
class NetTransport {
   public:
    virtual ~NetTransport() = default;
    [[nodiscard]] virtual base::Result<Reply> ask(const Prompt& prompt, const config::LlmSettings& settings) = 0;
    /// All at once; the replies in the order of the questions. What was cancelled is an error `interrupted`.
    [[nodiscard]] virtual std::vector<base::Result<Reply>> ask_all(const std::vector<Question>& questions,
                                                                   const config::LlmSettings& settings,
                                                                   const Enough& is_enough) = 0;
    /// Answers to similar questions that were proven there, the most similar first; none if this very question is
    /// known. To be proven like any other, never believed.
    [[nodiscard]] virtual std::vector<Reply> similar(const Prompt& /*prompt*/,
                                                     const config::LlmSettings& /*settings*/) {
        return {};
    }
    /// What came of the answers to a question: the one that was proven in the end, or nullptr and why none was.
    virtual void judged(const Prompt& /*prompt*/, const config::LlmSettings& /*settings*/, const Reply* /*proven*/,
                        const std::string& /*reason*/) {}
    /// What all processes of this user have spent.
    [[nodiscard]] virtual base::Result<std::vector<Spent>> stats(const config::LlmSettings& settings,
                                                                 std::chrono::system_clock::time_point since) = 0;
};
/// Talks to rfsn-net (absolute path) in JSON lines; the only child that gets the keys' variables, whose values we never
/// read. Answers are streamed where somebody listens to the progress.
[[nodiscard]] std::unique_ptr<NetTransport> net_transport(const std::string& net_program, const base::Environment& env,
                                                          base::ProcessRunner& runner,
                                                          ProgressListener progress = nullptr);

}  // namespace rfsn::llm
