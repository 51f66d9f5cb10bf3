// SPDX-License-Identifier: MIT
#include "base/interrupt.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

bool readable(int fd) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

TEST(Interrupt, SetsTheFlagAndThePipe) {
    install_interrupt_handler();
    reset_interrupt();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        EXPECT_FALSE(interrupted());
        ASSERT_GE(interrupt_fd(), 0);
        EXPECT_FALSE(readable(interrupt_fd()));
        ::raise(signal);
        EXPECT_TRUE(interrupted());
        EXPECT_TRUE(readable(interrupt_fd()));
        reset_interrupt();
    }
    EXPECT_FALSE(interrupted());
    EXPECT_FALSE(readable(interrupt_fd()));
}

TEST(Interrupt, ManySignalsNeitherBlockNorOverflow) {
    install_interrupt_handler();
    reset_interrupt();
    for (int i = 0; i < 100'000; ++i) {
        ::raise(SIGTERM);
    }
    EXPECT_TRUE(interrupted());
    reset_interrupt();
    EXPECT_FALSE(readable(interrupt_fd()));
}

TEST(Interrupt, InstallingTwiceKeepsOnePipe) {
    install_interrupt_handler();
    const int fd = interrupt_fd();
    install_interrupt_handler();
    EXPECT_EQ(interrupt_fd(), fd);
}

TEST(Interrupt, IgnoresSigpipeAndKeepsAnIgnoredHangup) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGHUP, SIG_IGN);  // nohup
        install_interrupt_handler();
        ::raise(SIGPIPE);
        ::raise(SIGHUP);
        ::_exit(interrupted() ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace rfsn::base
