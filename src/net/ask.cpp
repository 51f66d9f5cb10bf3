// SPDX-License-Identifier: MIT
#include "net/ask.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "net/openai.hpp"

namespace rfsn::net {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// The server's wish is the floor; above it comes jitter, so that clients that failed together do not return together.
milliseconds wait_before_retry(const LlmError& error) {
    const milliseconds backoff(error.code == "rate" ? 1000 : 400);
    std::random_device random;
    const auto jitter = milliseconds(std::uniform_int_distribution<std::int64_t>(0, backoff.count() / 2)(random));
    return std::max(error.retry_after, backoff / 2) + jitter;
}

class Conversation {
   public:
    Conversation(const LlmRequest& request, HttpClient& client)
        : request_(request), client_(client), start_(Clock::now()), deadline_(start_ + request.timeout) {}

    Outcome run() {
        auto answer = within_deadline();
        return {std::move(answer), std::chrono::duration_cast<milliseconds>(Clock::now() - start_), attempts_};
    }

   private:
    [[nodiscard]] milliseconds left() const {
        return std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    }

    Answer<LlmAnswer> within_deadline() {
        const auto to = endpoint(openai::request_url(request_.base_url));
        if (!to) {
            return tl::make_unexpected(to.error());
        }
        auto key = Key::from_environment(request_.key_env);
        if (!key) {
            return tl::make_unexpected(key.error());
        }
        if (key->empty() && !to->loopback) {
            return llm_error("not_configured",
                             "no key: the variable " + (request_.key_env.empty() ? std::string("for it has no name")
                                                                                 : request_.key_env + " is not set"));
        }
        for (bool retried = false;; retried = true) {
            auto answer = once(*to, *key);
            if (answer) {
                answer->content = key->masked(std::move(answer->content));
                return answer;
            }
            answer.error().message = key->masked(std::move(answer.error().message));
            const milliseconds wait = wait_before_retry(answer.error());
            if (retried || !answer.error().retryable || wait >= left()) {
                return answer;
            }
            std::this_thread::sleep_for(wait);
        }
    }

    /// One request, or a few if the server first has to say which dialect it speaks.
    Answer<LlmAnswer> once(const Endpoint& to, const Key& key) {
        for (;;) {
            if (left() <= milliseconds(0)) {
                return llm_error("timeout", "no answer in time");
            }
            ++attempts_;
            auto reply = client_.post(to, openai::request_body(request_, dialect_), key, left());
            if (!reply) {
                return tl::make_unexpected(reply.error());
            }
            if (openai::adapt(reply->status, reply->body, dialect_)) {
                continue;
            }
            auto answer = openai::read_response(reply->status, reply->body);
            if (!answer) {
                answer.error().retry_after = reply->retry_after;
            }
            return answer;
        }
    }

    const LlmRequest& request_;
    HttpClient& client_;
    Clock::time_point start_;
    Clock::time_point deadline_;
    openai::Dialect dialect_;
    unsigned attempts_ = 0;
};

}  // namespace

Outcome ask(const LlmRequest& request, HttpClient& client) {
    return Conversation(request, client).run();
}

}  // namespace rfsn::net
