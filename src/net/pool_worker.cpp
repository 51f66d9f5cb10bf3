// SPDX-License-Identifier: MIT
#include "net/pool_worker.hpp"

#include <algorithm>

#include <curl/curl.h>

#include "base/interrupt.hpp"

namespace rfsn::net {
namespace {

using std::chrono::milliseconds;

}  // namespace

Millis system_millis() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string server_key(const Lane& lane) {
    return (lane.to ? lane.to->host : lane.target.name) + " " +
           (lane.target.kind == ProviderKind::command ? lane.target.name : lane.target.model);
}

Pool::Worker::Worker(PoolOptions wanted, Ledger opened)
    : options(std::move(wanted)), ledger_(std::move(opened)), random_(std::random_device{}()) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* const multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connections_per_host);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 25L);
    // Idle ones are kept, or each lull would cost handshakes.
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 25L);
    curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(options.in_flight));
    multi_ = multi;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Pool::Worker::~Worker() {
    thread_.request_stop();
    wake();
    thread_.join();
    curl_multi_cleanup(multi_);
}

void Pool::Worker::wake() {
    curl_multi_wakeup(multi_);
}

std::uint64_t Pool::Worker::submit(LlmRequest request, std::vector<Lane> lanes, Pool::Done done) {
    Call call;
    call.submitted = Steady::now();
    const milliseconds time = request.deadline.count() > 0 ? request.deadline : request.timeout;
    call.deadline = call.submitted + time;
    call.not_before = call.submitted;
    call.request = std::move(request);
    call.lanes = std::move(lanes);
    call.done = std::move(done);
    call.outcome.micro_usd = 0;
    std::uint64_t id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = next_id_++;
        call.id = id;
        inbox_.push_back(std::move(call));
    }
    wake();
    return id;
}

void Pool::Worker::cancel(std::uint64_t id) {
    {
        const std::lock_guard lock(mutex_);
        to_cancel_.insert(id);
    }
    wake();
}

void Pool::Worker::cancel_all() {
    {
        const std::lock_guard lock(mutex_);
        cancel_everything_ = true;
    }
    wake();
}

void Pool::Worker::take_inbox() {
    std::vector<Call> fresh;
    std::set<std::uint64_t> cancelled;
    std::vector<ProgramEnd> ended;
    bool everything = false;
    {
        const std::lock_guard lock(mutex_);
        fresh.swap(inbox_);
        cancelled.swap(to_cancel_);
        ended.swap(ended_programs_);
        everything = std::exchange(cancel_everything_, false);
    }
    for (auto& call : fresh) {
        began_ = began_ ? began_ : call.submitted;
        calls_.push_back(std::move(call));
        if (calls_.back().lanes.empty()) {
            conclude(calls_.back(), llm_error("not_configured", "no model is set"));
        }
    }
    for (auto& end : ended) {
        const auto call = std::find_if(calls_.begin(), calls_.end(), [&](const Call& one) {
            return one.program.joinable() && one.program_run == end.run;
        });
        if (call != calls_.end()) {
            attempt_ended(*call, std::move(end.answer), {});
        }
    }
    for (auto& call : calls_) {
        if ((everything || cancelled.count(call.id) != 0) && call.done) {
            abandon(call, LlmError{"cancelled", "no longer wanted", false, {}, {}});
        }
    }
}

void Pool::Worker::run(const std::stop_token& stop) {
    bool interrupt_seen = false;
    while (!stop.stop_requested()) {
        take_inbox();
        if (base::interrupted() && !interrupt_seen) {
            interrupt_seen = true;
            cancel_all();
            continue;
        }
        const auto now = Steady::now();
        admit_ready(now);
        int running = 0;
        curl_multi_perform(multi_, &running);
        int queued = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_, &queued)) {
            if (message->msg != CURLMSG_DONE) {
                continue;
            }
            CURL* const easy = message->easy_handle;
            const CURLcode code = message->data.result;
            const auto call = std::find_if(calls_.begin(), calls_.end(), [&](const Call& one) {
                return one.transfer != nullptr && one.transfer->easy() == easy;
            });
            if (call != calls_.end()) {
                transfer_ended(*call, code);
            }
        }
        check_timers(Steady::now());
        flush_settlements();
        deliver();
        calls_.remove_if([](const Call& call) { return call.done == nullptr; });
        report_progress(Steady::now());
        curl_waitfd interrupt{interrupt_seen ? -1 : base::interrupt_fd(), CURL_WAIT_POLLIN, 0};
        curl_multi_poll(multi_, &interrupt, interrupt.fd >= 0 ? 1 : 0, next_wait(Steady::now()), nullptr);
    }
    take_inbox();
    for (auto& call : calls_) {
        if (call.done) {
            abandon(call, LlmError{"cancelled", "the pool was closed", false, {}, {}});
        }
    }
    flush_settlements();
    deliver();
    calls_.clear();
    leaving_programs_.clear();
}

int Pool::Worker::next_wait(Steady::time_point now) {
    auto wake_at = now + std::chrono::seconds(60);
    const bool has_room = running_ < options.in_flight;
    for (const auto& call : calls_) {
        wake_at = std::min(wake_at, call.deadline);
        if (!call.in_flight()) {
            const std::string key = server_key(call.lanes[call.lane]);
            const auto room = rooms_.find(key);
            const std::size_t places = room == rooms_.end() ? 1 : this->places(room->second, key, now);
            const std::size_t running = room == rooms_.end() ? 0 : room->second.running;
            if (room != rooms_.end() && room->second.opens && *room->second.opens > now) {
                wake_at = std::min(wake_at, *room->second.opens);
            }
            if (has_room && running < places) {
                const auto gate = gated_.find(key);
                const auto ready = gate == gated_.end() ? call.not_before : std::max(call.not_before, gate->second);
                wake_at = std::min(wake_at, ready);
            }
        } else if (call.transfer != nullptr) {
            if (const auto since = call.transfer->dispatched()) {
                wake_at = std::min(wake_at, *since + call.request.timeout);
                if (call.request.stream) {
                    wake_at = std::min(wake_at, std::max(*since, call.last_text) + call.request.first_token);
                }
            }
        }
    }
    if (options.progress && !calls_.empty()) {
        wake_at = std::min(wake_at, now + milliseconds(200));
    }
    // Rounded up, or the last millisecond would be spent in turning round.
    const auto wait = std::chrono::ceil<milliseconds>(wake_at - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
}

}  // namespace rfsn::net
