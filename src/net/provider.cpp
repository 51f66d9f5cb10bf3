// SPDX-License-Identifier: MIT
#include "net/provider.hpp"

#include "base/text.hpp"
#include "net/failure.hpp"

namespace rfsn::net {
namespace {

/// Takes off the thoughts that some local models put before their answer: edits that they considered there are none.
bool drop_thoughts(std::string& content) {
    const auto start = content.find_first_not_of(" \t\r\n");
    if (start == std::string::npos || content.compare(start, 7, "<think>") != 0) {
        return true;
    }
    const auto end = content.find("</think>", start);
    if (end == std::string::npos) {
        return false;
    }
    content.erase(0, end + 8);
    return true;
}

}  // namespace

const char* name(ProviderKind kind) {
    switch (kind) {
        case ProviderKind::openai:
            return "openai";
        case ProviderKind::azure:
            return "azure";
        case ProviderKind::deepseek:
            return "deepseek";
        case ProviderKind::anthropic:
            return "anthropic";
        case ProviderKind::gemini:
            return "gemini";
        case ProviderKind::ollama:
            return "ollama";
        case ProviderKind::command:
            return "command";
    }
    return "?";
}

const Provider& provider(ProviderKind kind) {
    switch (kind) {
        case ProviderKind::anthropic:
            return anthropic_provider();
        case ProviderKind::gemini:
            return gemini_provider();
        case ProviderKind::ollama:
            return ollama_provider();
        default:
            return openai_provider(kind);
    }
}

Answer<LlmAnswer> conclude(const Provider& provider, Gathered gathered, bool was_stream) {
    const auto failed = [&](LlmError error) {
        error.usage = gathered.usage;
        return tl::make_unexpected(std::move(error));
    };
    if (gathered.error) {
        return failed(*std::move(gathered.error));
    }
    if (gathered.finish.empty() && was_stream) {
        return failed({"network", "the answer broke off in the middle", true, {}, {}});
    }
    if (!provider.is_natural_end(gathered.finish)) {
        return failed(stopped_by(gathered.finish, gathered.usage));
    }
    if (!drop_thoughts(gathered.content)) {
        return failed({"truncated", "the answer ends within the model's thoughts", false, {}, {}});
    }
    if (base::trim(gathered.content).empty()) {
        return failed({"malformed", "the answer is empty", false, {}, {}});
    }
    return LlmAnswer{std::move(gathered.content), base::printable(gathered.model), std::move(gathered.finish),
                     gathered.usage};
}

bool adapt(long status, std::string_view body, Dialect& dialect) {
    if (status != 400 && status != 422) {
        return false;
    }
    const auto says = [&](std::string_view word) { return body.find(word) != std::string_view::npos; };
    const bool unsupported = says("nsupported") || says("not support") || says("nrecognized") || says("nknown") ||
                             says("deprecated") || says("ot permitted") || says("xtra");
    if (!dialect.completion_tokens && says("max_completion_tokens")) {
        dialect.completion_tokens = true;
        return true;
    }
    if (!dialect.no_temperature && unsupported && says("temperature")) {
        dialect.no_temperature = true;
        return true;
    }
    if (!dialect.no_extras && unsupported && (says("thinking") || says("stream_options") || says("prompt_cache_key"))) {
        dialect.no_extras = true;
        return true;
    }
    return false;
}

std::string joined_url(std::string_view base, std::string_view path) {
    while (!base.empty() && base.back() == '/') {
        base.remove_suffix(1);
    }
    std::string url(base);
    if (url.size() < path.size() || url.compare(url.size() - path.size(), path.size(), path) != 0) {
        url += path;
    }
    return url;
}

std::string path_escaped(std::string_view text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:@";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

}  // namespace rfsn::net
