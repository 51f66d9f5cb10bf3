// SPDX-License-Identifier: MIT
#include "support/temp_repo.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace fs = std::filesystem;

namespace rfsn::test {

std::string run(const std::vector<std::string>& argv, const std::string& cwd, int& status,
                const std::optional<std::string>& input) {
    std::string in_path = (fs::temp_directory_path() / "rfsn-in-XXXXXX").string();
    const int in = mkstemp(in_path.data());
    if (input) {
        std::ofstream(in_path, std::ios::binary) << *input;
    }
    std::array<int, 2> out{};
    if (pipe2(out.data(), O_CLOEXEC) != 0) {
        ADD_FAILURE() << "pipe2";
        return {};
    }
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(in, 0);
        dup2(out[1], 1);
        if (chdir(cwd.c_str()) != 0) {
            _exit(126);
        }
        std::vector<char*> args;
        for (const auto& arg : argv) {
            args.push_back(const_cast<char*>(arg.c_str()));
        }
        args.push_back(nullptr);
        execvp(args[0], args.data());
        _exit(127);
    }
    close(out[1]);
    close(in);
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t n = 0;
    while ((n = ::read(out[0], buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    close(out[0]);
    int raw = 0;
    waitpid(pid, &raw, 0);
    status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
    fs::remove(in_path);
    return text;
}

TempRepo::TempRepo(std::vector<std::string> init_args) {
    path_ = (fs::temp_directory_path() / "repo-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) {
        ADD_FAILURE() << "mkdtemp";
    }
    path_ = fs::canonical(path_).string();
    std::vector<std::string> args{"init", "-q", "-b", "main"};
    args.insert(args.end(), init_args.begin(), init_args.end());
    git(args);
}

TempRepo::~TempRepo() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void TempRepo::write(const std::string& relative, const std::string& bytes, bool executable) const {
    const fs::path path = file(relative);
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    if (executable) {
        fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
    }
}

std::string TempRepo::read(const std::string& relative) const {
    std::ifstream in(file(relative), std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

std::string TempRepo::git(const std::vector<std::string>& args, const std::optional<std::string>& input) const {
    std::vector<std::string> argv{"git"};
    argv.insert(argv.end(), args.begin(), args.end());
    int status = 0;
    std::string out = run(argv, path_, status, input);
    EXPECT_EQ(status, 0) << "git " << (args.empty() ? "" : args[0]);
    return out;
}

void TempRepo::stage(const std::string& relative, const std::string& bytes) const {
    write(relative, bytes);
    git({"add", "--", relative});
}

void TempRepo::commit(const std::string& message) const {
    git({"commit", "-q", "--no-verify", "--allow-empty", "-m", message});
}

}  // namespace rfsn::test
