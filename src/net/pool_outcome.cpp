// SPDX-License-Identifier: MIT
#include <algorithm>

#include <curl/curl.h>

#include "base/text.hpp"
#include "net/pool_worker.hpp"

namespace rfsn::net {
namespace {

using std::chrono::milliseconds;

/// Another lane is better than a longer wait.
constexpr milliseconds patience_with_another{5000};
/// Rate limits pass; waiting them out is what the deadline is for.
constexpr unsigned rate_attempts = 4;

/// Whether the model has answered, if not as it should: another would be asked the same again and be paid again.
bool is_last_word(const LlmError& error) {
    return error.code == "refused" || error.code == "truncated" || error.code == "stopped" || error.code == "cancelled";
}

Settlement::Health health_of(const Answer<LlmAnswer>& answer, bool loopback) {
    if (answer) {
        return Settlement::Health::good;
    }
    const std::string& code = answer.error().code;
    if (code == "server" && answer.error().retryable) {
        return Settlement::Health::bad;
    }
    // A local server that is not running costs nothing to ask, and is started any moment.
    if (code == "network") {
        return loopback ? Settlement::Health::neither : Settlement::Health::bad;
    }
    return code == "timeout" || code == "rate" || code == "cancelled" ? Settlement::Health::neither
                                                                      : Settlement::Health::good;
}

void add(Usage& to, const Usage& more) {
    to.input += more.input;
    to.cached_input += more.cached_input;
    to.cache_write += more.cache_write;
    to.output += more.output;
    to.reasoning += more.reasoning;
}

bool is_empty(const Usage& usage) {
    return usage.all_input() + usage.output == 0;
}

}  // namespace

void Pool::Worker::transfer_ended(Call& call, int code) {
    curl_multi_remove_handle(multi_, call.transfer->easy());
    const HeaderFields headers = call.transfer->headers();
    call.outcome.http_version = call.transfer->http_version();
    if (was_crowded_out(call, code)) {
        settle(call, tl::make_unexpected(call.transfer->error(code)), headers);
        stop_transfer(call);
        leave_room(call);
        --call.attempts_here;
        return;
    }
    if (code != CURLE_OK) {
        LlmError error = call.transfer->error(code);
        error.usage = call.reader->usage();
        attempt_ended(call, tl::make_unexpected(std::move(error)), headers);
        return;
    }
    const long status = call.transfer->status();
    if (status != 200 && adapt(status, call.reader->body(), call.dialect)) {
        Dialect& known = dialects_[call.ask.key];
        known = {known.completion_tokens || call.dialect.completion_tokens,
                 known.no_temperature || call.dialect.no_temperature, known.no_extras || call.dialect.no_extras};
        settle(call, llm_error("malformed", "another dialect"), headers);
        stop_transfer(call);
        leave_room(call);
        --call.attempts_here;
        return;
    }
    attempt_ended(call, call.reader->finish(status, headers, std::chrono::system_clock::now()), headers);
}

void Pool::Worker::leave_room(const Call& call) {
    --running_;
    --rooms_[call.ask.key].running;
}

/// A server may allow fewer streams than were sent before it was heard. libcurl then gives the connection up and with
/// it the others on it; they are asked again, half as many at once. Only what had no answer yet, and while others ran.
bool Pool::Worker::was_crowded_out(Call& call, int code) {
    constexpr unsigned most_times = 8;  // halved so often, any crowd is gone
    Room& room = rooms_[call.ask.key];
    const bool broken_off = code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2 || code == CURLE_PARTIAL_FILE;
    const bool alone = room.most == 1 || (room.running == 1 && call.sent >= room.shrunk);
    if (!broken_off || call.transfer->status() != 0 || alone || call.crowded_out >= most_times) {
        return false;
    }
    if (call.sent >= room.shrunk) {  // one burst shrinks it once
        room.most = std::max<std::size_t>(1, room.running / 2);
        room.shrunk = Steady::now();
    }
    ++call.crowded_out;
    return true;
}

/// `answer` of the attempt in flight; its handle is out of the multi handle already.
void Pool::Worker::attempt_ended(Call& call, Answer<LlmAnswer> answer, const HeaderFields& headers) {
    const Lane& lane = call.current();
    const Key& key = **lane.key;
    if (answer) {
        answer->content = key.masked(std::move(answer->content));
    } else {
        answer.error().message = base::printable(key.masked(std::move(answer.error().message)));
    }
    if (const std::string limits = server_limits(headers, std::chrono::system_clock::now()).text(); !limits.empty()) {
        call.outcome.limits = limits;
    }
    settle(call, answer, headers);
    stop_transfer(call);
    leave_room(call);
    if (answer) {
        conclude(call, std::move(answer));
    } else {
        attempt_failed(call, std::move(answer.error()));
    }
}

void Pool::Worker::attempt_failed(Call& call, LlmError error) {
    const bool busy = error.code == "rate" || error.message.find("529") != std::string::npos ||
                      error.message.find("503") != std::string::npos;
    const unsigned most = error.code == "rate" ? options.backoff.attempts * rate_attempts : options.backoff.attempts;
    const bool another = call.lane + 1 < call.lanes.size();
    if (error.retryable && call.attempts_here < most && !(another && error.retry_after > patience_with_another)) {
        const double random = std::uniform_real_distribution<double>(0, 1)(random_);
        const milliseconds wait = options.backoff.wait(call.attempts_here, busy, error.retry_after, random);
        const auto now = Steady::now();
        if (now + wait < call.deadline) {
            call.not_before = now + wait;
            call.outcome.waited += wait;
            return;
        }
    }
    lane_failed(call, std::move(error));
}

/// Ends a call whatever it is doing.
void Pool::Worker::abandon(Call& call, const LlmError& why) {
    if (call.in_flight()) {
        Answer<LlmAnswer> answer = tl::make_unexpected(why);
        if (call.reader != nullptr) {
            answer.error().usage = call.reader->usage();
        }
        settle(call, answer, {});
        stop_transfer(call);
        leave_room(call);
    }
    conclude(call, tl::make_unexpected(why));
}

/// What an attempt really took. What is not known for sure, because the answer was not waited for, counts as reserved.
void Pool::Worker::settle(Call& call, const Answer<LlmAnswer>& answer, const HeaderFields& headers) {
    const Lane& lane = call.current();
    const bool command = lane.target.kind == ProviderKind::command;
    const bool reached = command || (call.transfer != nullptr && call.transfer->dispatched());
    const bool answered =
        answer || (call.transfer != nullptr && call.transfer->status() != 0 && answer.error().code != "timeout" &&
                   answer.error().code != "cancelled" && answer.error().code != "network");
    Usage usage = answer ? answer->usage : answer.error().usage;
    const auto estimate = [&](std::uint64_t output) {
        usage = {};
        usage.input = static_cast<std::uint64_t>(estimated_input(call.request));
        usage.output = output;
    };
    if (answer && is_empty(usage)) {
        estimate(answer->content.size() * 2 / 7);  // a server that does not count
    } else if (reached && !answered && usage.output == 0) {
        estimate(static_cast<std::uint64_t>(call.request.max_tokens));
    }
    if (!answer) {
        usage.output = std::max<std::uint64_t>(usage.output, call.text_seen * 2 / 7);
    }
    Settlement one;
    one.reservation = call.reservation;
    one.key = call.ask.key;
    one.usage = usage;
    one.reserved_tokens = call.ask.tokens;
    one.tokens = static_cast<std::int64_t>(usage.all_input() + usage.output);
    one.micro_usd = is_empty(usage) || command ? 0 : cost_of(lane.target.prices, usage);
    if (one.micro_usd < 0 && lane.to->loopback) {
        one.micro_usd = 0;
    }
    const auto now = Steady::now();
    one.millis = std::chrono::duration_cast<milliseconds>(now - call.sent).count();
    one.age = one.millis;
    one.health = health_of(answer, lane.to->loopback);
    if (!answer && answer.error().code == "rate") {
        one.blocked = answer.error().retry_after.count();
    }
    one.limits = server_limits(headers, std::chrono::system_clock::now());
    const Sent& sent = sent_[one.key];
    one.requests_since = static_cast<double>(sent.requests - call.requests_before);
    one.tokens_since = static_cast<double>(sent.tokens - call.tokens_before);
    add(call.outcome.usage, usage);
    call.unpriced = call.unpriced || one.micro_usd < 0;
    call.outcome.micro_usd += std::max<std::int64_t>(one.micro_usd, 0);
    settlements_.push_back(std::move(one));
}

void Pool::Worker::lane_failed(Call& call, LlmError error) {
    call.failures.push_back(std::move(error));
    const LlmError& last = call.failures.back();
    if (!is_last_word(last) && call.lane + 1 < call.lanes.size() && Steady::now() < call.deadline) {
        ++call.lane;
        call.attempts_here = 0;
        call.not_before = Steady::now();
        return;
    }
    if (is_last_word(last) || call.failures.size() == 1) {
        conclude(call, tl::make_unexpected(last));
        return;
    }
    // The first that was really asked says best what is wrong; all are named.
    const auto asked = std::find_if(call.failures.begin(), call.failures.end(),
                                    [](const LlmError& one) { return one.code != "not_configured"; });
    LlmError all = asked == call.failures.end() ? call.failures.front() : *asked;
    all.message.clear();
    for (std::size_t i = 0; i < call.failures.size(); ++i) {
        all.message +=
            (i == 0 ? "" : "; ") + base::printable(call.lanes[i].target.name) + ": " + call.failures[i].message;
    }
    conclude(call, tl::make_unexpected(std::move(all)));
}

void Pool::Worker::conclude(Call& call, Answer<LlmAnswer> answer) {
    Outcome& outcome = call.outcome;
    outcome.answer = std::move(answer);
    outcome.target = call.lanes.empty() ? "" : call.current().target.name;
    outcome.duration = std::chrono::duration_cast<milliseconds>(Steady::now() - call.submitted);
    if (call.unpriced) {
        outcome.micro_usd = -1;
    }
    if (outcome.answer) {
        finished_text_ += outcome.answer->content.size();
    }
    deliveries_.emplace_back(std::exchange(call.done, nullptr), std::move(outcome));
}

/// After what it cost was written down: whoever hears of an answer finds its cost there.
void Pool::Worker::deliver() {
    for (auto& [done, outcome] : std::exchange(deliveries_, {})) {
        done(std::move(outcome));
    }
}

void Pool::Worker::flush_settlements() {
    if (!settlements_.empty()) {
        ledger_.settle(settlements_, system_millis());
        settlements_.clear();
    }
}

void Pool::Worker::report_progress(Steady::time_point now) {
    if (!options.progress || calls_.empty() || now - reported_ < milliseconds(150)) {
        return;
    }
    reported_ = now;
    Progress progress;
    progress.running = running_;
    progress.waiting = calls_.size() - std::min(calls_.size(), running_);
    progress.text_bytes = finished_text_;
    for (const auto& call : calls_) {
        progress.text_bytes += call.reader == nullptr ? 0 : call.reader->text_bytes();
    }
    progress.elapsed = std::chrono::duration_cast<milliseconds>(now - began_.value_or(now));
    options.progress(progress);
}

}  // namespace rfsn::net
