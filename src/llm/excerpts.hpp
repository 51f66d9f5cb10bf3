// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "llm/definition.hpp"
#include "model/snapshot.hpp"

namespace rfsn::llm {

/// Room in bytes that the parts of a question share.
class Room {
   public:
    explicit Room(std::size_t bytes) : left_(bytes) {}
    [[nodiscard]] std::size_t left() const { return left_; }
    [[nodiscard]] bool take(std::size_t bytes) {
        if (bytes > left_) {
            return false;
        }
        left_ -= bytes;
        return true;
    }

   private:
    std::size_t left_;
};

/// Lines of one file that are going to be shown. Each line once, in the file's order; a secret over several lines is
/// never cut in two.
class Excerpts {
   public:
    /// Both must outlive it.
    Excerpts(const std::string& path, std::string_view content);
    /// Adds lines if there is room for those that are not there yet, else none. Lines outside of the file and lines too
    /// long to show do not count.
    [[nodiscard]] bool add(const std::vector<model::LineRange>& ranges, Room& room);
    /// All of it.
    [[nodiscard]] bool add_whole(Room& room);

    [[nodiscard]] const std::string& path() const { return *path_; }
    [[nodiscard]] std::size_t line_count() const { return lines_.size(); }
    [[nodiscard]] std::size_t bytes() const { return content_.size(); }
    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    [[nodiscard]] bool is_whole() const;
    [[nodiscard]] const std::vector<Definition>& definitions();
    /// "whole, 12 lines" or "lines 10-50, 70-80 of 900".
    [[nodiscard]] std::string extent() const;
    [[nodiscard]] std::string text() const;

   private:
    [[nodiscard]] std::vector<model::LineRange> united(const std::vector<model::LineRange>& more);
    [[nodiscard]] std::size_t cost(const std::vector<model::LineRange>& ranges) const;
    [[nodiscard]] const std::vector<model::LineRange>& secrets();

    const std::string* path_;
    std::string_view content_;
    std::vector<std::string_view> lines_;
    std::vector<model::LineRange> ranges_;
    std::vector<Definition> definitions_;
    std::vector<model::LineRange> secrets_;
    bool parsed_ = false, scanned_ = false;
};

/// The lines around a place: a number of them on both sides, with the definition that it stands in (of a long one its
/// head and end) and the heads of those around that.
[[nodiscard]] std::vector<model::LineRange> surroundings(const std::vector<Definition>& definitions,
                                                         const model::LineRange& place, std::uint32_t around);

}  // namespace rfsn::llm
