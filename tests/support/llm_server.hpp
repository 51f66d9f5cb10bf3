// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rfsn::test {

/// tests/support/llm_server.py as a child process, stopped on destruction. `behaviours` are its arguments.
class LlmServer {
   public:
    explicit LlmServer(const std::vector<std::string>& behaviours) {
        directory_ = (std::filesystem::temp_directory_path() / "llm-XXXXXX").string();
        EXPECT_NE(mkdtemp(directory_.data()), nullptr);
        std::vector<std::string> argv{"python3", std::string(RFSN_SOURCE_DIR) + "/tests/support/llm_server.py",
                                      "--until-eof", "--log", directory_ + "/log"};
        argv.insert(argv.end(), behaviours.begin(), behaviours.end());
        std::vector<char*> args;
        for (auto& arg : argv) {
            args.push_back(arg.data());
        }
        args.push_back(nullptr);
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
        EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(in[0], 0);
            dup2(out[1], 1);
            execvp(args[0], args.data());
            _exit(127);
        }
        close(in[0]);
        close(out[1]);
        stop_ = in[1];
        char c = 0;
        while (read(out[0], &c, 1) == 1 && c != '\n') {
            port_ += c;
        }
        close(out[0]);
        EXPECT_FALSE(port_.empty()) << "llm_server.py did not start";
    }
    LlmServer(const LlmServer&) = delete;
    LlmServer& operator=(const LlmServer&) = delete;
    ~LlmServer() {
        close(stop_);
        waitpid(pid_, nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] std::string base_url() const { return "http://127.0.0.1:" + port_ + "/v1"; }
    [[nodiscard]] const std::string& port() const { return port_; }
    /// What was asked so far.
    [[nodiscard]] std::vector<nlohmann::json> requests() const {
        std::vector<nlohmann::json> all;
        std::ifstream in(directory_ + "/log");
        for (std::string line; std::getline(in, line);) {
            all.push_back(nlohmann::json::parse(line));
        }
        return all;
    }
    /// A file for the server to read; its path.
    [[nodiscard]] static std::string file(const std::string& text) {
        std::string path = (std::filesystem::temp_directory_path() / "reply-XXXXXX").string();
        const int fd = mkstemp(path.data());
        EXPECT_GE(fd, 0);
        close(fd);
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }

   private:
    std::string directory_;
    std::string port_;
    pid_t pid_ = -1;
    int stop_ = -1;
};

}  // namespace rfsn::test
