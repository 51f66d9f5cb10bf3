// SPDX-License-Identifier: MIT
#include "net/serve.hpp"

#include <condition_variable>
#include <istream>
#include <map>
#include <mutex>
#include <ostream>

#include "base/interrupt.hpp"
#include "net/protocol.hpp"

namespace rfsn::net {
namespace {

constexpr std::size_t max_line = std::size_t{64} << 20;

class Server {
   public:
    explicit Server(std::ostream& out) : out_(out) {}

    void line(const std::string& text) {
        if (text.size() > max_line) {
            refuse("", {"malformed", "the request is larger than 64 MB", false, {}, {}});
            return;
        }
        auto command = parse_command(text);
        if (!command) {
            refuse(request_id(text), std::move(command.error()));
            return;
        }
        switch (command->verb) {
            case Command::Verb::setup:
                setup_ = std::move(command->setup);
                break;
            case Command::Verb::llm:
                ask(std::move(command->llm));
                break;
            case Command::Verb::cancel:
                cancel(command->id);
                break;
            case Command::Verb::stats:
                tell_stats(*command);
                break;
        }
    }

    int finish() {
        std::unique_lock lock(mutex_);
        answered_.wait(lock, [&] { return under_way_.empty(); });
        lock.unlock();
        pool_.reset();
        return base::interrupted() ? 130 : write_failed_ ? 1 : 0;
    }

   private:
    void write(const std::string& text) {
        const std::lock_guard lock(mutex_);
        out_ << text << '\n' << std::flush;
        if (!out_ && !write_failed_) {
            // Nobody listens any more.
            write_failed_ = true;
            if (pool_ != nullptr) {
                pool_->cancel_all();
            }
        }
    }

    void refuse(const std::string& id, LlmError error) {
        Outcome outcome;
        outcome.answer = tl::make_unexpected(std::move(error));
        outcome.micro_usd = 0;
        write(answer_line(id, outcome));
    }

    void ask(LlmRequest request) {
        if (pool_ == nullptr) {
            PoolOptions options;
            options.network = setup_.network;
            options.budget = setup_.budget;
            options.ledger = setup_.ledger;
            if (setup_.progress) {
                options.progress = [this](const Progress& progress) { write(progress_line(progress)); };
            }
            auto pool = Pool::start(std::move(options));
            if (!pool) {
                refuse(request.id, {"budget",
                                    "the record of what was spent cannot be kept, so nothing may be spent: " +
                                        pool.error().describe(),
                                    false,
                                    {},
                                    {}});
                return;
            }
            pool_ = std::move(*pool);
        }
        std::vector<Lane> lanes;
        for (const auto& target : request.targets) {
            lanes.push_back(lane_of(target));
        }
        const std::string id = request.id;
        {
            const std::lock_guard lock(mutex_);
            if (write_failed_ || base::interrupted()) {
                return;
            }
            if (!under_way_.emplace(id, 0).second) {
                return;  // a second question with the same id could not be told apart
            }
        }
        const std::uint64_t number =
            pool_->submit(std::move(request), std::move(lanes), [this, id](const Outcome& outcome) {
                write(answer_line(id, outcome));
                const std::lock_guard lock(mutex_);
                under_way_.erase(id);
                answered_.notify_all();
            });
        const std::lock_guard lock(mutex_);
        if (const auto call = under_way_.find(id); call != under_way_.end()) {
            call->second = number;
        }
    }

    /// A batch asks the same few models: each key is fetched once.
    const Lane& lane_of(const Target& target) {
        const std::string name =
            std::string(net::name(target.kind)) + " " + target.name + " " + target.base_url + " " + target.model;
        const auto known = lanes_.find(name);
        return known != lanes_.end() ? known->second
                                     : lanes_.emplace(name, make_lane(target, setup_.network)).first->second;
    }

    void cancel(const std::string& id) {
        const std::lock_guard lock(mutex_);
        if (const auto call = under_way_.find(id); call != under_way_.end() && call->second != 0) {
            pool_->cancel(call->second);
        }
    }

    void tell_stats(const Command& command) {
        auto ledger = Ledger::open(setup_.ledger);
        write(stats_line(command.id, ledger ? ledger->spent(command.since)
                                            : base::Result<std::vector<Spent>>(tl::make_unexpected(ledger.error()))));
    }

    std::ostream& out_;
    Setup setup_;
    std::map<std::string, Lane> lanes_;
    std::mutex mutex_;
    std::condition_variable answered_;
    std::map<std::string, std::uint64_t> under_way_;
    bool write_failed_ = false;
    std::unique_ptr<Pool> pool_;  ///< last: its thread uses the others
};

}  // namespace

int serve(std::istream& in, std::ostream& out) {
    Server server(out);
    std::string text;
    while (!base::interrupted() && std::getline(in, text)) {
        if (text.find_first_not_of(" \t\r") != std::string::npos) {
            server.line(text);
        }
    }
    return server.finish();
}

}  // namespace rfsn::net
