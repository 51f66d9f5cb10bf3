// SPDX-License-Identifier: MIT
#include "isolate/build_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fts.h>
#include <iterator>
#include <memory>
#include <sys/stat.h>

#include "isolate/plain_file.hpp"

namespace rfsn::isolate {
namespace {

constexpr std::time_t measured_for = 3600;
constexpr std::string_view size_suffix = ".size";
/// The memory first: a cache without one counts for nothing.
constexpr const char* parts[] = {".state", ".tools", ""};

struct Known {
    std::string name;
    std::uint64_t bytes = 0;
    timespec used{};
};

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && !text.empty() ? std::optional(value) : std::nullopt;
}

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

base::Result<std::optional<BuildCaches::Lease>> BuildCaches::lease(const std::string& name) {
    RFSN_TRY(base::make_directories(directory_, 0700));
    const std::string path = directory_ + "/" + name;
    auto lock = base::FileLock::acquire(path + ".lock", 0);
    if (!lock) {
        if (lock.error().code == base::ErrorCode::timeout) {
            return std::optional<Lease>();
        }
        return tl::make_unexpected(std::move(lock.error()));
    }
    RFSN_TRY(base::make_directories(path, 0700));
    // Says when it was used last; the size stays what it was, or unknown (0) until it is measured.
    if (::utimensat(AT_FDCWD, (path + std::string(size_suffix)).c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0) {
        RFSN_TRY(write_plain(path + std::string(size_suffix), "0", 0600));
    }
    if (std::find(leased_.begin(), leased_.end(), name) == leased_.end()) {
        leased_.push_back(name);
    }
    return std::optional<Lease>(Lease{path, std::move(*lock)});
}

void BuildCaches::collect(std::uint64_t max_bytes, std::chrono::seconds max_idle) {
    for (const auto& name : leased_) {
        const std::string note = directory_ + "/" + name + ".measured";
        struct stat measured {};
        if (::lstat(note.c_str(), &measured) == 0 && ::time(nullptr) - measured.st_mtim.tv_sec < measured_for) {
            continue;
        }
        std::uint64_t sum = 0;
        for (const char* part : parts) {
            sum += disk_usage(directory_ + "/" + name + part);
        }
        const std::string bytes = std::to_string(sum);
        // A size that cannot be written is measured again next time.
        [[maybe_unused]] const auto size = write_plain(directory_ + "/" + name + std::string(size_suffix), bytes, 0600);
        [[maybe_unused]] const auto mark = write_plain(note, "", 0600);
    }
    std::vector<Known> known;
    std::uint64_t total = 0;
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(directory_, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const std::string file = entry->path().filename().string();
        struct stat info {};
        if (!ends_with(file, size_suffix) || ::lstat(entry->path().c_str(), &info) != 0) {
            continue;
        }
        const auto bytes = number(base::read_file(entry->path().string(), 64).value_or(""));
        known.push_back({file.substr(0, file.size() - size_suffix.size()), bytes.value_or(0), info.st_mtim});
        total += known.back().bytes;
    }
    std::sort(known.begin(), known.end(), [](const Known& a, const Known& b) {
        return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec : a.used.tv_nsec < b.used.tv_nsec;
    });
    for (const auto& cache : known) {
        const bool idle = std::chrono::seconds(::time(nullptr) - cache.used.tv_sec) > max_idle;
        if (total <= max_bytes && !idle) {
            return;  // and so are those used later
        }
        const std::string path = directory_ + "/" + cache.name;
        const auto lock = base::FileLock::acquire(path + ".lock", 0);
        if (!lock || !std::all_of(std::begin(parts), std::end(parts),
                                  [&](const char* part) { return base::remove_tree(path + part).has_value(); })) {
            continue;
        }
        total -= cache.bytes;
        for (const char* suffix : {".size", ".measured", ".lock"}) {
            [[maybe_unused]] const auto ignored = base::remove_tree(path + suffix);
        }
    }
}

std::uint64_t disk_usage(const std::string& path) {
    std::string copy = path;
    char* roots[] = {copy.data(), nullptr};
    const std::unique_ptr<FTS, int (*)(FTS*)> walk(::fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr),
                                                   ::fts_close);
    std::uint64_t blocks = 0;
    while (walk != nullptr) {
        const FTSENT* entry = ::fts_read(walk.get());
        if (entry == nullptr) {
            break;
        }
        if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS && entry->fts_info != FTS_ERR) {
            blocks += static_cast<std::uint64_t>(entry->fts_statp->st_blocks);
        }
    }
    return blocks * 512;
}

}  // namespace rfsn::isolate
