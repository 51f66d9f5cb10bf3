// SPDX-License-Identifier: MIT
#include "isolate/scratch.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <sys/stat.h>
#include <vector>

namespace rfsn::isolate {
namespace {

constexpr const char* lock_name = "/lock";

std::chrono::seconds age(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        return std::chrono::seconds(0);
    }
    return std::chrono::seconds(::time(nullptr) - std::max(info.st_mtim.tv_sec, info.st_ctim.tv_sec));
}

}  // namespace

Scratch::Scratch(base::TempDir directory, std::optional<base::FileLock> lock)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      tree_(directory_.path() + "/tree"),
      out_(directory_.path() + "/out"),
      tmp_(directory_.path() + "/t") {}

base::Result<Scratch> Scratch::make(const std::string& parent) {
    RFSN_ASSIGN(auto directory, base::TempDir::make(parent, ""));
    std::optional<base::FileLock> lock;
    if (auto held = base::FileLock::acquire(directory.path() + lock_name, 0)) {
        lock.emplace(std::move(*held));
    } else {
        RFSN_TRY(base::remove_tree(directory.path() + lock_name));
    }
    Scratch scratch(std::move(directory), std::move(lock));
    for (const auto* path : {&scratch.tree_, &scratch.out_, &scratch.tmp_}) {
        RFSN_TRY(base::make_directories(*path, 0700));
    }
    return scratch;
}

void collect_scratch(const std::string& parent, std::chrono::seconds min_age) {
    std::error_code failed;
    std::vector<std::string> candidates;
    for (auto entry = std::filesystem::directory_iterator(parent, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        candidates.push_back(entry->path().string());
    }
    for (const auto& path : candidates) {
        // A young one may have been made but not yet locked.
        if (age(path) < min_age) {
            continue;
        }
        struct stat info {};
        const bool lockable = ::lstat((path + lock_name).c_str(), &info) == 0;
        if (!lockable && age(path) < std::chrono::hours(24)) {
            continue;
        }
        if (lockable && !base::FileLock::acquire(path + lock_name, 0)) {
            continue;
        }
        // Garbage that resists stays for the next run.
        [[maybe_unused]] const auto ignored = base::remove_tree(path);
    }
}

}  // namespace rfsn::isolate
