// SPDX-License-Identifier: MIT
#include "base/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <sched.h>
#include <signal.h>
#include <system_error>
#include <thread>
#include <vector>

namespace rfsn::base {
namespace {

/// Threads started while one lives leave every signal to the thread that started them.
class SignalsBlocked {
   public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

   private:
    sigset_t before_{};
};

}  // namespace

void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body) {
    const std::size_t workers = std::min<std::size_t>(std::max(threads, 1U), count);
    // Several chunks a thread, so that one slow item does not leave the others idle at the end.
    const std::size_t chunk = std::max<std::size_t>(1, count / (std::max<std::size_t>(workers, 1) * 8));
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (;;) {
            const std::size_t first = next.fetch_add(chunk);
            if (first >= count) {
                return;
            }
            for (std::size_t i = first; i < std::min(first + chunk, count); ++i) {
                body(i);
            }
        }
    };
    std::vector<std::jthread> pool;
    if (workers > 1) {
        const SignalsBlocked guard;
        pool.reserve(workers - 1);
        try {
            while (pool.size() + 1 < workers) {
                pool.emplace_back(work);
            }
        } catch (const std::system_error&) {
            // No more threads to be had: those there are, and this one, do all of it.
        }
    }
    work();
}

unsigned available_cpus() {
    // As large as the kernel could want: with too small a set it answers EINVAL on big machines.
    constexpr int most_cpus = 8192;
    cpu_set_t* set = CPU_ALLOC(most_cpus);
    unsigned cpus = 0;
    if (set != nullptr) {
        const std::size_t size = CPU_ALLOC_SIZE(most_cpus);
        if (sched_getaffinity(0, size, set) == 0) {
            cpus = static_cast<unsigned>(CPU_COUNT_S(size, set));
        }
        CPU_FREE(set);
    }
    return std::max(1U, cpus != 0 ? cpus : std::thread::hardware_concurrency());
}

}  // namespace rfsn::base
