// SPDX-License-Identifier: MIT
#include "observe/file_sink.hpp"

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <sys/stat.h>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"

namespace rfsn::observe {
namespace {

/// A line no longer than this reaches the file in one write(2).
constexpr std::size_t buffer_bytes = std::size_t{256} << 10;

void prepare(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash != std::string::npos && slash != 0) {
        static_cast<void>(base::make_directories(path.substr(0, slash), 0700));
    }
    // Made here, since the library's fopen would follow the umask and symlinks, and wait for the other end of a FIFO.
    const base::Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode) || fchmod(fd.get(), 0600) != 0) {
        throw spdlog::spdlog_ex("log file cannot be opened");
    }
}

void settle(std::FILE* file) {
    static_cast<void>(fcntl(fileno(file), F_SETFD, FD_CLOEXEC));
    static_cast<void>(std::setvbuf(file, nullptr, _IOFBF, buffer_bytes));
}

}  // namespace

struct FileSink::Sink {
    spdlog::sinks::rotating_file_sink_mt file;
};

FileSink::FileSink(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}

FileSink::~FileSink() = default;

std::unique_ptr<FileSink> FileSink::open(const std::string& path, std::uint64_t max_bytes, int max_files) {
    try {
        spdlog::file_event_handlers events;
        events.before_open = [](const spdlog::filename_t& name) { prepare(name); };
        events.after_open = [](const spdlog::filename_t&, std::FILE* file) { settle(file); };
        const std::size_t size = max_bytes == 0 ? 1 : max_bytes;
        const auto files = static_cast<std::size_t>(max_files < 1 ? 1 : max_files > 100 ? 100 : max_files);
        std::unique_ptr<Sink> sink(new Sink{{path, size, files, false, events}});
        sink->file.set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "\n"));
        return std::unique_ptr<FileSink>(new FileSink(std::move(sink)));
    } catch (const std::exception&) {
        return nullptr;
    }
}

bool FileSink::write(std::string_view line) {
    try {
        const spdlog::details::log_msg message(spdlog::string_view_t(), spdlog::level::info,
                                               spdlog::string_view_t(line.data(), line.size()));
        sink_->file.log(message);
        sink_->file.flush();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace rfsn::observe
