// SPDX-License-Identifier: MIT
#include "llm/reply_cache.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "llm/data_block.hpp"
#include "llm/targets.hpp"

namespace rfsn::llm {
namespace {

/// Raise it when the meaning of what is stored changes.
constexpr const char* key_version = "rfsn reply 1";

/// What two questions are compared by: without the word around their data, which differs with every byte of it.
std::string comparable(std::string_view question) {
    const auto word = nonce_in(question);
    if (word.empty()) {
        return std::string(question);
    }
    std::string text;
    while (!question.empty()) {
        const auto next = question.find(word);
        text.append(question.substr(0, next));
        question.remove_prefix(next == std::string_view::npos ? question.size() : next + word.size());
    }
    return text;
}

class Remembering final : public NetTransport {
   public:
    Remembering(std::unique_ptr<NetTransport> inner, std::shared_ptr<cache::Cache> cache, std::string salt)
        : inner_(std::move(inner)), cache_(std::move(cache)), salt_(std::move(salt)) {}

    base::Result<Reply> ask(const Prompt& prompt, const config::LlmSettings& settings) override {
        if (!settings.cache) {
            return inner_->ask(prompt, settings);
        }
        const auto known = cache_->get({reply_key(prompt, settings, salt_), {}, {}});
        if (!known.entry) {
            return inner_->ask(prompt, settings);
        }
        if (known.entry->kind == cache::Entry::Kind::negative) {
            return base::fail(base::ErrorCode::not_found,
                              "the same was asked a short while ago, and no usable answer came (" +
                                  base::printable(known.entry->bytes) + "); --set llm.cache=false asks again");
        }
        Reply reply;
        reply.content = known.entry->bytes;
        reply.remembered = true;
        reply.cost.model = settings.model;
        return reply;
    }

    std::vector<base::Result<Reply>> ask_all(const std::vector<Question>& questions,
                                             const config::LlmSettings& settings, const Enough& is_enough) override {
        // An answer that was proven, or that none is usable, is known for all of them together.
        const Prompt* about = questions.empty()                    ? nullptr
                              : questions.front().about != nullptr ? questions.front().about
                                                                   : questions.front().prompt;
        const bool known =
            settings.cache && about != nullptr && cache_->get({reply_key(*about, settings, salt_), {}, {}}).entry;
        if (!known) {
            return inner_->ask_all(questions, settings, is_enough);
        }
        std::vector<base::Result<Reply>> replies(
            questions.size(), base::fail(base::ErrorCode::interrupted, "what was remembered is enough"));
        replies.front() = ask(*about, settings);
        return replies;
    }

    std::vector<Reply> similar(const Prompt& prompt, const config::LlmSettings& settings) override {
        std::vector<Reply> replies;
        if (!settings.cache) {
            return replies;
        }
        for (auto& candidate : cache_->get(query(prompt, settings)).candidates) {
            Reply reply;
            reply.content = std::move(candidate.bytes);
            reply.remembered = true;
            reply.cost.model = settings.model;
            replies.push_back(std::move(reply));
        }
        return replies;
    }

    void judged(const Prompt& prompt, const config::LlmSettings& settings, const Reply* proven,
                const std::string& reason) override {
        if (!settings.cache) {
            return;
        }
        if (proven == nullptr) {
            constexpr std::size_t enough = 500;
            cache_->put_negative(query(prompt, settings), reason.substr(0, enough));
        } else if (!proven->remembered) {
            cache_->put(query(prompt, settings), proven->content);
        }
    }

    base::Result<std::vector<Spent>> stats(const config::LlmSettings& settings,
                                           std::chrono::system_clock::time_point since) override {
        return inner_->stats(settings, since);
    }

   private:
    /// Similar is what asks about similar files and failures in the same repository, whoever is asked.
    [[nodiscard]] cache::Query query(const Prompt& prompt, const config::LlmSettings& settings) const {
        return {reply_key(prompt, settings, salt_), std::string(key_version) + "\n" + salt_,
                comparable(prompt.user.text())};
    }

    std::unique_ptr<NetTransport> inner_;
    std::shared_ptr<cache::Cache> cache_;
    std::string salt_;
};

}  // namespace

std::unique_ptr<cache::Cache> reply_cache(const config::LlmSettings& settings, const base::Environment& env) {
    cache::CacheOptions options;
    options.memory_entries = static_cast<std::size_t>(settings.cache_memory_entries);
    const std::string directory = base::xdg_cache_dir(env);
    options.disk.path = directory.empty() ? "" : directory + "/llm.db";
    options.disk.max_entries = static_cast<std::uint64_t>(settings.cache_entries);
    options.disk.max_bytes = static_cast<std::uint64_t>(settings.cache_mb) << 20U;
    options.ttl = settings.cache_ttl;
    return std::make_unique<cache::Cache>(std::move(options));
}

std::string reply_key(const Prompt& prompt, const config::LlmSettings& settings, const std::string& salt) {
    base::Sha256 hash;
    hash.field(key_version).field(salt);
    if (const auto asked = targets(settings)) {
        for (const auto& target : *asked) {
            const auto& own = target.settings;
            hash.field(own.provider).field(own.base_url).field(own.model).field(own.api_version);
            hash.field(own.thinking ? "thinking" : "").field(fmt::format("{}", own.context_tokens));
            for (const auto& word : own.command) {
                hash.field(word);
            }
            hash.field("end");
        }
    }
    hash.field(fmt::format("{} {}", settings.max_tokens, settings.temperature));
    hash.field(prompt.system.text()).field(prompt.user.text());
    for (const auto& path : prompt.offered) {
        hash.field(path);
    }
    return hash.hex();
}

std::unique_ptr<NetTransport> remembering(std::unique_ptr<NetTransport> inner, std::shared_ptr<cache::Cache> cache,
                                          std::string salt) {
    return std::make_unique<Remembering>(std::move(inner), std::move(cache), std::move(salt));
}

}  // namespace rfsn::llm
