// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "check/builtin_command.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

/// git's stdout, or nullopt with the reason in `command.err`.
std::optional<std::string> git(BuiltinCommand& command, const std::vector<std::string>& args,
                               std::optional<std::string> input = std::nullopt) {
    base::ProcessSpec spec;
    spec.argv.emplace_back("git");
    spec.argv.insert(spec.argv.end(), args.begin(), args.end());
    spec.env = base::Environment::of_process().block();
    spec.input = std::move(input);
    base::PosixProcessRunner runner;
    auto result = runner.run_one(std::move(spec));
    if (!result.ok() || result.out_truncated) {
        command.fail("git: " + result.describe() +
                     (result.err.empty() ? "" : ": " + std::string(base::trim(result.err))));
        return std::nullopt;
    }
    return std::move(result.out);
}

std::set<std::string> zero_separated(std::string_view bytes) {
    std::set<std::string> names;
    for (const auto name : base::split(bytes, '\0')) {
        if (!name.empty()) {
            names.emplace(name);
        }
    }
    return names;
}

}  // namespace

void check_large_files(BuiltinCommand& command) {
    std::vector<std::string> files;
    for (const auto& file : command.arguments.files) {
        if (std::find(files.begin(), files.end(), file) == files.end()) {
            files.push_back(file);
        }
    }
    std::set<std::string> lfs;
    if (!files.empty()) {
        std::string input;
        for (const auto& file : files) {
            input += file + '\0';
        }
        const auto attributes = git(command, {"check-attr", "filter", "-z", "--stdin"}, input);
        if (!attributes) {
            return;
        }
        const auto fields = base::split(*attributes, '\0');
        for (std::size_t i = 0; i + 2 < fields.size(); i += 3) {
            if (fields[i + 2] == "lfs") {
                lfs.emplace(fields[i]);
            }
        }
    }
    std::set<std::string> added;
    if (!command.arguments.enforce_all) {
        const auto names = git(command, {"diff", "--staged", "--name-only", "--diff-filter=A", "--relative", "-z"});
        if (!names) {
            return;
        }
        added = zero_separated(*names);
    }
    const std::int64_t limit = command.arguments.max_kb.value_or(500);
    for (const auto& file : files) {
        if (lfs.count(file) != 0 || (!command.arguments.enforce_all && added.count(file) == 0)) {
            continue;
        }
        struct stat info {};
        if (::stat(file.c_str(), &info) != 0) {
            command.fail("cannot read '" + base::printable(file) + "'");
            continue;
        }
        const std::uint64_t kb = kilobytes(static_cast<std::uint64_t>(info.st_size));
        if (limit < 0 || kb > static_cast<std::uint64_t>(limit)) {
            command.find(file + " (" + std::to_string(kb) + " KB) exceeds " + std::to_string(limit) + " KB.");
        }
    }
}

bool is_in_merge(BuiltinCommand& command) {
    const auto output = git(command, {"rev-parse", "--git-dir"});
    if (!output) {
        return false;
    }
    const std::string dir(base::trim(*output));
    const auto there = [&](const char* name) {
        struct stat info {};
        return ::stat((dir + "/" + name).c_str(), &info) == 0;
    };
    return there("MERGE_MSG") && (there("MERGE_HEAD") || there("rebase-apply") || there("rebase-merge"));
}

}  // namespace rfsn::check
