// SPDX-License-Identifier: MIT
#include "base/process.hpp"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

std::string signal_name(int signal) {
    const char* abbreviation = ::sigabbrev_np(signal);
    return abbreviation != nullptr ? fmt::format("SIG{}", abbreviation) : fmt::format("signal {}", signal);
}

std::string length(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    if (count < 1000) {
        return fmt::format("{} ms", count);
    }
    return count >= 10'000 || count % 1000 < 100 ? fmt::format("{} s", count / 1000)
                                                 : fmt::format("{}.{} s", count / 1000, count % 1000 / 100);
}

bool is_program(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string ProcessResult::describe() const {
    switch (end) {
        case ProcessEnd::exited:
            return fmt::format("exit {}", exit_code);
        case ProcessEnd::signaled:
            return "killed by " + signal_name(signal);
        case ProcessEnd::timed_out:
            return "timed out after " + length(duration);
        case ProcessEnd::stopped:
            return "stopped";
        case ProcessEnd::deadline:
            return "stopped at the deadline after " + length(duration);
        case ProcessEnd::interrupted:
            return "interrupted";
        case ProcessEnd::not_found:
            return start_error.empty() ? "not found" : start_error;
        case ProcessEnd::not_started:
            return start_error.empty() ? "not started" : start_error;
    }
    return "unknown end";
}

ProcessResult ProcessRunner::run_one(ProcessSpec spec, std::optional<Clock::time_point> deadline) {
    std::optional<ProcessResult> result;
    bool given = false;
    run(
        [&]() -> std::optional<ProcessJob> {
            if (std::exchange(given, true)) {
                return std::nullopt;
            }
            return ProcessJob{std::move(spec), [&](ProcessResult finished) { result = std::move(finished); }};
        },
        1, deadline, {});
    if (!result) {
        // It was never asked for: the time was over before it began.
        result.emplace();
        result->end = interrupted() ? ProcessEnd::interrupted : ProcessEnd::deadline;
    }
    return *std::move(result);
}

std::optional<std::string> find_program(const std::string& program, const std::string& path) {
    if (program.empty() || program.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    if (program.find('/') != std::string::npos) {
        return is_program(program) ? std::optional(program) : std::nullopt;
    }
    for (const std::string_view directory : split(path, ':')) {
        // Empty and relative entries mean the working directory, which belongs to the repository under test.
        if (directory.empty() || directory.front() != '/') {
            continue;
        }
        std::string candidate = fmt::format("{}{}{}", directory, directory.back() == '/' ? "" : "/", program);
        if (is_program(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

}  // namespace rfsn::base
