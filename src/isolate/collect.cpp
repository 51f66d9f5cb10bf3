// SPDX-License-Identifier: MIT
#include "isolate/collect.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <sys/stat.h>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/interrupt.hpp"
#include "isolate/build_cache.hpp"
#include "isolate/plain_file.hpp"
#include "isolate/scratch.hpp"
#include "isolate/shadow.hpp"

namespace rfsn::isolate {
namespace {

using std::chrono::hours;

/// Repositories are named by 16 hex digits; nothing else below the root is ours to touch.
bool is_repository_id(const std::string& name) {
    return name.size() == 16 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

void collect_all(const std::string& cache_root, bool now) {
    const std::string stamp = cache_root + "/collected";
    struct stat info {};
    if (!now && ::lstat(stamp.c_str(), &info) == 0 && ::time(nullptr) - info.st_mtim.tv_sec < 24L * 3600) {
        return;
    }
    if (!write_plain(stamp, "", 0600)) {
        return;
    }
    std::vector<std::string> repositories;
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(cache_root, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        if (is_repository_id(entry->path().filename().string())) {
            repositories.push_back(entry->path().string());
        }
    }
    for (const auto& repository : repositories) {
        if (base::interrupted()) {
            return;
        }
        collect_scratch(repository + "/scratch", std::chrono::minutes(1));
        collect_shadows(repository, hours(24 * 14));
        BuildCaches(repository + "/cache").collect(build_cache_cap, hours(24 * 30));
    }
}

}  // namespace rfsn::isolate
