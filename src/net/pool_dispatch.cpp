// SPDX-License-Identifier: MIT
#include <algorithm>
#include <fcntl.h>
#include <map>
#include <unistd.h>

#include <curl/curl.h>

#include "net/command_provider.hpp"
#include "net/key_source.hpp"
#include "net/pool_worker.hpp"

namespace rfsn::net {
namespace {

using std::chrono::milliseconds;

milliseconds between(Steady::time_point from, Steady::time_point to) {
    return std::chrono::duration_cast<milliseconds>(to - from);
}

}  // namespace

/// In the order of submission; a server that has no room for one has none for those behind it.
void Pool::Worker::admit_ready(Steady::time_point now) {
    std::vector<Call*> ready;
    std::vector<Ask> asks;
    std::map<std::string, std::size_t> taken;  // by server, in this round
    for (auto& call : calls_) {
        if (running_ + ready.size() >= options.in_flight) {
            break;
        }
        if (!call.done || call.in_flight() || call.not_before > now) {
            continue;
        }
        Lane& lane = call.current();
        if (!lane.to || !lane.key) {
            lane_failed(call, lane.to ? lane.key.error() : lane.to.error());
            continue;
        }
        const auto gate = gated_.find(server_key(lane));
        if (gate != gated_.end() && gate->second > now) {
            continue;
        }
        Ask ask = ask_for(call);
        Room& room = rooms_[ask.key];
        if (room.running + taken[ask.key] >= places(room, ask.key, now)) {
            continue;
        }
        ++taken[ask.key];
        ready.push_back(&call);
        asks.push_back(std::move(ask));
    }
    if (ready.empty()) {
        return;
    }
    const auto admissions = ledger_.admit(asks, options.budget, system_millis());
    for (std::size_t i = 0; i < ready.size(); ++i) {
        Call& call = *ready[i];
        const Admission& admission = admissions[i];
        const milliseconds wait(admission.wait);
        switch (admission.kind) {
            case Admission::Kind::go:
                call.ask = std::move(asks[i]);
                send(call, admission.reservation, now);
                break;
            case Admission::Kind::wait:
                if (now + wait >= call.deadline) {
                    lane_failed(call, {"rate",
                                       "the rate limit of " + call.current().target.name +
                                           " leaves no room before the deadline: " +
                                           std::to_string((admission.wait + 999) / 1000) + " s to wait",
                                       false,
                                       {},
                                       {}});
                } else {
                    gated_[asks[i].key] = now + wait;
                    call.outcome.waited += wait;
                }
                break;
            case Admission::Kind::broken:
                lane_failed(call, {"server",
                                   call.current().target.name + " failed several times in a row; it is not asked for " +
                                       std::to_string((wait.count() + 999) / 1000) + " s",
                                   false,
                                   {},
                                   {}});
                break;
            case Admission::Kind::over_budget:
                lane_failed(call, {"budget", admission.why, false, {}, {}});
                break;
        }
    }
}

/// The first request makes the connection; the settings of HTTP/2 come with the server's end of the handshake or one
/// round later, which takes no longer than the handshake did.
std::size_t Pool::Worker::places(Room& room, const std::string& key, Steady::time_point now) {
    for (const auto& call : calls_) {
        if (room.opens) {
            break;
        }
        if (call.program.joinable() && call.ask.key == key) {
            room.opens = now;
        } else if (call.transfer != nullptr && call.transfer->dispatched() && call.ask.key == key) {
            room.opens = *call.transfer->dispatched() + call.transfer->handshake();
        }
    }
    return room.opens && *room.opens <= now ? room.most : 1;
}

Ask Pool::Worker::ask_for(Call& call) {
    const Lane& lane = call.current();
    const Target& target = lane.target;
    const std::int64_t input = estimated_input(call.request);
    Ask ask;
    ask.key = server_key(lane);
    ask.target = target.name;
    ask.model = target.model;
    ask.tokens = input + call.request.max_tokens;
    Usage most;
    // Writing to a cache is the dearest way in.
    (target.prices.cache_write > target.prices.input ? most.cache_write : most.input) =
        static_cast<std::uint64_t>(input);
    most.output = static_cast<std::uint64_t>(call.request.max_tokens);
    ask.micro_usd = cost_of(target.prices, most);
    if (ask.micro_usd < 0 && lane.to->loopback) {
        ask.micro_usd = 0;
    }
    ask.millis = std::min(call.request.timeout, between(call.submitted, call.deadline)).count();
    ask.requests_per_minute = target.requests_per_minute;
    ask.tokens_per_minute = target.tokens_per_minute;
    return ask;
}

void Pool::Worker::send(Call& call, std::int64_t reservation, Steady::time_point now) {
    call.reservation = reservation;
    call.sent = now;
    call.last_text = now;
    call.text_seen = 0;
    ++call.attempts_here;
    ++call.outcome.attempts;
    Sent& sent = sent_[call.ask.key];
    call.requests_before = ++sent.requests;
    call.tokens_before = sent.tokens += call.ask.tokens;
    ++running_;
    ++rooms_[call.ask.key].running;
    if (call.current().target.kind == ProviderKind::command) {
        start_program(call, now);
    } else if (auto error = send_http(call)) {
        --call.outcome.attempts;
        attempt_ended(call, tl::make_unexpected(*std::move(error)), {});
    }
}

std::optional<LlmError> Pool::Worker::send_http(Call& call) {
    const Lane& lane = call.current();
    const Provider& adapter = provider(lane.target.kind);
    call.dialect = dialects_[call.ask.key];
    const std::int64_t context = lane.target.context_tokens;
    if (context > 0 && call.ask.tokens > context) {
        return LlmError{"too_large",
                        "the prompt and the answer may need " + std::to_string(call.ask.tokens) +
                            " tokens, and context_tokens of " + lane.target.name + " is " + std::to_string(context),
                        false,
                        {},
                        {}};
    }
    WireRequest wire = adapter.request(call.request, lane.target, call.dialect);
    auto to = endpoint(wire.url);
    if (!to) {
        return std::move(to.error());
    }
    HttpRequest request;
    request.to = std::move(*to);
    request.headers = std::move(wire.headers);
    request.key_header = adapter.key_header();
    request.key = *lane.key;
    request.body = std::move(wire.body);
    call.reader =
        std::make_unique<ReplyReader>(adapter, call.request.stream && lane.target.kind == ProviderKind::ollama);
    ReplyReader* const reader = call.reader.get();
    call.transfer = std::make_unique<Transfer>(
        options.network, std::move(request),
        Transfer::Events{[reader](long status, const HeaderFields& headers) {
                             const auto type = headers.find("content-type");
                             reader->begin(status, type == headers.end() ? std::string_view() : type->second);
                         },
                         [reader](std::string_view bytes) { reader->feed(bytes); }});
    if (call.transfer->easy() == nullptr || curl_multi_add_handle(multi_, call.transfer->easy()) != CURLM_OK) {
        call.transfer.reset();
        call.reader.reset();
        return LlmError{"network", "libcurl cannot be started", false, {}, {}};
    }
    return std::nullopt;
}

/// On a thread of its own, which lives as long as the program: the kernel ends a child when the thread that started it
/// does.
void Pool::Worker::start_program(Call& call, Steady::time_point now) {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        ends = {-1, -1};  // without descriptors it still ends by its own timeout
    }
    call.stop_program = base::Fd(ends[1]);
    std::set<std::string> key_variables;
    for (const auto& lane : call.lanes) {
        add_key_variables(lane.target, key_variables);
    }
    const milliseconds timeout = std::min(call.request.timeout, between(now, call.deadline));
    call.program_run = next_run_++;
    call.program = std::jthread([this, run = call.program_run, request = call.request, target = call.current().target,
                                 environment = environment_for_programs(key_variables), timeout, stop = ends[0]] {
        auto answer = ask_command(request, target, environment, timeout, stop);
        if (stop >= 0) {
            ::close(stop);
        }
        {
            const std::lock_guard lock(mutex_);
            ended_programs_.push_back({run, std::move(answer)});
        }
        wake();
    });
}

void Pool::Worker::stop_transfer(Call& call) {
    if (call.transfer != nullptr) {
        curl_multi_remove_handle(multi_, call.transfer->easy());
        call.transfer.reset();
        call.reader.reset();
    }
    if (call.program.joinable()) {
        call.stop_program.reset();
        // It may take its time; nobody waits for it but the pool's own end.
        leaving_programs_.push_back(std::move(call.program));
    }
}

void Pool::Worker::check_timers(Steady::time_point now) {
    for (auto& call : calls_) {
        if (!call.done) {
            continue;
        }
        if (now >= call.deadline) {
            if (call.in_flight()) {
                abandon(call, LlmError{"timeout", "no answer in time", false, {}, {}});
            } else {
                lane_failed(call, {"timeout", "the deadline passed while it waited", false, {}, {}});
            }
            continue;
        }
        if (call.transfer == nullptr || !call.transfer->dispatched()) {
            continue;
        }
        const auto since = *call.transfer->dispatched();
        if (call.reader->text_bytes() != call.text_seen) {
            call.text_seen = call.reader->text_bytes();
            call.last_text = now;
        }
        const char* late = now - since >= call.request.timeout ? "no answer in time" : nullptr;
        // Keep-alive lines are no progress.
        if (late == nullptr && call.request.stream &&
            now - std::max(since, call.last_text) >= call.request.first_token) {
            late = call.text_seen == 0 ? "the answer did not begin in time" : "the answer stalled";
        }
        if (late != nullptr) {
            const LlmError error{"timeout", late, false, {}, call.reader->usage()};
            curl_multi_remove_handle(multi_, call.transfer->easy());
            attempt_ended(call, tl::make_unexpected(error), call.transfer->headers());
        }
    }
}

}  // namespace rfsn::net
