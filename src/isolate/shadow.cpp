// SPDX-License-Identifier: MIT
#include "isolate/shadow.hpp"

#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

#include "base/interrupt.hpp"

namespace rfsn::isolate {
namespace {

std::string slot_path(const std::string& directory, int number) {
    return directory + "/shadow-" + std::to_string(number);
}

}  // namespace

base::Result<std::optional<ShadowSlot>> take_shadow_slot(const std::string& directory,
                                                         std::chrono::milliseconds patience) {
    RFSN_TRY(base::make_directories(directory, 0700));
    const auto give_up_at = std::chrono::steady_clock::now() + patience;
    for (;;) {
        for (int number = 0; number < shadow_slots; ++number) {
            const std::string path = slot_path(directory, number);
            auto lock = base::FileLock::acquire(path + ".lock", 0);
            if (lock) {
                // The lock file's time is that of the last use.
                ::utimensat(AT_FDCWD, (path + ".lock").c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
                RFSN_TRY(base::make_directories(path, 0700));
                return std::optional<ShadowSlot>(ShadowSlot{number, path + "/tree", path + "/state", std::move(*lock)});
            }
            if (lock.error().code != base::ErrorCode::timeout) {
                return tl::make_unexpected(std::move(lock.error()));
            }
        }
        if (base::interrupted()) {
            return base::fail(base::ErrorCode::interrupted, "interrupted while waiting for a shadow tree");
        }
        if (std::chrono::steady_clock::now() >= give_up_at) {
            return std::optional<ShadowSlot>();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void collect_shadows(const std::string& directory, std::chrono::seconds max_idle) {
    for (int number = 0; number < shadow_slots; ++number) {
        const std::string path = slot_path(directory, number);
        struct stat info {};
        if (::lstat((path + ".lock").c_str(), &info) != 0 ||
            std::chrono::seconds(::time(nullptr) - info.st_mtim.tv_sec) < max_idle) {
            continue;
        }
        const auto lock = base::FileLock::acquire(path + ".lock", 0);
        if (lock && base::remove_tree(path)) {
            [[maybe_unused]] const auto ignored = base::remove_tree(path + ".lock");
        }
    }
}

}  // namespace rfsn::isolate
