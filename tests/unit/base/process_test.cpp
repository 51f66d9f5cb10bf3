// SPDX-License-Identifier: MIT
#include "base/process.hpp"

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/interrupt.hpp"

namespace rfsn::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

const std::vector<std::string> path_only{"PATH=/usr/bin:/bin"};

ProcessSpec shell(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"sh", "-c", script};
    spec.env = path_only;
    return spec;
}

ProcessResult run(ProcessSpec spec, std::optional<Steady::time_point> deadline = std::nullopt) {
    PosixProcessRunner runner;
    return runner.run_one(std::move(spec), deadline);
}

/// Waits for what other processes do, without a claim about speed.
template <class Condition>
bool eventually(const Condition& condition) {
    for (int i = 0; i < 2000; ++i) {
        if (condition()) {
            return true;
        }
        std::this_thread::sleep_for(milliseconds(10));
    }
    return condition();
}

/// Gone, or a zombie that waits for whoever adopted it.
bool is_gone(pid_t pid) {
    if (::kill(pid, 0) != 0) {
        return true;
    }
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(in, text);
    const auto end = text.rfind(')');
    return end == std::string::npos || text.compare(end, 3, ") Z") == 0;
}

class TestDirectory {
   public:
    TestDirectory() : directory_(*TempDir::make(std::filesystem::temp_directory_path().string(), "process-")) {}
    [[nodiscard]] std::string file(const std::string& name) const { return directory_.path() + "/" + name; }
    void script(const std::string& name, const std::string& text, std::uint32_t mode = 0755) const {
        ASSERT_TRUE(write_atomically(file(name), text, mode));
    }
    [[nodiscard]] const std::string& path() const { return directory_.path(); }

   private:
    TempDir directory_;
};

pid_t pid_in(const std::string& path) {
    pid_t pid = 0;
    EXPECT_TRUE(eventually([&] {
        std::ifstream in(path);
        return static_cast<bool>(in >> pid) && in.peek() == '\n';
    })) << path;
    return pid;
}

TEST(Process, GivesExitCodeAndBothStreams) {
    const auto result = run(shell("printf out; printf err >&2; exit 3"));
    EXPECT_EQ(result.end, ProcessEnd::exited);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.out, "out");
    EXPECT_EQ(result.err, "err");
    EXPECT_FALSE(result.ok());
    EXPECT_FALSE(result.out_truncated);
    EXPECT_EQ(result.describe(), "exit 3");
}

TEST(Process, NamesTheSignalThatKilled) {
    const auto result = run(shell("kill -SEGV $$"));
    EXPECT_EQ(result.end, ProcessEnd::signaled);
    EXPECT_EQ(result.signal, SIGSEGV);
    EXPECT_EQ(result.describe(), "killed by SIGSEGV");
}

TEST(Process, PassesArgumentsAndEnvironmentUnchanged) {
    ProcessSpec spec;
    spec.argv = {"/usr/bin/env", "printf", "[%s]", "", "a b", "$HOME `x`", "\n\xff*", "-n"};
    spec.env = {"PATH=/usr/bin:/bin"};
    EXPECT_EQ(run(spec).out, "[][a b][$HOME `x`][\n\xff*][-n]");
    spec.argv = {"env"};
    spec.env = {"PATH=/usr/bin:/bin", "ODD= \xfe\n=x"};
    EXPECT_EQ(run(spec).out, "PATH=/usr/bin:/bin\nODD= \xfe\n=x\n");
}

TEST(Process, HasNullStdinWithoutInput) {
    const auto result = run(shell("cat; readlink /proc/self/fd/0"));
    EXPECT_EQ(result.out, "/dev/null\n");
}

TEST(Process, InheritsNoDescriptor) {
    const Fd leaked(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC, as a library might
    const int high = ::fcntl(leaked.get(), F_DUPFD, 200);
    const auto result = run(shell("ls /proc/self/fd"));
    ::close(high);
    // 3 is the directory that ls itself reads.
    EXPECT_EQ(result.out, "0\n1\n2\n3\n");
}

TEST(Process, StartsWithDefaultSignalsAndNoControllingTerminal) {
    sigset_t block;
    sigset_t before;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    auto* const old = ::signal(SIGUSR2, SIG_IGN);
    // Below 32: the two signals that the C library keeps for itself stay as they were inherited.
    const auto result =
        run(shell("sed -n 's/^Sig\\(Blk\\|Ign\\):/\\1/p' /proc/self/status | "
                  "while read -r name mask; do echo $name $((0x$mask & 0x7fffffff)); done; "
                  "(: </dev/tty) 2>/dev/null && echo tty; test $$ = $(ps -o pgid= -p $$) && echo leader"));
    ::signal(SIGUSR2, old);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(result.out, "Blk 0\nIgn 0\nleader\n");
}

TEST(Process, FeedsLargeInputWhileReadingLargeOutput) {
    auto spec = shell("cat");
    std::string input(std::size_t{3} << 20, 'x');
    input[12345] = '\0';
    spec.input = input;
    const auto result = run(spec);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.out, input);
}

TEST(Process, SurvivesAChildThatDoesNotReadItsInput) {
    auto spec = shell("exec 0<&-; echo closed; exit 4");
    spec.input = std::string(std::size_t{4} << 20, 'x');
    auto* const old = ::signal(SIGPIPE, SIG_DFL);  // even for a caller that never ignored it
    const auto result = run(spec);
    ::signal(SIGPIPE, old);
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_EQ(result.out, "closed\n");
}

TEST(Process, GivesEmptyInputAnEndAtOnce) {
    auto spec = shell("wc -c");
    spec.input = "";
    EXPECT_EQ(run(spec).out, "0\n");
}

TEST(Process, KeepsHeadAndTailOfAFlood) {
    auto spec = shell("printf first; head -c 50000000 /dev/zero | tr '\\0' m; printf last");
    spec.output_cap = 1000;
    const auto result = run(spec);
    EXPECT_TRUE(result.out_truncated);
    EXPECT_LE(result.out.size(), 1000U);
    EXPECT_EQ(result.out.substr(0, 6), "firstm");
    EXPECT_EQ(result.out.substr(result.out.size() - 5), "mlast");
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

TEST(Process, FloodDoesNotGrowMemory) {
    auto spec = shell("head -c 300000000 /dev/zero; head -c 300000000 /dev/zero >&2");
    spec.output_cap = 100'000;
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    const auto result = run(spec);
    ::getrusage(RUSAGE_SELF, &after);
    EXPECT_TRUE(result.out_truncated && result.err_truncated);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100'000);  // KiB; the flood is 600 MB
}

TEST(Process, CapsAtTheEdges) {
    for (const std::size_t cap : {0UL, 1UL, 2UL, 3UL, 9UL, 10UL, 11UL}) {
        auto spec = shell("printf 0123456789");
        spec.output_cap = cap;
        const auto result = run(spec);
        EXPECT_LE(result.out.size(), cap) << cap;
        EXPECT_EQ(result.out_truncated, cap < 10) << cap;
        if (cap >= 10) {
            EXPECT_EQ(result.out, "0123456789");
        }
    }
}

TEST(Process, TellsMissingFromUnstartable) {
    const TestDirectory dir;
    ProcessSpec spec;
    spec.env = path_only;
    spec.argv = {"no-such-program-anywhere"};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_found);
    EXPECT_NE(run(spec).describe().find("no-such-program-anywhere"), std::string::npos);
    spec.argv = {dir.file("absent")};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_found);

    dir.script("plain", "echo hello\n", 0644);
    spec.argv = {dir.file("plain")};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_found);  // not executable

    dir.script("orphan", "#!/no/such/interpreter\n");
    spec.argv = {dir.file("orphan")};
    const auto orphan = run(spec);
    EXPECT_EQ(orphan.end, ProcessEnd::not_found);
    EXPECT_NE(orphan.describe().find("interpreter"), std::string::npos);

    dir.script("garbage", std::string("\x7f\x01\x02\0\x03", 5));
    spec.argv = {dir.file("garbage")};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_started);

    spec.argv = {};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_started);
    spec.argv = {"sh", std::string("a\0b", 3)};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_started);
    spec.argv = {"true"};
    spec.cwd = dir.file("absent");
    const auto lost = run(spec);
    EXPECT_EQ(lost.end, ProcessEnd::not_started);
    EXPECT_NE(lost.describe().find("absent"), std::string::npos);
    spec.cwd = dir.file("plain");
    EXPECT_EQ(run(spec).end, ProcessEnd::not_started);
}

TEST(Process, TakesTheProgramFromThePathOfTheChild) {
    const TestDirectory dir;
    dir.script("greet", "#!/bin/sh\necho ours\n");
    ProcessSpec spec;
    spec.argv = {"greet"};
    spec.env = {"PATH=/usr/bin:" + dir.path()};
    EXPECT_EQ(run(spec).out, "ours\n");
    // The working directory is the repository under test: it must not supply programs.
    spec.cwd = dir.path();
    spec.env = {"PATH=.::/usr/bin"};
    EXPECT_EQ(run(spec).end, ProcessEnd::not_found);
    // With a '/', it is relative to where the child works.
    spec.argv = {"./greet"};
    EXPECT_EQ(run(spec).out, "ours\n");
}

TEST(Process, FindsPrograms) {
    const TestDirectory dir;
    dir.script("tool", "#!/bin/sh\n");
    dir.script("data", "", 0644);
    std::filesystem::create_directory(dir.file("folder"));
    EXPECT_EQ(find_program("tool", "/nonexistent:" + dir.path() + "/"), dir.file("tool"));
    EXPECT_EQ(find_program("data", dir.path()), std::nullopt);
    EXPECT_EQ(find_program("folder", dir.path()), std::nullopt);
    EXPECT_EQ(find_program(dir.file("tool"), ""), dir.file("tool"));
    EXPECT_EQ(find_program("", dir.path()), std::nullopt);
    EXPECT_EQ(find_program("sh", ""), std::nullopt);
}

TEST(Process, KillsTheWholeGroupAtItsTimeout) {
    const TestDirectory dir;
    auto spec = shell("trap '' TERM; sh -c \"trap '' TERM; echo \\$\\$ >" + dir.file("pid") +
                      "; while :; do sleep 100; done\" & echo before; wait; while :; do sleep 100; done");
    spec.timeout = milliseconds(700);
    const auto result = run(spec);
    EXPECT_EQ(result.end, ProcessEnd::timed_out);
    EXPECT_EQ(result.out, "before\n");
    EXPECT_EQ(result.describe().rfind("timed out after", 0), 0U);
    const pid_t grandchild = pid_in(dir.file("pid"));
    EXPECT_TRUE(eventually([&] { return is_gone(grandchild); }));
}

TEST(Process, LetsAProcessCleanUpOnSigterm) {
    auto spec = shell("trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.01; done");
    spec.timeout = milliseconds(300);
    const auto result = run(spec);
    EXPECT_EQ(result.end, ProcessEnd::timed_out);
    EXPECT_EQ(result.out, "ready\ncleaned\n");
}

TEST(Process, KillsAStoppedProcess) {
    auto spec = shell("kill -STOP $$");
    spec.timeout = milliseconds(200);
    EXPECT_EQ(run(spec).end, ProcessEnd::timed_out);
}

TEST(Process, DoesNotWaitForDescendantsThatHoldThePipes) {
    const TestDirectory dir;
    const auto result = run(shell("sleep 1000 & echo $! >" + dir.file("pid") + "; echo done; exit 5"));
    EXPECT_EQ(result.end, ProcessEnd::exited);
    EXPECT_EQ(result.exit_code, 5);
    EXPECT_EQ(result.out, "done\n");
    const pid_t left = pid_in(dir.file("pid"));
    EXPECT_TRUE(eventually([&] { return is_gone(left); }));
}

TEST(Process, LeavesNothingOfTheGroupEvenWithClosedPipes) {
    const TestDirectory dir;
    const auto result = run(shell("sleep 1000 >/dev/null 2>&1 & echo $! >" + dir.file("pid")));
    EXPECT_TRUE(result.ok());
    const pid_t left = pid_in(dir.file("pid"));
    EXPECT_TRUE(eventually([&] { return is_gone(left); }));
}

TEST(Process, ReturnsAlthoughADaemonKeptThePipes) {
    const TestDirectory dir;
    const auto result =
        run(shell("setsid sh -c 'echo $$ >" + dir.file("pid") + "; exec sleep 1000' & sleep 0.2; exit 0"));
    EXPECT_EQ(result.end, ProcessEnd::exited);
    ::kill(pid_in(dir.file("pid")), SIGKILL);
}

TEST(Process, CollectsOutputThatComesAfterTheLeader) {
    const auto result = run(shell("(sleep 0.1; echo late) & echo early"));
    EXPECT_EQ(result.out, "early\nlate\n");
}

TEST(Process, WaitsForALeaderThatClosedItsStreams) {
    const auto result = run(shell("exec >&- 2>&-; sleep 0.2; exit 6"));
    EXPECT_EQ(result.exit_code, 6);
}

TEST(Process, EndsAtTheDeadline) {
    const auto result = run(shell("sleep 1000"), Steady::now() + milliseconds(200));
    EXPECT_EQ(result.end, ProcessEnd::deadline);
    const auto never = run(shell("echo started"), Steady::now() - seconds(1));
    EXPECT_EQ(never.end, ProcessEnd::deadline);
    EXPECT_EQ(never.out, "");
}

TEST(Process, RunsAThousandJobsInOrderOnOneSlot) {
    PosixProcessRunner runner;
    int given = 0;
    int finished = 0;
    runner.run(
        [&]() -> std::optional<ProcessJob> {
            if (given == 1000) {
                return std::nullopt;
            }
            ProcessSpec spec;
            spec.argv = {"/bin/echo", std::to_string(given)};
            return ProcessJob{spec, [&, number = given++](ProcessResult result) {
                                  EXPECT_EQ(number, finished);
                                  EXPECT_EQ(result.out, std::to_string(number) + "\n");
                                  ++finished;
                              }};
        },
        1, std::nullopt, {});
    EXPECT_EQ(finished, 1000);
    // None of 3000 pipes and 1000 pidfds is left.
    std::size_t open = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        ++open;
    }
    EXPECT_LT(open, 100U);
}

TEST(Process, NeverRunsMoreThanItsSlotsAndAsksAgainAfterEachDone) {
    PosixProcessRunner runner;
    int running = 0;
    int most = 0;
    int done = 0;
    int ready = 1;  // every finished job readies two more, as a plan with dependencies does
    int given = 0;
    runner.run(
        [&]() -> std::optional<ProcessJob> {
            if (given >= ready) {
                return std::nullopt;
            }
            ++given;
            most = std::max(most, ++running);
            return ProcessJob{shell("sleep 0.02"), [&](ProcessResult result) {
                                  EXPECT_TRUE(result.ok());
                                  --running;
                                  ++done;
                                  ready = std::min(60, ready + 2);
                              }};
        },
        8, std::nullopt, {});
    EXPECT_EQ(done, 60);
    EXPECT_EQ(most, 8);
}

TEST(Process, GoesOnAfterJobsThatCannotStart) {
    PosixProcessRunner runner;
    int given = 0;
    std::vector<ProcessEnd> ends;
    runner.run(
        [&]() -> std::optional<ProcessJob> {
            if (given == 50) {
                return std::nullopt;
            }
            ProcessSpec spec = shell("exit 0");
            if (given++ % 2 == 0) {
                spec.argv = {"/no/such/program"};
            }
            return ProcessJob{spec, [&](ProcessResult result) { ends.push_back(result.end); }};
        },
        4, std::nullopt, {});
    EXPECT_EQ(std::count(ends.begin(), ends.end(), ProcessEnd::not_found), 25);
    EXPECT_EQ(std::count(ends.begin(), ends.end(), ProcessEnd::exited), 25);
}

TEST(Process, TicksWhileItWaits) {
    PosixProcessRunner runner;
    int ticks = 0;
    bool given = false;
    bool ended = false;
    const TestDirectory dir;
    runner.run(
        [&]() -> std::optional<ProcessJob> {
            if (std::exchange(given, true)) {
                return std::nullopt;
            }
            // Ends only when it has been ticked three times.
            return ProcessJob{shell("while ! test -e " + dir.file("go") + "; do sleep 0.01; done"),
                              [&](ProcessResult) { ended = true; }};
        },
        1, std::nullopt,
        [&] {
            if (++ticks == 3) {
                dir.script("go", "");
            }
        });
    EXPECT_TRUE(ended);
    EXPECT_GE(ticks, 3);
}

TEST(Process, InterruptEndsAllThatRunAndStartsNoMore) {
    install_interrupt_handler();
    reset_interrupt();
    PosixProcessRunner runner;
    const TestDirectory dir;
    int given = 0;
    std::vector<ProcessEnd> ends;
    std::jthread signaller([&] {
        eventually([&] {
            return std::filesystem::exists(dir.file("0")) && std::filesystem::exists(dir.file("1")) &&
                   std::filesystem::exists(dir.file("2"));
        });
        ::kill(::getpid(), SIGINT);
    });
    runner.run(
        [&]() -> std::optional<ProcessJob> {
            const std::string marker = dir.file(std::to_string(given++));
            return ProcessJob{shell("trap '' TERM INT; : >" + marker + "; while :; do sleep 100; done"),
                              [&](ProcessResult result) { ends.push_back(result.end); }};
        },
        3, std::nullopt, {});
    signaller.join();
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(given, 3);
    EXPECT_EQ(ends, std::vector<ProcessEnd>(3, ProcessEnd::interrupted));
    EXPECT_EQ(runner.run_one(shell("echo no")).end, ProcessEnd::interrupted);
    reset_interrupt();
    EXPECT_EQ(runner.run_one(shell("echo yes")).out, "yes\n");
}

TEST(Process, KnowsHowAChildEndedAlthoughSigchldIsIgnored) {
    auto* const old = ::signal(SIGCHLD, SIG_IGN);
    const auto result = run(shell("exit 8"));
    ::signal(SIGCHLD, old);
    EXPECT_EQ(result.end, ProcessEnd::exited);
    EXPECT_EQ(result.exit_code, 8);
}

TEST(Process, WorksWithoutStandardStreams) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(0);
        ::close(1);
        ::close(2);
        auto spec = shell("cat; echo err >&2");
        spec.input = "in";
        const auto result = run(spec);
        ::_exit(result.out == "in" && result.err == "err\n" ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(Process, TellsItsOutputAsItComesAndStopsWhenToldTo) {
    auto spec = shell("echo one; echo two; sleep 60");
    std::string seen;
    spec.on_output = [&](std::string_view piece) {
        seen += piece;
        return seen.find("two") == std::string::npos;
    };
    const auto result = run(std::move(spec));
    EXPECT_EQ(result.end, ProcessEnd::stopped);
    EXPECT_EQ(result.out, "one\ntwo\n");
    EXPECT_LT(result.duration, seconds(30));
}

TEST(Process, StopsWhenItsDescriptorSaysSo) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    auto spec = shell("sleep 60");
    spec.stop_fd = ends[0];
    std::jthread stopper([&] {
        std::this_thread::sleep_for(milliseconds(50));
        ::close(ends[1]);
    });
    const auto result = run(std::move(spec));
    EXPECT_EQ(result.end, ProcessEnd::stopped);
    EXPECT_LT(result.duration, seconds(30));
    ::close(ends[0]);
}

TEST(Process, DescribesEveryEnd) {
    ProcessResult result;
    result.duration = milliseconds(60'250);
    result.end = ProcessEnd::timed_out;
    EXPECT_EQ(result.describe(), "timed out after 60 s");
    result.duration = milliseconds(1510);
    EXPECT_EQ(result.describe(), "timed out after 1.5 s");
    result.end = ProcessEnd::deadline;
    result.duration = milliseconds(90);
    EXPECT_EQ(result.describe(), "stopped at the deadline after 90 ms");
    result.end = ProcessEnd::signaled;
    result.signal = 40;
    EXPECT_EQ(result.describe(), "killed by signal 40");
}

}  // namespace
}  // namespace rfsn::base
