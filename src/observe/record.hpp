// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "observe/log.hpp"

namespace rfsn::observe {

/// One event, before it is rendered.
struct Record {
    std::chrono::system_clock::time_point time;
    Level level = Level::off;
    std::string_view logger;
    std::string_view message;
    const Context* context = nullptr;
    std::string_view parent;  ///< span
    std::optional<std::chrono::microseconds> duration;
    const Fields* fields = nullptr;
};

using Redact = std::function<std::string(std::string_view)>;

/// One JSON object without the newline. May throw.
[[nodiscard]] std::string json_line(const Record& record, const Redact& redact);
/// "06:50:46.123 debug git: read index (12 ms) files=3". May throw.
[[nodiscard]] std::string human_line(const Record& record, const Redact& redact);
[[nodiscard]] const char* name(Level level);

/// Logs a finished span.
void log_span(std::string_view logger, std::string_view span_name, std::string_view parent,
              std::chrono::microseconds duration);

}  // namespace rfsn::observe
