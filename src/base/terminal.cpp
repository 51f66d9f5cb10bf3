// SPDX-License-Identifier: MIT
#include "base/terminal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

int number_or(const std::string& text, int fallback) {
    int value = fallback;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? value : fallback;
}

int columns(int fd, bool is_terminal, const Environment& env) {
    winsize size{};
    int width = 0;
    if (is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
    }
    if (width <= 0) {
        width = number_or(env.get_or("COLUMNS", ""), 0);
    }
    return width <= 0 ? 80 : std::clamp(width, 20, 1000);
}

/// Only a locale that says something else stands against UTF-8: hooks and containers often have none at all.
bool speaks_utf8(const Environment& env) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string locale = env.get_or(name, "");
        if (locale.empty()) {
            continue;
        }
        std::transform(locale.begin(), locale.end(), locale.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    }
    return true;
}

/// OSC 8 has no query; where it is not understood some terminals print the escape, so this is a list of those that do.
bool links(const Environment& env) {
    const std::string term = env.get_or("TERM", "");
    if (env.get("TMUX") || env.get("STY") || term == "dumb" || term == "linux") {
        return false;
    }
    const std::string program = env.get_or("TERM_PROGRAM", "");
    constexpr std::array programs = {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "zed"};
    constexpr std::array terms = {"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "wezterm"};
    const auto is = [](const std::string& value) { return [&value](const char* known) { return value == known; }; };
    return std::any_of(programs.begin(), programs.end(), is(program)) ||
           std::any_of(terms.begin(), terms.end(), is(term)) || number_or(env.get_or("VTE_VERSION", ""), 0) >= 5000 ||
           env.get("KITTY_WINDOW_ID") || env.get("WT_SESSION") || env.get("KONSOLE_VERSION");
}

bool truthy(const std::string& value) {
    return !value.empty() && value != "0";
}

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0xC0) {
        return 1;
    }
    if (lead < 0xE0) {
        return 2;
    }
    return lead < 0xF0 ? 3 : 4;
}

/// As much of `text` (valid UTF-8) as fits into `columns`.
std::string_view fit(std::string_view text, std::size_t columns) {
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = std::min(sequence_length(static_cast<unsigned char>(text[at])), text.size() - at);
        used += display_width(text.substr(at, length));
        if (used > columns) {
            break;
        }
        at += length;
    }
    return text.substr(0, at);
}

}  // namespace

TerminalTraits terminal_traits(int fd, const Environment& env) {
    TerminalTraits traits;
    traits.is_terminal = ::isatty(fd) == 1;
    const bool dumb = env.get_or("TERM", "") == "dumb";
    traits.control = traits.is_terminal && !dumb;
    if (truthy(env.get_or("CLICOLOR_FORCE", ""))) {
        traits.color = true;
    } else {
        traits.color = env.get_or("NO_COLOR", "").empty() && !dumb && traits.is_terminal;
    }
    traits.unicode = speaks_utf8(env);
    traits.hyperlinks = traits.is_terminal && traits.color && links(env);
    traits.width = columns(fd, traits.is_terminal, env);
    return traits;
}

void StatusLine::show(std::string_view text) {
    if (!traits_.control || traits_.width < 2) {
        return;
    }
    const std::string clean = printable(text);
    std::string line = "\r";
    // The last column stays free: a cursor past it would wrap, and the erase would miss a line.
    line += fit(clean, static_cast<std::size_t>(traits_.width - 1));
    line += "\x1b[K";
    write_all(fd_, line);
    shown_ = true;
}

void StatusLine::clear() {
    if (shown_) {
        write_all(fd_, "\r\x1b[K");
        shown_ = false;
    }
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (written < 0 && errno == EAGAIN) {
            // Somebody made our stdout non-blocking (a terminal shared with node): wait for room.
            pollfd room{fd, POLLOUT, 0};
            if (::poll(&room, 1, -1) < 0 && (errno != EINTR || interrupted())) {
                return false;
            }
        } else if (written == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace rfsn::base
