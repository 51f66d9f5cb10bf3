// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/env.hpp"

namespace rfsn::base {

/// What a stream can show. Colour: CLICOLOR_FORCE, then NO_COLOR, TERM=dumb, then isatty.
struct TerminalTraits {
    bool is_terminal = false;
    bool control = false;  ///< a terminal that can rewrite a line (not TERM=dumb)
    bool color = false;
    bool unicode = true;
    bool hyperlinks = false;
    int width = 80;
};
[[nodiscard]] TerminalTraits terminal_traits(int fd, const Environment& env);

/// One line that is rewritten in place and erased at the end; does nothing when the stream is no terminal. Not thread
/// safe.
class StatusLine {
   public:
    StatusLine(int fd, const TerminalTraits& traits) : fd_(fd), traits_(traits) {}
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    ~StatusLine() { clear(); }
    void show(std::string_view text);
    void clear();

   private:
    int fd_;
    TerminalTraits traits_;
    bool shown_ = false;
};

/// Writes all bytes, retrying on EINTR and short writes. False on error (a closed pipe included).
bool write_all(int fd, std::string_view bytes);

}  // namespace rfsn::base
