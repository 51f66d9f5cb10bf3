// SPDX-License-Identifier: MIT
#include <algorithm>

#include "secrets/char_class.hpp"
#include "secrets/placeholder.hpp"
#include "secrets/readers.hpp"

namespace rfsn::secrets {
namespace {

constexpr std::size_t max_userinfo = 512;
constexpr std::size_t max_host = 255;
constexpr std::size_t min_password = 3;

bool ends_userinfo(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || std::string_view("/?#\"'`<>\\,;|").find(c) != std::string_view::npos;
}

std::string_view host_at(std::string_view text, std::size_t at) {
    std::string_view host = text.substr(at, max_host);
    if (!host.empty() && host.front() == '[') {
        return host.substr(0, std::min(host.size(), host.find(']') + 1));
    }
    const auto* end =
        std::find_if(host.begin(), host.end(), [](char c) { return !is_alnum(c) && c != '.' && c != '-' && c != '_'; });
    return host.substr(0, static_cast<std::size_t>(end - host.begin()));
}

}  // namespace

std::optional<Reading> read_url_password(std::string_view text, std::size_t at, std::size_t after, Mode mode) {
    if (!starts_token(text, at)) {
        return std::nullopt;  // the tail of another scheme
    }
    const std::string_view window = text.substr(after, max_userinfo);
    const auto* stop = std::find_if(window.begin(), window.end(), ends_userinfo);
    const std::string_view run = window.substr(0, static_cast<std::size_t>(stop - window.begin()));
    const std::size_t sign = run.rfind('@');
    const std::size_t colon = run.find(':');
    if (sign == std::string_view::npos || colon >= sign) {
        return std::nullopt;
    }
    const std::string_view user = run.substr(0, colon);
    const std::string_view password = run.substr(colon + 1, sign - colon - 1);
    const std::string_view host = host_at(text, after + sign + 1);
    if (password.size() < min_password || host.empty() || is_placeholder_password(password) || password == user) {
        return std::nullopt;
    }
    if (mode == Mode::block && is_example_host(host)) {
        return std::nullopt;
    }
    return Reading{{after + colon + 1, password.size()}, 0, ""};
}

}  // namespace rfsn::secrets
