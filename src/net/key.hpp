// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// A provider's key, bound to the host that it is for. The memory it was held in is overwritten when it goes.
class Key {
   public:
    Key() = default;
    Key(Key&& other) noexcept;
    Key& operator=(Key&&) = delete;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key();

    /// Takes the value over and wipes it; spaces around it are none of it. Errors: not_configured (characters that no
    /// key has); `from` says where it came from.
    [[nodiscard]] static Answer<Key> take(std::string& value, const std::string& host, const std::string& from);
    [[nodiscard]] bool empty() const { return value_.empty(); }
    /// `name` ("Authorization: Bearer ") with the key behind it; the caller wipes it. Empty for any other host.
    [[nodiscard]] std::string header(std::string_view name, std::string_view host) const;
    /// `text` without the key: a server may repeat it in its messages, whole or in part.
    [[nodiscard]] std::string masked(std::string text) const;

   private:
    std::string value_;
    std::string host_;
};

/// Overwrites the string's bytes.
void wipe(std::string& text);

}  // namespace rfsn::net
