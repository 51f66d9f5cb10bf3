// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"

namespace rfsn::base {

/// A person at the controlling terminal: the way to ask when stdin is not theirs, as in a hook. One thread at a time.
class Dialog {
   public:
    /// Nothing if there is no terminal, or if this process is in its background (reading would stop it).
    [[nodiscard]] static std::optional<Dialog> open(const std::string& path = "/dev/tty");
    /// Shows the question and reads one line, without its end. Nothing at the end of input, after an interrupt, and
    /// when `deadline` has passed. What was typed before the question was asked is thrown away.
    [[nodiscard]] std::optional<std::string> ask(std::string_view question,
                                                 std::optional<std::chrono::steady_clock::time_point> deadline);
    void show(std::string_view text);
    /// Runs a program with the terminal as its stdin, stdout and stderr and waits for it. Its exit code, or -1 if it
    /// could not be started or was killed.
    [[nodiscard]] int run(const std::vector<std::string>& argv, const std::vector<std::string>& env);

   private:
    explicit Dialog(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

}  // namespace rfsn::base
