// SPDX-License-Identifier: MIT
#include "base/interrupt.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace rfsn::base {
namespace {

std::atomic<bool> arrived{false};
std::atomic<int> read_end{-1};
std::atomic<int> write_end{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int /*signal*/) {
    const int saved = errno;
    arrived.store(true);
    const char byte = 1;
    // A full pipe is as readable as one with a byte more.
    [[maybe_unused]] const ssize_t ignored = ::write(write_end.load(), &byte, 1);
    errno = saved;
}

}  // namespace

void install_interrupt_handler() {
    if (read_end.load() < 0) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
            write_end.store(ends[1]);
            read_end.store(ends[0]);
        }
    }
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    struct sigaction hangup {};
    if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        // Under nohup it stays ignored.
        ::sigaction(SIGHUP, &action, nullptr);
    }
    struct sigaction ignore {};
    sigemptyset(&ignore.sa_mask);
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    // A file that may not grow is a failed write that can be told, not a death in the middle.
    ::sigaction(SIGXFSZ, &ignore, nullptr);
}

bool interrupted() {
    return arrived.load();
}

int interrupt_fd() {
    return read_end.load();
}

void reset_interrupt() {
    std::array<char, 64> drained{};
    while (::read(read_end.load(), drained.data(), drained.size()) > 0) {
    }
    arrived.store(false);
}

}  // namespace rfsn::base
