// SPDX-License-Identifier: MIT
#include "observe/log.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <unistd.h>

#include "base/terminal.hpp"
#include "observe/file_sink.hpp"
#include "observe/record.hpp"

namespace rfsn::observe {
namespace {

struct Sinks {
    LogOptions options;
    std::unique_ptr<FileSink> file;
};

// All constant-initialised: a program that does not log pays for none of it.
std::atomic<Level> current_level{Level::off};
std::atomic<std::uint64_t> dropped_lines{0};
std::mutex sinks_mutex;
std::shared_ptr<Sinks> installed_sinks;
/// Set while this thread is logging: a redactor that logs must not come back here.
thread_local bool logging = false;

std::shared_ptr<Sinks> sinks() {
    const std::lock_guard lock(sinks_mutex);
    return installed_sinks;
}

void install(std::shared_ptr<Sinks> sinks, Level level) {
    const std::lock_guard lock(sinks_mutex);
    installed_sinks.swap(sinks);
    current_level.store(level, std::memory_order_relaxed);
}

void drop() {
    dropped_lines.fetch_add(1, std::memory_order_relaxed);
}

void emit(const Record& record) {
    const auto to = sinks();
    if (to == nullptr) {
        return;
    }
    if (!to->options.file.empty() && (to->file == nullptr || !to->file->write(json_line(record, to->options.redact)))) {
        drop();
    }
    if (to->options.human_stderr) {
        base::write_all(STDERR_FILENO, human_line(record, to->options.redact) + "\n");
    }
}

void log_record(Record& record) {
    if (!enabled(record.level) || logging) {
        return;
    }
    logging = true;
    try {
        record.time = std::chrono::system_clock::now();
        const Context context = current();
        record.context = &context;
        emit(record);
    } catch (...) {
        drop();
    }
    logging = false;
}

}  // namespace

void configure(LogOptions options) {
    const Level level = options.level;
    if (level == Level::off) {
        install(nullptr, Level::off);
        return;
    }
    try {
        auto sinks = std::make_shared<Sinks>();
        if (!options.file.empty()) {
            sinks->file = FileSink::open(options.file, options.max_bytes, options.max_files);
        }
        sinks->options = std::move(options);
        install(std::move(sinks), level);
    } catch (...) {
        drop();
    }
}

void shutdown() {
    install(nullptr, Level::off);
}

bool enabled(Level level) {
    return level != Level::off && level <= current_level.load(std::memory_order_relaxed);
}

std::uint64_t dropped() {
    return dropped_lines.load(std::memory_order_relaxed);
}

void log(Level level, std::string_view logger, std::string_view message, const Fields& fields) {
    Record record;
    record.level = level;
    record.logger = logger;
    record.message = message;
    record.fields = &fields;
    log_record(record);
}

void log_span(std::string_view logger, std::string_view span_name, std::string_view parent,
              std::chrono::microseconds duration) {
    Record record;
    record.level = Level::debug;
    record.logger = logger;
    record.message = span_name;
    record.parent = parent;
    record.duration = duration;
    log_record(record);
}

}  // namespace rfsn::observe
