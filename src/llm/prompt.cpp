// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "llm/context.hpp"
#include "llm/data_block.hpp"
#include "llm/llm.hpp"
#include "llm/templates.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t max_reply_bytes = std::size_t{32} << 10;

/// Redacts both parts. The lines that fence off data must come through unharmed.
base::Result<Prompt> seal(const std::string& user, const std::string& nonce, std::vector<std::string> offered) {
    RFSN_ASSIGN(auto redacted, secrets::redact(user));
    if (count_of(redacted.text(), nonce) != count_of(user, nonce)) {
        return base::fail(base::ErrorCode::denied, "redaction damaged the marks around data; nothing is sent");
    }
    std::string about;
    if (redacted.replaced() > 0 || redacted.text().find("[REDACTED:") != std::string::npos) {
        RFSN_ASSIGN(about, fill("redaction.md", {}));
    }
    RFSN_ASSIGN(const std::string system, fill("system.md", {{"nonce", nonce}, {"redaction", about}}));
    RFSN_ASSIGN(auto redacted_system, secrets::redact(system));
    if (redacted_system.text() != system) {
        return base::fail(base::ErrorCode::internal, "the system prompt looks like a secret; this is a bug");
    }
    return Prompt{std::move(redacted_system), std::move(redacted), std::move(offered)};
}

/// Room for what differs from question to question.
base::Result<std::size_t> room_of(const PromptInput& input) {
    constexpr double bytes_per_token = 3.5;  // as rfsn-net reckons
    const auto bytes = static_cast<std::size_t>(static_cast<double>(input.tokens) * bytes_per_token);
    RFSN_ASSIGN(const std::string system, fill("system.md", {{"nonce", ""}, {"redaction", ""}}));
    constexpr std::size_t frame = 1500;  // the rest of the template and the marks
    return bytes > system.size() + frame ? bytes - system.size() - frame : 0;
}

Values values_of(const EditLimits& limits) {
    const auto number = [](std::size_t n, const char* what) {
        return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
    };
    return {{"lines", number(limits.lines, "line")},
            {"in_files", number(limits.files, "file")},
            {"places", number(limits.hunks, "place")}};
}

base::Result<std::string> nonce_of(const Prompt& prompt) {
    const auto nonce = nonce_in(prompt.user.text());
    if (nonce.empty()) {
        return base::fail(base::ErrorCode::internal, "the first prompt has no data block");
    }
    return std::string(nonce);
}

}  // namespace

base::Result<Prompt> build_prompt(const PromptInput& input) {
    if (input.files.empty()) {
        return base::fail(base::ErrorCode::invalid, "there is no file that an edit could be asked for");
    }
    RFSN_ASSIGN(const std::size_t room, room_of(input));
    Selection chosen = select(input, room);
    if (chosen.editable.empty()) {
        return base::fail(base::ErrorCode::limit,
                          "no file can be shown to a model: they are binary, too large for " +
                              std::to_string(input.tokens) +
                              " tokens (llm.prompt_tokens), or have names that are not plain text");
    }
    std::string left_out;
    for (const auto& one : chosen.left_out) {
        left_out += one + "\n";
    }
    std::vector<std::string_view> texts{chosen.findings, chosen.diff, left_out};
    for (const auto* list : {&chosen.editable, &chosen.read}) {
        for (const auto& file : *list) {
            texts.emplace_back(file.path);
            texts.emplace_back(file.text);
        }
    }
    const std::string nonce = nonce_for(texts);

    // Each piece by itself first: a secret that is cut off in one must not reach over the marks into the next.
    const auto block = [&](std::string_view text) -> base::Result<std::string> {
        RFSN_ASSIGN(const auto redacted, secrets::redact(text));
        return data_block(redacted.text(), nonce);
    };
    const auto section = [&](const char* title, std::string_view text) -> base::Result<std::string> {
        if (text.empty()) {
            return std::string();
        }
        RFSN_ASSIGN(const std::string inside, block(text));
        return "\n" + std::string(title) + "\n" + inside;
    };
    Values values = values_of(input.limits);
    std::vector<std::string> offered;
    for (const auto& file : chosen.editable) {
        RFSN_ASSIGN(const std::string text, block(file.text));
        values["paths"] += "- " + file.path + "\n";
        values["files"] += file.heading + "\n" + text + "\n";
        offered.push_back(file.path);
    }
    values["read"] = chosen.read.empty() ? "" : "\nFor reading only:\n";
    for (const auto& file : chosen.read) {
        RFSN_ASSIGN(const std::string text, block(file.text));
        values["read"] += file.heading + "\n" + text + "\n";
    }
    RFSN_ASSIGN(values["findings"], block(chosen.findings));
    RFSN_ASSIGN(values["diff"], section("The change that is being committed:", chosen.diff));
    RFSN_ASSIGN(values["left_out"], section("Left out for lack of room:", left_out));
    RFSN_ASSIGN(const std::string user, fill("user.md", values));
    return seal(user, nonce, std::move(offered));
}

base::Result<Prompt> repair_prompt(const Prompt& first, const std::string& reply, const std::string& problem,
                                   const EditLimits& limits) {
    // The first prompt's nonce serves on, so that its rules cover the new blocks.
    const std::string& user = first.user.text();
    RFSN_ASSIGN(const std::string nonce, nonce_of(first));
    const auto clean = [&](std::string_view text) {
        std::string out = base::strip_ansi(base::to_valid_utf8(text.substr(0, max_reply_bytes)));
        for (auto at = out.find(nonce); at != std::string::npos; at = out.find(nonce)) {
            out.erase(at, nonce.size());
        }
        return out;
    };
    Values values = values_of(limits);
    values.insert({{"user", user}, {"nonce", nonce}, {"reply", clean(reply)}, {"problem", clean(problem)}});
    RFSN_ASSIGN(const std::string text, fill("repair.md", values));
    return seal(text, nonce, first.offered);
}

base::Result<Prompt> hinted_prompt(const Prompt& first, const std::string& strategy) {
    RFSN_ASSIGN(const std::string nonce, nonce_of(first));
    RFSN_ASSIGN(const std::string text, fill("strategy_" + strategy + ".md", {{"user", first.user.text()}}));
    return seal(text, nonce, first.offered);
}

std::string as_text(const Prompt& prompt) {
    std::string text = prompt.system.text();
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text + "\n\n" + prompt.user.text();
}

}  // namespace rfsn::llm
