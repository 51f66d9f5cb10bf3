// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rfsn::observe {

enum class Level { off, error, warn, info, debug };

struct LogOptions {
    Level level = Level::off;
    std::string file;  ///< one JSON object a line, rotated by size; "" = none
    std::uint64_t max_bytes = 10U << 20;
    int max_files = 3;
    bool human_stderr = false;                            ///< a readable form on stderr as well
    std::function<std::string(std::string_view)> redact;  ///< applied to every string at the sink; any thread
};

using Value = std::variant<std::int64_t, double, bool, std::string>;
using Fields = std::vector<std::pair<std::string, Value>>;

/// Never throws, never fails into the caller: a log that cannot be written is dropped and counted.
void configure(LogOptions options);
/// Flushes and closes; for the end of main and for tests.
void shutdown();
[[nodiscard]] bool enabled(Level level);
/// Lines that could not be written since the start of the program.
[[nodiscard]] std::uint64_t dropped();
/// One line: time (RFC 3339 UTC), level, logger, message, the context (run, repo, phase, span) and `fields` under
/// "fields".
void log(Level level, std::string_view logger, std::string_view message, const Fields& fields = {});

/// Context that follows work: set on this thread for a scope, captured and installed in others, passed to children as
/// RFSN_LOG_CONTEXT.
struct Context {
    std::string run, repository, phase, span;
};
[[nodiscard]] Context current();
class ContextScope {
   public:
    explicit ContextScope(Context context);
    ContextScope(const ContextScope&) = delete;
    ContextScope& operator=(const ContextScope&) = delete;
    ~ContextScope();

   private:
    Context previous_;
};
[[nodiscard]] std::string encode(const Context& context);
[[nodiscard]] Context decode(std::string_view text);

/// A timed piece of work: logs its name and duration at debug when it ends.
class Span {
   public:
    Span(std::string logger, std::string name);
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span();

   private:
    std::string logger_, name_;
    bool active_;  ///< debug was on when it began
    Context previous_;
    std::chrono::steady_clock::time_point start_;
};

/// A random id of 16 hex digits.
[[nodiscard]] std::string new_id();

}  // namespace rfsn::observe
