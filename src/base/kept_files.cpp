// SPDX-License-Identifier: MIT
#include "base/kept_files.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rfsn::base {

std::string file_identity(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        return {};
    }
    return fmt::format("{} {}.{} {}.{} {} {}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                       info.st_ctim.tv_sec, info.st_ctim.tv_nsec, info.st_ino, info.st_dev);
}

void drop_oldest_files(const std::string& directory, std::size_t most) {
    std::error_code error;
    std::vector<std::pair<std::filesystem::file_time_type, std::filesystem::path>> kept;
    for (auto entry = std::filesystem::directory_iterator(directory, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        std::error_code gone;
        kept.emplace_back(entry->last_write_time(gone), entry->path());
    }
    std::sort(kept.begin(), kept.end());
    for (std::size_t i = 0; i + most < kept.size(); ++i) {
        std::filesystem::remove(kept[i].second, error);
    }
}

}  // namespace rfsn::base
