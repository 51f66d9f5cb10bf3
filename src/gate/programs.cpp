// SPDX-License-Identifier: MIT
#include "gate/programs.hpp"

#include <filesystem>
#include <unistd.h>

namespace rfsn::gate {
namespace {

std::string companion(const std::filesystem::path& self, const char* name) {
    for (const auto& candidate :
         {self.parent_path() / name, self.parent_path().parent_path() / "libexec" / "git-rfsn" / name}) {
        if (access(candidate.c_str(), X_OK) == 0) {
            return candidate.string();
        }
    }
    return {};
}

}  // namespace

Programs find_programs() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return {};
    }
    return {self.string(), companion(self, "rfsn-exec"), companion(self, "rfsn-net")};
}

}  // namespace rfsn::gate
