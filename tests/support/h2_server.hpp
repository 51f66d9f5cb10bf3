// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rfsn::test {

/// tests/support/h2_server.cpp as a child process, stopped on destruction. `script` as it says there.
class H2Server {
   public:
    explicit H2Server(const std::vector<nlohmann::json>& script, const std::vector<std::string>& options = {}) {
        directory_ = (std::filesystem::temp_directory_path() / "h2-XXXXXX").string();
        EXPECT_NE(mkdtemp(directory_.data()), nullptr);
        std::ofstream file(directory_ + "/script");
        for (const auto& line : script) {
            file << line.dump() << '\n';
        }
        file.close();
        std::vector<std::string> argv{std::string(RFSN_BIN_DIR) + "/h2_server",
                                      "--script",
                                      directory_ + "/script",
                                      "--log",
                                      directory_ + "/log",
                                      "--cert",
                                      cert()};
        argv.insert(argv.end(), options.begin(), options.end());
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
            execv(args[0], args.data());
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
        EXPECT_FALSE(port_.empty()) << "h2_server did not start";
    }
    H2Server(const H2Server&) = delete;
    H2Server& operator=(const H2Server&) = delete;
    ~H2Server() {
        close(stop_);
        waitpid(pid_, nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] std::string url(const std::string& path = "") const { return "https://127.0.0.1:" + port_ + path; }
    [[nodiscard]] const std::string& port() const { return port_; }
    [[nodiscard]] std::string cert() const { return directory_ + "/cert.pem"; }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    /// What was asked so far.
    [[nodiscard]] std::vector<nlohmann::json> requests() const {
        std::vector<nlohmann::json> all;
        std::ifstream in(directory_ + "/log");
        for (std::string line; std::getline(in, line);) {
            all.push_back(nlohmann::json::parse(line));
        }
        return all;
    }
    /// How many connections the requests came on.
    [[nodiscard]] std::size_t connections() const {
        std::set<int> numbers;
        for (const auto& request : requests()) {
            numbers.insert(request["connection"].get<int>());
        }
        return numbers.size();
    }

   private:
    std::string directory_;
    std::string port_;
    pid_t pid_ = -1;
    int stop_ = -1;
};

}  // namespace rfsn::test
