// SPDX-License-Identifier: MIT
// Figures of the pool, against a server on loopback that counts, and of the cache. Ratios within one run; the absolute
// times are this machine's.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <sys/wait.h>
#include <vector>

#include "base/atomic_file.hpp"
#include "cache/cache.hpp"
#include "net/pool.hpp"
#include "support/h2_server.hpp"

namespace {

using namespace rfsn;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds(const std::function<void()>& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}
double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

Json answer(int delay_ms) {
    return {{"delay_ms", delay_ms},
            {"body",
             {{"choices", {{{"finish_reason", "stop"}, {"message", {{"content", std::string(500, 'x')}}}}}},
              {"usage", {{"prompt_tokens", 1000}, {"completion_tokens", 100}}}}}};
}

/// Seconds for `count` requests by a fresh pool; how many were answered is checked.
double ask(const test::H2Server& server, std::size_t count,
           const std::function<void(net::PoolOptions&)>& change = nullptr) {
    net::LlmRequest request;
    net::Target target;
    target.name = "bench";
    target.base_url = server.url("/v1");
    target.model = "m";
    request.targets = {target};
    request.messages = {{"user", std::string(4096, 'x')}};
    request.timeout = std::chrono::minutes(5);
    request.max_tokens = 100;
    const std::vector<net::LlmRequest> requests(count, request);
    net::PoolOptions options;
    options.network.ca_file = server.cert();
    options.ledger = server.directory() + "/ledger.db";
    if (change) {
        change(options);
    }
    std::size_t answered = 0;
    const double time = seconds([&] {
        auto pool = net::Pool::start(std::move(options));
        for (const auto& outcome : (*pool)->call_batch(requests, {})) {
            answered += outcome.answer ? 1U : 0U;
        }
    });
    if (answered != count) {
        std::printf("  ONLY %zu OF %zu WERE ANSWERED\n", answered, count);
    }
    return time;
}

void bench_pool() {
    constexpr int latency = 200;
    std::vector<double> one;
    std::vector<double> hundred;
    std::vector<double> pairs;
    std::size_t connections = 0;
    for (int i = 0; i < 5; ++i) {
        {
            const test::H2Server server(std::vector<Json>(1, answer(latency)));
            one.push_back(ask(server, 1));
        }
        const test::H2Server server(std::vector<Json>(1, answer(latency)));
        hundred.push_back(ask(server, 100));
        pairs.push_back(hundred.back() / one.back());
        connections = std::max(connections, server.connections());
    }
    std::printf("%-58s %8.0f ms\n", "1 request of 200 ms, with its TLS handshake (median of 5)", median(one) * 1e3);
    std::printf("%-58s %8.0f ms  %.2f x of one (limit 1.25), %zu connection(s)\n", "100 requests over HTTP/2",
                median(hundred) * 1e3, median(pairs), connections);
    const test::H2Server serial(std::vector<Json>(1, answer(latency)), {"--h1"});
    const double of_ten = ask(serial, 10, [](auto& options) {
        options.in_flight = 1;
        options.connections_per_host = 1;
    });
    std::printf("%-58s %8.0f ms  (10 measured, times ten)\n", "100 over HTTP/1.1, one after the other", of_ten * 1e4);
    const test::H2Server pooled(std::vector<Json>(1, answer(latency)), {"--h1"});
    const double six = ask(pooled, 100);
    std::printf("%-58s %8.0f ms  %zu connections\n", "100 over HTTP/1.1, six connections", six * 1e3,
                pooled.connections());
}

void bench_rate() {
    constexpr double rate = 200;
    constexpr double burst = 50;
    const test::H2Server server(std::vector<Json>(1, answer(20)), {"--rate", "200", "--burst", "50"});
    const double time = ask(server, 1000);
    const double allowed = burst + rate * time;
    std::printf("%-58s %8.1f s   %.1f %% of the allowed rate wasted (limit 5), %zu refused\n",
                "1,000 requests where 200/s are allowed", time, 100 * (1 - 1000 / allowed),
                server.requests().size() - 1000);
}

void bench_cache() {
    auto directory = base::TempDir::make(std::filesystem::temp_directory_path(), "bench-");
    cache::CacheOptions options;
    options.disk.path = directory->path() + "/c.db";
    constexpr int entries = 2000;
    std::vector<std::string> texts;
    {
        cache::Cache cache(options);
        for (int i = 0; i < entries; ++i) {
            std::string text = "error in unit " + std::to_string(i * 7919) + "\n";
            for (int line = 0; line < 20; ++line) {
                text += "value_" + std::to_string(i * line) + " = compute(" + std::to_string(i + line) + ");\n";
            }
            cache.put({std::to_string(i), "p", text}, std::string(4000, 'x'));
            texts.push_back(std::move(text));
        }
    }
    cache::Cache cache(options);
    std::size_t found = 0;
    const auto per_get = [&](int count, const std::function<void(int)>& get) {
        return seconds([&] {
                   for (int i = 0; i < count; ++i) {
                       get(i);
                   }
               }) /
               count * 1e6;
    };
    const auto by_key = [&](int i) { found += cache.get({std::to_string(i % 1000), {}, {}}).entry ? 1U : 0U; };
    const double disk = per_get(1000, by_key);
    const double memory = per_get(100000, by_key);
    const double miss = per_get(1000, [&](int i) {
        found += cache.get({"absent" + std::to_string(i), {}, {}}).entry ? 1U : 0U;
    });
    const double similar = per_get(50, [&](int i) {
        found += cache.get({"other", "p", texts[static_cast<std::size_t>(i)] + "x"}).candidates.empty() ? 0U : 1U;
    });
    std::printf("%-58s %8.2f us  (4 kB values, 2,000 entries; %zu found)\n", "cache get from memory", memory, found);
    std::printf("%-58s %8.2f us\n", "cache get from disk", disk);
    std::printf("%-58s %8.2f us\n", "cache miss in both", miss);
    std::printf("%-58s %8.2f us\n", "search by similarity among 2,000", similar);

    constexpr int processes = 16;
    constexpr int writes = 40;
    int errors = 0;
    const double time = seconds([&] {
        std::vector<pid_t> children;
        for (int p = 0; p < processes; ++p) {
            const pid_t child = fork();
            if (child == 0) {
                int failures = 0;
                {
                    cache::Cache own(options);
                    for (int i = 0; i < writes; ++i) {
                        own.put({std::to_string(p) + " " + std::to_string(i), {}, {}}, std::string(4000, 'y'));
                    }
                    failures = static_cast<int>(own.stats().disk.failures);
                }
                _exit(failures);
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 0;
            waitpid(child, &status, 0);
            errors += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        }
    });
    std::printf("%-58s %8.0f /s  %d errors\n", "16 processes, 40 writes of 4 kB each", processes * writes / time,
                errors);
}

}  // namespace

int main() {
    bench_pool();
    bench_rate();
    bench_cache();
    return 0;
}
