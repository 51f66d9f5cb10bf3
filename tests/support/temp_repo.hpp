// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rfsn::test {

/// A real repository in a temporary directory, made with the real git; removed on destruction.
class TempRepo {
   public:
    /// `init_args` go to `git init`, e.g. {"--object-format=sha256"}.
    explicit TempRepo(std::vector<std::string> init_args = {});
    TempRepo(const TempRepo&) = delete;
    TempRepo& operator=(const TempRepo&) = delete;
    ~TempRepo();
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& relative) const { return path_ + "/" + relative; }
    /// Writes a work-tree file, making directories.
    void write(const std::string& relative, const std::string& bytes, bool executable = false) const;
    [[nodiscard]] std::string read(const std::string& relative) const;
    /// Runs git there and returns its stdout; fails the test if git does.
    std::string git(const std::vector<std::string>& args, const std::optional<std::string>& input = std::nullopt) const;
    /// write + add.
    void stage(const std::string& relative, const std::string& bytes) const;
    void commit(const std::string& message = "c") const;

   private:
    std::string path_;
};

/// Runs a program and returns its stdout; `status` gets the exit code (or -1 if it was killed).
std::string run(const std::vector<std::string>& argv, const std::string& cwd, int& status,
                const std::optional<std::string>& input = std::nullopt);

}  // namespace rfsn::test
