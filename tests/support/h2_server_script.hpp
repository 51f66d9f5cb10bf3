// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>
#include <zlib.h>

#include <nlohmann/json.hpp>

/// What the scripted server answers, by its script and its token bucket; the wire is h2_server_connection.hpp's.
namespace rfsn::test::h2 {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

[[noreturn]] inline void die(const std::string& what) {
    std::cerr << "h2_server: " << what << '\n';
    std::exit(2);
}

struct Options {
    std::string cert, log, script;
    double rate = 0, burst = 1;
    std::uint32_t streams = 250;
    bool only_h1 = false;
};

inline std::string gzipped(const std::string& text) {
    z_stream z{};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&z, text.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

struct Chunk {
    std::string data;
    Clock::time_point due;
};

/// One request and its answer under way.
struct Exchange {
    std::map<std::string, std::string> headers;
    std::string method, path, request_body;
    bool answered = false;
    int status = 200;
    std::vector<std::pair<std::string, std::string>> reply_headers;
    Clock::time_point headers_due;
    bool headers_sent = false;
    std::deque<Chunk> chunks;
    std::string buffer;
    std::string end;  ///< "", rst, goaway, cut, hang
    bool deferred = false;
};

class Server {
   public:
    explicit Server(const Options& options) : options_(options), tokens_(options.burst), filled_(Clock::now()) {
        std::ifstream in(options.script);
        for (std::string line; std::getline(in, line);) {
            if (!line.empty()) {
                script_.push_back(Json::parse(line));
            }
        }
        if (script_.empty()) {
            die("the script is empty");
        }
        for (const Json& step : script_) {
            if (const std::string text = step.value("if_body", ""); !text.empty()) {
                by_body_[text].steps.push_back(&step);
            }
        }
        if (!options.log.empty()) {
            log_.open(options.log, std::ios::app);
        }
    }

    int connection() {
        ++alive_;
        return ++connections_;
    }
    void disconnected() { --alive_; }

    /// Fills in how `exchange`, which has arrived whole, is answered.
    void answer(Exchange& exchange, int connection, int stream) {
        exchange.answered = true;
        const std::size_t number = requests_++;
        const auto now = Clock::now();
        ++open_;
        peak_ = std::max(peak_, open_);
        log(exchange, connection, stream, number);
        if (options_.rate > 0 && !within_rate(exchange, now)) {
            return;
        }
        const Json* const found_step = step_for(exchange, number);
        if (found_step == nullptr) {
            refuse(exchange, now);
            return;
        }
        const Json& step = *found_step;
        const std::string path = step.value("if_path", "");
        const std::string header = step.value("if_header", "");
        const bool fits =
            exchange.path.find(path) != std::string::npos &&
            (header.empty() || std::any_of(exchange.headers.begin(), exchange.headers.end(), [&](const auto& field) {
                 return (field.first + ": " + field.second).find(header) != std::string::npos;
             }));
        if (!fits) {
            refuse(exchange, now);
            return;
        }
        exchange.status = step.value("status", 200);
        exchange.end = step.value("end", "");
        auto due = now + milliseconds(step.value("delay_ms", 0));
        exchange.headers_due = due;
        bool typed = false;
        if (const auto found = step.find("headers"); found != step.end()) {
            for (const auto& [name, value] : found->items()) {
                exchange.reply_headers.emplace_back(name, value.get<std::string>());
                typed = typed || name == "content-type";
            }
        }
        std::string body;
        if (const auto found = step.find("body"); found != step.end()) {
            body = found->is_string() ? found->get<std::string>() : found->dump();
        }
        body.append(step.value("size", std::size_t{0}), 'x');
        if (step.value("gzip", false)) {
            body = gzipped(body);
            exchange.reply_headers.emplace_back("content-encoding", "gzip");
        }
        if (!typed) {
            exchange.reply_headers.emplace_back("content-type", "application/json");
        }
        if (!body.empty()) {
            exchange.chunks.push_back({body, due});
        }
        if (const auto found = step.find("repeat"); found != step.end()) {
            for (int i = 0; i < (*found)[2].get<int>(); ++i) {
                due += milliseconds((*found)[1].get<int>());
                exchange.chunks.push_back({(*found)[0].get<std::string>(), due});
            }
        }
        if (const auto found = step.find("chunks"); found != step.end()) {
            for (const auto& chunk : *found) {
                due += milliseconds(chunk[1].get<int>());
                exchange.chunks.push_back({chunk[0].get<std::string>(), due});
            }
        }
    }

    void closed(const Exchange& exchange) { open_ -= exchange.answered ? 1 : 0; }

    const Options& options() const { return options_; }

   private:
    /// The line for this request: by its number, or by its body if the script picks by that; null if none fits.
    const Json* step_for(const Exchange& exchange, std::size_t number) {
        if (by_body_.empty()) {
            return &script_[std::min(number, script_.size() - 1)];
        }
        for (auto& [text, lines] : by_body_) {
            if (exchange.request_body.find(text) != std::string::npos) {
                const std::size_t next = std::min(lines.asked++, lines.steps.size() - 1);
                return lines.steps[next];
            }
        }
        return nullptr;
    }

    static void refuse(Exchange& exchange, Clock::time_point now) {
        exchange.status = 404;
        exchange.chunks.push_back({R"({"error":{"message":"not what the script expects"}})", now});
    }

    bool within_rate(Exchange& exchange, Clock::time_point now) {
        tokens_ =
            std::min(options_.burst, tokens_ + std::chrono::duration<double>(now - filled_).count() * options_.rate);
        filled_ = now;
        const bool fits = tokens_ >= 1;
        tokens_ -= fits ? 1 : 0;
        const auto header = [&](const char* name, const std::string& value) {
            exchange.reply_headers.emplace_back(name, value);
        };
        header("x-ratelimit-limit-requests", std::to_string(static_cast<long>(options_.burst)));
        header("x-ratelimit-remaining-requests", std::to_string(static_cast<long>(tokens_)));
        header("x-ratelimit-reset-requests",
               std::to_string(static_cast<long>((options_.burst - tokens_) / options_.rate * 1000)) + "ms");
        if (!fits) {
            exchange.status = 429;
            header("retry-after-ms", std::to_string(static_cast<long>((1 - tokens_) / options_.rate * 1000) + 1));
            exchange.headers_due = now;
            exchange.chunks.push_back({R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})", now});
        }
        return fits;
    }

    void log(const Exchange& exchange, int connection, int stream, std::size_t number) {
        if (log_.is_open()) {
            Json json = Json::parse(exchange.request_body, nullptr, false);
            log_ << Json{{"n", number},
                         {"connection", connection},
                         {"stream", stream},
                         {"alive", alive_},
                         {"peak", peak_},
                         {"method", exchange.method},
                         {"path", exchange.path},
                         {"headers", exchange.headers},
                         {"body", exchange.request_body},
                         {"json", json.is_discarded() ? Json() : json}}
                        .dump(-1, ' ', false, Json::error_handler_t::replace)
                 << '\n'
                 << std::flush;
        }
    }

    const Options& options_;
    struct Lines {
        std::vector<const Json*> steps;
        std::size_t asked = 0;
    };

    std::vector<Json> script_;
    std::map<std::string, Lines> by_body_;
    std::ofstream log_;
    int connections_ = 0;
    int alive_ = 0;
    std::size_t requests_ = 0;
    int open_ = 0;
    int peak_ = 0;
    double tokens_;
    Clock::time_point filled_;
};

}  // namespace rfsn::test::h2
