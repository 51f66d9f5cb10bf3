// SPDX-License-Identifier: MIT
#include "net/pool.hpp"

#include <cmath>
#include <condition_variable>
#include <mutex>

#include "net/key_source.hpp"
#include "net/pool_worker.hpp"

namespace rfsn::net {

Lane make_lane(const Target& target, const Network& network) {
    Lane lane;
    lane.target = target;
    if (target.kind == ProviderKind::command) {
        if (target.command.empty()) {
            lane.to = llm_error("not_configured", "no command is set");
            return lane;
        }
        lane.to = Endpoint{"", "command", true};
        lane.key = std::make_shared<const Key>();
        return lane;
    }
    lane.to = endpoint(target.base_url);
    if (lane.to) {
        lane.key = find_key(target, *lane.to, network);
    }
    return lane;
}

std::int64_t cost_of(const Prices& prices, const Usage& usage) {
    if (prices.input < 0 || prices.output < 0) {
        return -1;
    }
    const auto part = [](std::uint64_t tokens, double price) { return static_cast<double>(tokens) * price; };
    const double cached = prices.cached_input < 0 ? prices.input : prices.cached_input;
    const double written = prices.cache_write < 0 ? prices.input : prices.cache_write;
    // A dollar a million tokens is a millionth of a dollar a token.
    const double total = part(usage.input, prices.input) + part(usage.cached_input, cached) +
                         part(usage.cache_write, written) + part(usage.output, prices.output);
    return static_cast<std::int64_t>(std::ceil(total));
}

std::int64_t estimated_input(const LlmRequest& request) {
    std::size_t bytes = 0;
    for (const auto& message : request.messages) {
        bytes += message.content.size();
    }
    return static_cast<std::int64_t>(static_cast<double>(bytes) / 3.5) +
           16 * static_cast<std::int64_t>(request.messages.size());
}

Pool::Pool(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
Pool::~Pool() = default;

base::Result<std::unique_ptr<Pool>> Pool::start(PoolOptions options) {
    auto ledger = Ledger::open(options.ledger);
    if (!ledger && !options.budget.any() && !options.ledger.empty()) {
        // A full disk or a strange home directory keeps nobody from asking; only what processes share is lost.
        ledger = Ledger::open("");
    }
    if (!ledger) {
        return tl::make_unexpected(std::move(ledger.error()));
    }
    return std::unique_ptr<Pool>(new Pool(std::make_unique<Worker>(std::move(options), std::move(*ledger))));
}

std::uint64_t Pool::submit(LlmRequest request, std::vector<Lane> lanes, Done done) {
    return worker_->submit(std::move(request), std::move(lanes), std::move(done));
}

void Pool::cancel(std::uint64_t id) {
    worker_->cancel(id);
}

void Pool::cancel_all() {
    worker_->cancel_all();
}

std::vector<Outcome> Pool::call_batch(const std::vector<LlmRequest>& requests, const BatchOptions& options) {
    std::mutex mutex;
    std::condition_variable finished;
    std::vector<Outcome> outcomes(requests.size());
    std::vector<std::uint64_t> ids(requests.size(), 0);
    std::size_t left = requests.size();
    bool enough = false;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        LlmRequest request = requests[i];
        if (options.deadline.count() > 0) {
            request.deadline =
                request.deadline.count() > 0 ? std::min(request.deadline, options.deadline) : options.deadline;
        }
        std::vector<Lane> lanes;
        for (const auto& target : request.targets) {
            lanes.push_back(make_lane(target, worker_->options.network));
        }
        const auto done = [&, i](Outcome outcome) {
            bool stop = false;
            {
                const std::lock_guard lock(mutex);
                outcomes[i] = std::move(outcome);
                stop = !enough && options.is_enough && options.is_enough(i, outcomes[i]);
                enough = enough || stop;
                --left;
                if (stop) {
                    for (const auto id : ids) {
                        worker_->cancel(id);
                    }
                }
                finished.notify_all();
            }
        };
        const std::uint64_t id = submit(std::move(request), std::move(lanes), done);
        const std::lock_guard lock(mutex);
        ids[i] = id;
        if (enough) {
            worker_->cancel(id);
        }
    }
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return left == 0; });
    return outcomes;
}

}  // namespace rfsn::net
