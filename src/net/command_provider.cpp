// SPDX-License-Identifier: MIT
#include "net/command_provider.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "net/http.hpp"

namespace rfsn::net {
namespace {

/// Programs take one text. A single question needs no headings.
std::string as_text(const std::vector<Message>& messages) {
    std::string text;
    const bool conversation = messages.size() > 2;
    for (const auto& message : messages) {
        text += text.empty() ? "" : "\n\n";
        if (conversation && message.role != "system") {
            text += message.role == "assistant" ? "# Your earlier answer\n\n" : "# Request\n\n";
        }
        text += message.content;
    }
    return text + "\n";
}

}  // namespace

Answer<LlmAnswer> ask_command(const LlmRequest& request, const Target& target, std::vector<std::string> environment,
                              std::chrono::milliseconds timeout, int stop_fd) {
    base::ProcessSpec spec;
    spec.argv = target.command;
    // Not in the repository: an agent that finds files would read and edit them.
    spec.cwd = "/";
    spec.env = std::move(environment);
    if (!target.model.empty()) {
        spec.env.push_back("RFSN_MODEL=" + target.model);
    }
    spec.input = as_text(request.messages);
    spec.timeout = timeout;
    spec.output_cap = max_reply_bytes;
    spec.stop_fd = stop_fd;
    const std::string program = base::printable(target.command.empty() ? "" : target.command.front());
    base::PosixProcessRunner runner;
    const base::ProcessResult result = runner.run_one(std::move(spec));
    switch (result.end) {
        case base::ProcessEnd::not_found:
        case base::ProcessEnd::not_started:
            return llm_error("not_configured", program + " cannot be started: " + result.describe());
        case base::ProcessEnd::timed_out:
        case base::ProcessEnd::deadline:
            return llm_error("timeout", program + " gave no answer in time");
        case base::ProcessEnd::stopped:
        case base::ProcessEnd::interrupted:
            return llm_error("cancelled", "no longer wanted");
        case base::ProcessEnd::signaled:
        case base::ProcessEnd::exited:
            break;
    }
    if (!result.ok()) {
        const std::string words(base::trim(result.err).substr(0, 200));
        return llm_error(
            "server", program + " failed: " + result.describe() + (words.empty() ? "" : ": " + base::printable(words)));
    }
    if (result.out_truncated) {
        return llm_error("too_large", program + " printed more than 8 MB");
    }
    std::string text = base::to_valid_utf8(base::strip_ansi(result.out));
    if (base::trim(text).empty()) {
        return llm_error("malformed", program + " printed nothing");
    }
    return LlmAnswer{std::move(text), target.model.empty() ? target.name : target.model, "stop", {}};
}

}  // namespace rfsn::net
