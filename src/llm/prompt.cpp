// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "llm/context.hpp"
#include "llm/data_block.hpp"
#include "llm/llm.hpp"
#include "llm/templates.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t max_files_bytes = std::size_t{96} << 10;
constexpr std::size_t max_diff_bytes = std::size_t{16} << 10;
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

/// The files that fit, those with findings first.
std::vector<Shown> choose_files(const PromptInput& input) {
    std::vector<const OfferedFile*> order;
    for (const auto& file : input.files) {
        order.push_back(&file);
    }
    std::stable_partition(order.begin(), order.end(),
                          [&](const OfferedFile* file) { return has_findings(file->path, input.checks); });
    std::vector<Shown> files;
    std::size_t bytes = 0;
    for (const OfferedFile* file : order) {
        auto one = shown(*file, input.checks);
        if (one && bytes + one->text.size() <= max_files_bytes) {
            bytes += one->text.size();
            files.push_back(std::move(*one));
        }
    }
    return files;
}

}  // namespace

base::Result<Prompt> build_prompt(const PromptInput& input) {
    if (input.files.empty()) {
        return base::fail(base::ErrorCode::invalid, "there is no file that an edit could be asked for");
    }
    const std::vector<Shown> files = choose_files(input);
    if (files.empty()) {
        return base::fail(
            base::ErrorCode::limit,
            "no file can be shown to a model: they are binary, too large, or have names that are not plain text");
    }
    const std::string found = findings_text(input.checks);
    std::vector<std::string_view> texts{found, input.staged_diff};
    for (const auto& file : files) {
        texts.emplace_back(file.path);
        texts.emplace_back(file.text);
    }
    const std::string nonce = nonce_for(texts);

    // Each piece by itself first: a secret that is cut off in one must not reach over the marks into the next.
    const auto block = [&](std::string_view text) -> base::Result<std::string> {
        RFSN_ASSIGN(const auto redacted, secrets::redact(text));
        return data_block(redacted.text(), nonce);
    };
    Values values;
    std::vector<std::string> offered;
    for (const auto& file : files) {
        RFSN_ASSIGN(const std::string text, block(file.text));
        values["paths"] += "- " + file.path + "\n";
        values["files"] += file.heading + "\n" + text + "\n";
        offered.push_back(file.path);
    }
    RFSN_ASSIGN(values["findings"], block(found));
    values["diff"] = "";
    if (!input.staged_diff.empty() && input.staged_diff.size() <= max_diff_bytes) {
        RFSN_ASSIGN(const std::string diff, block(input.staged_diff));
        values["diff"] = "\nThe change that is being committed:\n" + diff;
    }
    RFSN_ASSIGN(const std::string user, fill("user.md", values));
    return seal(user, nonce, std::move(offered));
}

base::Result<Prompt> repair_prompt(const Prompt& first, const std::string& reply, const std::string& problem) {
    // The first prompt's nonce serves on, so that its rules cover the new blocks: it is the word after the first
    // "<<DATA ".
    const std::string& user = first.user.text();
    const auto mark = user.find("<<DATA ");
    if (mark == std::string::npos) {
        return base::fail(base::ErrorCode::internal, "the first prompt has no data block");
    }
    const std::string nonce = user.substr(mark + 7, user.find('\n', mark) - mark - 7);
    const auto clean = [&](std::string_view text) {
        std::string out = base::strip_ansi(base::to_valid_utf8(text.substr(0, max_reply_bytes)));
        for (auto at = out.find(nonce); at != std::string::npos; at = out.find(nonce)) {
            out.erase(at, nonce.size());
        }
        return out;
    };
    RFSN_ASSIGN(
        const std::string text,
        fill("repair.md", {{"user", user}, {"nonce", nonce}, {"reply", clean(reply)}, {"problem", clean(problem)}}));
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
