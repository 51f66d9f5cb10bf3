// SPDX-License-Identifier: MIT
#include "base/terminal.hpp"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/fd.hpp"

namespace rfsn::base {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// A real terminal: both ends of a pty.
struct Pty {
    Fd master;
    Fd slave;
    explicit Pty(unsigned short columns) {
        int ends[2] = {-1, -1};
        const winsize size{24, columns, 0, 0};
        EXPECT_EQ(::openpty(&ends[0], &ends[1], nullptr, nullptr, &size), 0);
        master = Fd(ends[0]);
        slave = Fd(ends[1]);
    }
    [[nodiscard]] std::string read() const {
        ::fcntl(master.get(), F_SETFL, O_NONBLOCK);
        std::array<char, 4096> buffer{};
        const ssize_t got = ::read(master.get(), buffer.data(), buffer.size());
        return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string{};
    }
};

TerminalTraits traits(int fd, Values values) {
    return terminal_traits(fd, Environment(std::move(values)));
}

TEST(TerminalTraits, OfATerminal) {
    const Pty pty(132);
    const auto seen = traits(pty.slave.get(), {{"TERM", "xterm-256color"}, {"LANG", "en_US.UTF-8"}});
    EXPECT_TRUE(seen.is_terminal);
    EXPECT_TRUE(seen.control);
    EXPECT_TRUE(seen.color);
    EXPECT_TRUE(seen.unicode);
    EXPECT_FALSE(seen.hyperlinks);
    EXPECT_EQ(seen.width, 132);
}

TEST(TerminalTraits, ColorInItsOrderOfPrecedence) {
    const Pty pty(80);
    const int tty = pty.slave.get();
    EXPECT_FALSE(traits(tty, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}).color);
    EXPECT_TRUE(traits(tty, {{"TERM", "xterm"}, {"NO_COLOR", ""}}).color);
    EXPECT_FALSE(traits(tty, {{"TERM", "dumb"}}).color);
    EXPECT_TRUE(traits(tty, {{"TERM", "dumb"}, {"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}).color);
    EXPECT_FALSE(traits(tty, {{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "0"}}).color);
    const Fd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    EXPECT_FALSE(traits(file.get(), {{"TERM", "xterm"}}).color);
    EXPECT_TRUE(traits(file.get(), {{"CLICOLOR_FORCE", "1"}}).color);
}

TEST(TerminalTraits, WidthFromTheTerminalThenColumnsThenEighty) {
    const Pty unknown(0);
    EXPECT_EQ(traits(unknown.slave.get(), {{"COLUMNS", "100"}}).width, 100);
    EXPECT_EQ(traits(unknown.slave.get(), {{"COLUMNS", "wide"}}).width, 80);
    EXPECT_EQ(traits(unknown.slave.get(), {{"COLUMNS", "-5"}}).width, 80);
    EXPECT_EQ(traits(unknown.slave.get(), {{"COLUMNS", "99999999999999999999"}}).width, 80);
    EXPECT_EQ(traits(unknown.slave.get(), {{"COLUMNS", "3"}}).width, 20);
}

TEST(TerminalTraits, OnlyAnotherLocaleSpeaksAgainstUnicode) {
    EXPECT_TRUE(traits(-1, {}).unicode);
    EXPECT_FALSE(traits(-1, {{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}).unicode);
    EXPECT_TRUE(traits(-1, {{"LC_ALL", ""}, {"LANG", "en_US.utf8"}}).unicode);
    EXPECT_FALSE(traits(-1, {{"LANG", "de_DE.ISO-8859-1"}}).unicode);
}

TEST(TerminalTraits, LinksOnlyWhereTheyAreKnownToWork) {
    const Pty pty(80);
    EXPECT_TRUE(traits(pty.slave.get(), {{"TERM", "xterm"}, {"VTE_VERSION", "6800"}}).hyperlinks);
    EXPECT_FALSE(traits(pty.slave.get(), {{"TERM", "xterm"}, {"VTE_VERSION", "4000"}}).hyperlinks);
    EXPECT_FALSE(traits(pty.slave.get(), {{"TERM", "xterm"}, {"VTE_VERSION", "6800"}, {"TMUX", "/t"}}).hyperlinks);
    EXPECT_FALSE(traits(-1, {{"VTE_VERSION", "6800"}}).hyperlinks);
}

TEST(StatusLine, RewritesOneLineAndErasesIt) {
    const Pty pty(20);
    {
        StatusLine line(pty.slave.get(), traits(pty.slave.get(), {{"TERM", "xterm"}}));
        line.show("short");
        EXPECT_EQ(pty.read(), "\rshort\x1b[K");
        line.show("0123456789012345678901234567890123456789");
        EXPECT_EQ(pty.read(), "\r0123456789012345678\x1b[K");
        // Whatever a file name holds, it stays one line and no command to the terminal.
        line.show("a\nb\x1b[2J");
        const std::string shown = pty.read();
        EXPECT_EQ(shown.find('\n'), std::string::npos);
        EXPECT_EQ(shown.find("\x1b[2J"), std::string::npos);
    }
    EXPECT_EQ(pty.read(), "\r\x1b[K");
}

TEST(StatusLine, CountsWideCharactersByTheirColumns) {
    const Pty pty(20);
    StatusLine line(pty.slave.get(), traits(pty.slave.get(), {{"TERM", "xterm"}}));
    line.show("\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22");
    EXPECT_EQ(pty.read(), "\r\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\x1b[K");
}

TEST(StatusLine, IsSilentWithoutATerminalOrOnADumbOne) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    const Fd in(ends[0]);
    const Fd out(ends[1]);
    {
        StatusLine line(out.get(), traits(out.get(), {{"TERM", "xterm"}}));
        line.show("text");
    }
    char byte = 0;
    EXPECT_EQ(::read(in.get(), &byte, 1), -1);
    const Pty pty(80);
    {
        StatusLine line(pty.slave.get(), traits(pty.slave.get(), {{"TERM", "dumb"}}));
        line.show("text");
    }
    EXPECT_EQ(pty.read(), "");
}

TEST(WriteAll, WaitsForRoomInANonBlockingPipe) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Fd in(ends[0]);
    Fd out(ends[1]);
    ::fcntl(out.get(), F_SETFL, O_NONBLOCK);
    const std::string sent(std::size_t{1} << 20, 'x');
    std::string received;
    std::jthread reader([&] {
        std::array<char, 5000> buffer{};
        ssize_t got = 0;
        while ((got = ::read(in.get(), buffer.data(), buffer.size())) > 0) {
            received.append(buffer.data(), static_cast<std::size_t>(got));
        }
    });
    EXPECT_TRUE(write_all(out.get(), sent));
    out.reset();
    reader.join();
    EXPECT_EQ(received, sent);
}

TEST(WriteAll, SaysWhenNobodyReads) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Fd out(ends[1]);
    ::close(ends[0]);
    auto* const old = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_FALSE(write_all(out.get(), "x"));
    ::signal(SIGPIPE, old);
    EXPECT_FALSE(write_all(-1, "x"));
    EXPECT_TRUE(write_all(-1, ""));
}

}  // namespace
}  // namespace rfsn::base
