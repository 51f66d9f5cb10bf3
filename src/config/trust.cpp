// SPDX-License-Identifier: MIT
// A pin is a file under the user's state directory, out of reach of the repository. It is found by the path of the
// clone and holds a random id; the same id lies in the clone's git directory. So a pin dies with its clone: another one
// made later at the same path has no id, or another. Device and inode would not do: file systems hand an inode out
// again at once, and network and overlay ones change the device at every mount. Code that ran in the clone can copy its
// id to another place, but not make a pin for that place, since pins go by path.
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "base/hash.hpp"
#include "config/config.hpp"

namespace rfsn::config {
namespace {

constexpr std::size_t id_size = 32;
constexpr std::size_t max_commands = 64;
constexpr std::size_t max_pin_bytes = std::size_t{64} << 10;

struct Pin {
    std::string clone;  ///< its random id
    bool initialised = false;
    std::vector<std::string> commands;  ///< newest last
};

std::string canonical(const std::string& path) {
    std::error_code error;
    const auto full = std::filesystem::weakly_canonical(path, error);
    return error ? path : full.string();
}

std::string pin_path(const std::string& state_dir, const std::string& common_dir) {
    return fmt::format("{}/trust/{}.json", state_dir, base::sha256_hex(canonical(common_dir)));
}

std::string id_path(const std::string& common_dir) {
    return common_dir + "/rfsn/clone-id";
}

bool is_hex(const std::string& text, std::size_t size) {
    return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A regular file or directory that nobody else could have written.
bool is_private(const std::string& path) {
    struct stat info {};
    return lstat(path.c_str(), &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) &&
           info.st_uid == geteuid() && (info.st_mode & 0022U) == 0;
}

std::string clone_id(const std::string& common_dir) {
    auto bytes = base::read_file(id_path(common_dir), max_pin_bytes);
    return bytes && is_hex(*bytes, id_size) ? *bytes : std::string();
}

std::string random_id() {
    std::array<unsigned char, id_size / 2> bytes{};
    if (getentropy(bytes.data(), bytes.size()) != 0) {
        return {};
    }
    std::string text;
    for (const unsigned char byte : bytes) {
        text += fmt::format("{:02x}", byte);
    }
    return text;
}

/// The pin of this clone; an empty one if there is none, or one that cannot be relied on, or another clone's.
Pin read_pin(const std::string& state_dir, const std::string& common_dir) {
    if (state_dir.empty() || common_dir.empty()) {
        return {};
    }
    const std::string path = pin_path(state_dir, common_dir);
    if (!is_private(path) || !is_private(state_dir + "/trust")) {
        return {};
    }
    const auto bytes = base::read_file(path, max_pin_bytes);
    const auto doc = bytes ? base::parse_doc(base::DocFormat::json, *bytes) : base::DocNode();
    if (!doc || doc->int_or("version", 0) != 1) {
        return {};
    }
    Pin pin{doc->string_or("clone", ""), doc->bool_or("initialised", false), doc->strings("commands")};
    if (!is_hex(pin.clone, id_size) || pin.clone != clone_id(common_dir)) {
        return {};
    }
    return pin;
}

base::Result<void> write_pin(const std::string& state_dir, const std::string& common_dir, const Pin& pin) {
    std::string text = fmt::format("{{\"version\":1,\"path\":{},\"clone\":\"{}\",\"initialised\":{},\"commands\":[",
                                   base::json_quote(canonical(common_dir)), pin.clone, pin.initialised);
    for (std::size_t i = 0; i < pin.commands.size(); ++i) {
        text += (i == 0 ? "\"" : ",\"") + pin.commands[i] + "\"";
    }
    return base::write_atomically(pin_path(state_dir, common_dir), text + "]}\n", 0600);
}

template <class Change>
base::Result<void> change_pin(const std::string& state_dir, const std::string& common_dir, const Change& change) {
    if (state_dir.empty() || common_dir.empty()) {
        return base::fail(base::ErrorCode::config, "trust needs a state directory; set HOME or XDG_STATE_HOME");
    }
    const std::string directory = state_dir + "/trust";
    RFSN_TRY(base::make_directories(directory, 0700));
    if (!is_private(directory)) {
        return base::fail(
            base::ErrorCode::denied,
            fmt::format("{} can be written by others; make it yours alone: chmod go-w {}", directory, directory));
    }
    RFSN_ASSIGN(const auto lock, base::FileLock::acquire(directory + "/.lock", 5000));
    Pin pin = read_pin(state_dir, common_dir);
    if (pin.clone.empty()) {
        pin.clone = clone_id(common_dir);
    }
    if (pin.clone.empty()) {
        pin.clone = random_id();
        if (pin.clone.empty()) {
            return base::fail(base::ErrorCode::io, "the system has no random numbers");
        }
        RFSN_TRY(base::make_directories(common_dir + "/rfsn", 0700));
        RFSN_TRY(base::write_atomically(id_path(common_dir), pin.clone, 0600));
    }
    change(pin);
    return write_pin(state_dir, common_dir, pin);
}

}  // namespace

bool Trust::clone_trusted() const {
    return read_pin(state_dir_, common_dir_).initialised;
}

bool Trust::commands_trusted(const std::string& hash) const {
    const Pin pin = read_pin(state_dir_, common_dir_);
    return std::find(pin.commands.begin(), pin.commands.end(), hash) != pin.commands.end();
}

std::string Trust::state() const {
    const Pin pin = read_pin(state_dir_, common_dir_);
    std::string text = pin.initialised ? "initialised" : "";
    for (const auto& command : pin.commands) {
        text += " " + command;
    }
    return text;
}

base::Result<void> Trust::trust_clone() const {
    return change_pin(state_dir_, common_dir_, [](Pin& pin) { pin.initialised = true; });
}

base::Result<void> Trust::trust_commands(const std::string& hash) const {
    if (!is_hex(hash, 64)) {
        return base::fail(base::ErrorCode::usage, "not a SHA-256 in hex");
    }
    return change_pin(state_dir_, common_dir_, [&](Pin& pin) {
        pin.commands.erase(std::remove(pin.commands.begin(), pin.commands.end(), hash), pin.commands.end());
        pin.commands.push_back(hash);
        if (pin.commands.size() > max_commands) {
            pin.commands.erase(pin.commands.begin());
        }
    });
}

base::Result<void> Trust::forget() const {
    if (state_dir_.empty() || common_dir_.empty()) {
        return {};
    }
    RFSN_TRY(base::remove_tree(pin_path(state_dir_, common_dir_)));
    return base::remove_tree(id_path(common_dir_));
}

}  // namespace rfsn::config
