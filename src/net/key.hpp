// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// A provider's key. The memory it was held in is overwritten when it goes.
class Key {
   public:
    Key() = default;
    Key(Key&& other) noexcept;
    Key& operator=(Key&&) = delete;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key();

    /// From the variable `name` of our own environment; an empty name or an unset variable is no key.
    /// Errors: not_configured (a name or value that no key can have).
    [[nodiscard]] static Answer<Key> from_environment(const std::string& name);
    [[nodiscard]] bool empty() const { return value_.empty(); }
    /// "Authorization: Bearer ..."; the caller wipes it.
    [[nodiscard]] std::string header() const;
    /// `text` without the key: a server may repeat it in its messages, whole or in part.
    [[nodiscard]] std::string masked(std::string text) const;

   private:
    std::string value_;
};

/// Overwrites the string's bytes.
void wipe(std::string& text);

}  // namespace rfsn::net
