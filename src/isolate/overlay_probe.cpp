// SPDX-License-Identifier: MIT
#include "isolate/overlay_probe.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "isolate/plain_file.hpp"
#include "isolate/powers.hpp"

namespace rfsn::isolate {
namespace {

constexpr std::uint64_t most_bytes = 16U << 20;

/// The kernel writes space, tab, newline and backslash as three octal digits.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
        if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

base::Result<std::string> tried(const std::string& lower, const std::string& upper_parent,
                                const std::string& exec_program, const base::Environment& env,
                                base::ProcessRunner& runner) {
    RFSN_TRY(base::make_directories(upper_parent, 0700));
    RFSN_ASSIGN(const auto layers, base::TempDir::make(upper_parent, ".overlay-"));
    const std::string upper = layers.path() + "/upper";
    const std::string work = layers.path() + "/work";
    RFSN_TRY(base::make_directories(upper, 0700));
    RFSN_TRY(base::make_directories(work, 0700));
    if (::mknod((upper + "/.rfsn-hidden").c_str(), S_IFCHR, ::makedev(0, 0)) != 0) {
        return "making a whiteout: " + std::generic_category().message(errno);
    }
    base::ProcessSpec spec;
    spec.argv = {exec_program, "--probe-overlay", lower, upper, work};
    spec.env = env.block();
    spec.timeout = std::chrono::seconds(5);
    const auto result = runner.run_one(std::move(spec));
    if (!result.ok()) {
        return "rfsn-exec --probe-overlay: " + result.describe();
    }
    const std::string line(base::trim(result.out));
    return line == "overlay yes" ? std::string() : base::printable(line.substr(std::min<std::size_t>(line.size(), 8)));
}

}  // namespace

std::string read_mountinfo() {
    return base::read_file("/proc/self/mountinfo", most_bytes).value_or("");
}

std::string mounted_below(const std::string& directory, std::string_view mountinfo) {
    for (const std::string_view line : base::split_lines(mountinfo)) {
        const auto fields = base::split(line, ' ');
        if (fields.size() > 4) {
            std::string point = unescaped(fields[4]);
            if (point.size() > directory.size() + 1 && point.compare(0, directory.size(), directory) == 0 &&
                point[directory.size()] == '/') {
                return point;
            }
        }
    }
    return {};
}

std::string why_no_overlay(const std::string& lower, const std::string& upper_parent, const std::string& memory_dir,
                           const std::string& exec_program, const base::Environment& env, base::ProcessRunner& runner) {
    base::Sha256 hash;
    hash.field(machine_key(exec_program));
    hash.field(lower);
    hash.field(upper_parent);
    for (const auto& path : {lower, upper_parent}) {
        struct stat info {};
        hash.field(::stat(path.c_str(), &info) == 0 ? std::to_string(info.st_dev) : "");
    }
    const std::string memory = memory_dir + "/overlay-" + hash.hex().substr(0, 16);
    if (const auto answer = remembered(memory)) {
        return *answer == "yes" ? std::string() : *answer;
    }
    const auto answer = tried(lower, upper_parent, exec_program, env, runner);
    if (!answer) {
        return answer.error().message;
    }
    // What cannot be remembered is tried again.
    [[maybe_unused]] const auto written = write_plain(memory, answer->empty() ? "yes" : *answer, 0600);
    return *answer;
}

}  // namespace rfsn::isolate
