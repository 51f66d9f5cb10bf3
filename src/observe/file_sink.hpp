// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rfsn::observe {

/// A file of lines that is rotated by size: LOG.jsonl, LOG.1.jsonl, ... Mode 0600, never through a symlink, each line
/// in one write so that several processes can share it. Any thread.
class FileSink {
   public:
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;
    ~FileSink();
    /// nullptr if the file cannot be opened.
    [[nodiscard]] static std::unique_ptr<FileSink> open(const std::string& path, std::uint64_t max_bytes,
                                                        int max_files);
    /// False if it could not be written.
    bool write(std::string_view line);

   private:
    struct Sink;
    explicit FileSink(std::unique_ptr<Sink> sink);
    std::unique_ptr<Sink> sink_;
};

}  // namespace rfsn::observe
