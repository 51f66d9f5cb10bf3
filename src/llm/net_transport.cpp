// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "llm/net_protocol.hpp"

namespace rfsn::llm {
namespace {

using base::ErrorCode;

/// What rfsn-net may take beyond the time that it was told: it ends by itself unless something is wrong.
constexpr std::chrono::milliseconds grace{5000};
constexpr std::size_t output_cap = std::size_t{64} << 20;

/// Splits what comes into lines.
class Lines {
   public:
    template <class Take>
    void add(std::string_view piece, const Take& take) {
        rest_ += piece;
        std::size_t start = 0;
        for (auto end = rest_.find('\n'); end != std::string::npos; start = end + 1, end = rest_.find('\n', start)) {
            take(std::string_view(rest_).substr(start, end - start));
        }
        rest_.erase(0, start);
    }

   private:
    std::string rest_;
};

class Transport final : public NetTransport {
   public:
    Transport(std::string program, base::Environment env, base::ProcessRunner& runner, ProgressListener progress)
        : program_(std::move(program)), env_(std::move(env)), runner_(runner), progress_(std::move(progress)) {}

    base::Result<Reply> ask(const Prompt& prompt, const config::LlmSettings& settings) override {
        auto replies = ask_all({{&prompt}}, settings, nullptr);
        return std::move(replies.front());
    }

    std::vector<base::Result<Reply>> ask_all(const std::vector<Question>& questions,
                                             const config::LlmSettings& settings, const Enough& is_enough) override {
        std::vector<base::Result<Reply>> replies(questions.size(),
                                                 base::fail(ErrorCode::external,
                                                            "rfsn-net gave no answer; rfsn-net and git-rfsn may be "
                                                            "of different versions"));
        const auto asked = targets_of(settings);
        if (!asked) {
            std::fill(replies.begin(), replies.end(), tl::make_unexpected(asked.error()));
            return replies;
        }
        base::ProcessSpec spec = spec_for(*asked, settings.deadline);
        const bool stream = settings.stream == "always" || (settings.stream == "auto" && progress_);
        spec.input = setup_line(settings, env_, static_cast<bool>(progress_));
        for (std::size_t i = 0; i < questions.size(); ++i) {
            std::vector<Target> order = *asked;
            std::stable_partition(order.begin(), order.end(),
                                  [&](const Target& target) { return target.name == questions[i].target; });
            *spec.input += question_line(std::to_string(i), questions[i], order, settings, env_, stream);
        }
        std::vector<bool> answered(questions.size(), false);
        bool enough = false;
        std::string trouble;
        Lines lines;
        spec.on_output = [&](std::string_view piece) {
            lines.add(piece, [&](std::string_view line) {
                NetLine read = read_line(line);
                if (read.kind == NetLine::Kind::progress) {
                    tell(read.progress);
                    return;
                }
                const std::size_t index = index_of(read.id, questions.size());
                if (read.kind != NetLine::Kind::answer || index == questions.size() || answered[index]) {
                    trouble = "rfsn-net gave no usable answer; rfsn-net and git-rfsn may be of different versions";
                    return;
                }
                answered[index] = true;
                replies[index] = std::move(read.reply);
                if (replies[index] && replies[index]->cost.model.empty()) {
                    replies[index]->cost.model = model_of(*asked, questions[index].target);
                }
                enough = enough || (is_enough && is_enough(index, replies[index]));
            });
            return !enough && trouble.empty();
        };
        const base::ProcessResult result = runner_.run_one(std::move(spec));
        const auto ended = check_end(result);
        for (std::size_t i = 0; i < replies.size(); ++i) {
            if (!trouble.empty()) {
                replies[i] = base::fail(ErrorCode::external, trouble);
            } else if (answered[i]) {
                continue;
            } else if (enough) {
                replies[i] = base::fail(ErrorCode::interrupted, "another answer was good enough");
            } else if (!ended) {
                replies[i] = tl::make_unexpected(ended.error());
            }
        }
        return replies;
    }

    base::Result<std::vector<Spent>> stats(const config::LlmSettings& settings,
                                           std::chrono::system_clock::time_point since) override {
        base::ProcessSpec spec = spec_for({}, std::chrono::seconds(10));
        const auto since_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since.time_since_epoch()).count();
        spec.input = setup_line(settings, env_, false) + stats_line("stats", std::max<std::int64_t>(since_ms, 0));
        const base::ProcessResult result = runner_.run_one(std::move(spec));
        RFSN_TRY(check_end(result));
        NetLine read = read_line(base::trim(result.out));
        if (read.kind == NetLine::Kind::stats) {
            return std::move(read.stats);
        }
        return base::fail(ErrorCode::io, "the record of what was spent cannot be read" +
                                             (read.reply ? "" : ": " + read.reply.error().message));
    }

   private:
    [[nodiscard]] base::Result<std::vector<Target>> targets_of(const config::LlmSettings& settings) const {
        if (!settings.enabled) {
            return base::fail(ErrorCode::unavailable,
                              "asking a model is not enabled (llm.enabled): git rfsn llm enable");
        }
        RFSN_ASSIGN(auto asked, targets(settings));
        if (asked.empty()) {
            return base::fail(ErrorCode::unavailable,
                              "no model is set; set llm.base_url and llm.model, or "
                              "llm.provider, in your user configuration");
        }
        return asked;
    }

    [[nodiscard]] base::ProcessSpec spec_for(const std::vector<Target>& asked, std::chrono::milliseconds time) const {
        base::ProcessSpec spec;
        spec.argv = {program_};
        spec.cwd = "/";
        spec.env = environment_for(env_, asked);
        spec.timeout = time + grace;
        spec.output_cap = output_cap;
        return spec;
    }

    void tell(const TransportProgress& progress) const {
        if (progress_) {
            progress_(progress);
        }
    }

    static std::string model_of(const std::vector<Target>& asked, const std::string& name) {
        const auto own = std::find_if(asked.begin(), asked.end(), [&](const Target& one) { return one.name == name; });
        return (own == asked.end() ? asked.front() : *own).settings.model;
    }

    static std::size_t index_of(const std::string& id, std::size_t count) {
        const bool digits = !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::min<std::size_t>(std::stoul(id), count) : count;
    }

    [[nodiscard]] base::Result<void> check_end(const base::ProcessResult& result) const {
        switch (result.end) {
            case base::ProcessEnd::not_found:
                return base::fail(ErrorCode::unavailable, "rfsn-net is not at " + base::printable(program_) +
                                                              "; install it beside git-rfsn (./dev install)");
            case base::ProcessEnd::not_started:
                return base::fail(ErrorCode::unavailable,
                                  "rfsn-net cannot be started: " + base::printable(result.start_error));
            case base::ProcessEnd::timed_out:
            case base::ProcessEnd::deadline:
                return base::fail(ErrorCode::timeout,
                                  "rfsn-net did not answer in time and was stopped; try again, or raise llm.timeout");
            case base::ProcessEnd::stopped:
                return {};
            case base::ProcessEnd::interrupted:
                return base::fail(ErrorCode::interrupted, "interrupted while waiting for the model");
            case base::ProcessEnd::signaled:
            case base::ProcessEnd::exited:
                break;
        }
        if (!result.ok()) {
            std::string words = secrets::mask(base::trim(result.err).substr(0, 500));
            words = base::printable(words);
            return base::fail(ErrorCode::external,
                              "rfsn-net failed: " + result.describe() + (words.empty() ? "" : ": " + words));
        }
        return {};
    }

    std::string program_;
    base::Environment env_;
    base::ProcessRunner& runner_;
    ProgressListener progress_;
};

}  // namespace

std::unique_ptr<NetTransport> net_transport(const std::string& net_program, const base::Environment& env,
                                            base::ProcessRunner& runner, ProgressListener progress) {
    return std::make_unique<Transport>(net_program, env, runner, std::move(progress));
}

}  // namespace rfsn::llm
