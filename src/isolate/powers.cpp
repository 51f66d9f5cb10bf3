// SPDX-License-Identifier: MIT
#include "isolate/powers.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "isolate/plain_file.hpp"

namespace rfsn::isolate {
namespace {

constexpr std::time_t believed_for = 24L * 3600;
constexpr std::uint64_t most_bytes = 1U << 20;

std::string proc(const std::string& path) {
    return base::read_file(path, most_bytes).value_or("");
}

Powers parse(const std::string& answer) {
    Powers result;
    result.program = true;
    for (const std::string_view line : base::split_lines(answer)) {
        const std::size_t space = line.find(' ');
        const std::string_view name = line.substr(0, space);
        const bool yes = space != std::string_view::npos && line.substr(space + 1, 3) == "yes";
        result.network_namespace = result.network_namespace || (yes && name == "network-namespace");
        result.mounts = result.mounts || (yes && name == "read-only-file-system");
        result.pid_namespace = result.pid_namespace || (yes && name == "pid-namespace");
        result.landlock = result.landlock || (yes && name == "landlock");
        result.seccomp = result.seccomp || (yes && name == "seccomp");
        std::string text(name);
        std::replace(text.begin(), text.end(), '-', ' ');
        if (space != std::string_view::npos) {
            text += ":" + std::string(line.substr(space));
        }
        result.lines.push_back(base::printable(text));
    }
    return result;
}

}  // namespace

std::string machine_key(const std::string& exec_program) {
    base::Sha256 hash;
    hash.field(exec_program);
    struct stat program {};
    if (::stat(exec_program.c_str(), &program) == 0) {
        hash.field(std::to_string(program.st_mtim.tv_sec) + "." + std::to_string(program.st_mtim.tv_nsec) + " " +
                   std::to_string(program.st_size));
    }
    utsname kernel{};
    static_cast<void>(::uname(&kernel) == 0);
    hash.field(kernel.release);
    // Rights and namespaces of this process, and what the administrator or a container engine may have switched.
    const std::string status = proc("/proc/self/status");
    for (const std::string_view line : base::split_lines(status)) {
        for (const char* field : {"Uid:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"}) {
            if (line.rfind(field, 0) == 0) {
                hash.field(line);
            }
        }
    }
    for (const char* path :
         {"/proc/sys/kernel/random/boot_id", "/proc/sys/user/max_user_namespaces", "/proc/sys/user/max_mnt_namespaces",
          "/proc/sys/user/max_net_namespaces", "/proc/sys/kernel/unprivileged_userns_clone",
          "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "/proc/self/attr/current"}) {
        hash.field(proc(path));
    }
    for (const char* path : {"/proc/self/ns/user", "/proc/self/ns/mnt"}) {
        std::error_code unknown;
        hash.field(std::filesystem::read_symlink(path, unknown).string());
    }
    return hash.hex().substr(0, 16);
}

std::optional<std::string> remembered(const std::string& path) {
    struct stat info {};
    const std::time_t now = ::time(nullptr);
    if (::lstat(path.c_str(), &info) != 0 || now - info.st_mtim.tv_sec > believed_for || info.st_mtim.tv_sec > now) {
        return std::nullopt;
    }
    auto text = base::read_file(path, most_bytes);
    return text && !text->empty() ? std::optional<std::string>(std::move(*text)) : std::nullopt;
}

void forget_answers(const std::string& memory_dir) {
    std::error_code failed;
    std::vector<std::string> found;
    for (auto entry = std::filesystem::directory_iterator(memory_dir, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        if (name.rfind("powers-", 0) == 0 || name.rfind("overlay-", 0) == 0) {
            found.push_back(entry->path().string());
        }
    }
    for (const auto& path : found) {
        [[maybe_unused]] const auto ignored = base::remove_tree(path);
    }
}

Powers powers(const std::string& exec_program, const std::string& memory_dir, const base::Environment& env,
              base::ProcessRunner& runner, bool anew) {
    Powers none;
    if (exec_program.empty()) {
        none.lines = {"sandbox: no (rfsn-exec was not found): checks run with the network and without limits"};
        return none;
    }
    if (!base::find_program(exec_program, "")) {
        none.lines = {"sandbox: no ('" + base::printable(exec_program) +
                      "' cannot be run): checks run with the network and without limits"};
        return none;
    }
    const std::string memory = memory_dir.empty() ? "" : memory_dir + "/powers-" + machine_key(exec_program);
    if (!anew && !memory.empty()) {
        if (const auto answer = remembered(memory)) {
            return parse(*answer);
        }
    }
    base::ProcessSpec spec;
    spec.argv = {exec_program, "--probe"};
    spec.env = env.block();
    spec.timeout = std::chrono::seconds(5);
    const auto result = runner.run_one(std::move(spec));
    if (!result.ok()) {
        none.lines = {"sandbox: no (rfsn-exec --probe: " + result.describe() + ")"};
        return none;
    }
    if (!memory.empty() && base::make_directories(memory_dir, 0700)) {
        // What cannot be remembered is asked again.
        [[maybe_unused]] const auto written = write_plain(memory, result.out, 0600);
    }
    return parse(result.out);
}

}  // namespace rfsn::isolate
