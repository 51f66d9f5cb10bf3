// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "cache/cache.hpp"

namespace rfsn::cache {

/// How a value is written into a key, and into the cache and back. Specialise it for types of your own: write() must
/// differ for values that differ.
template <class T>
struct Codec;

template <>
struct Codec<std::string> {
    static std::string write(std::string_view value) { return std::string(value); }
    static bool read(const std::string& bytes, std::string& value) {
        value = bytes;
        return true;
    }
};
template <class T>
requires std::is_arithmetic_v<T>
struct Codec<T> {
    static std::string write(T value) {
        std::array<char, 64> text{};
        if constexpr (std::is_same_v<T, bool>) {
            return value ? "1" : "0";
        } else {
            return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
        }
    }
    static bool read(const std::string& bytes, T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = bytes == "1";
            return value || bytes == "0";
        } else {
            const auto end = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
            return end.ec == std::errc() && end.ptr == bytes.data() + bytes.size();
        }
    }
};
template <class T>
struct Codec<std::vector<T>> {
    static std::string write(const std::vector<T>& values) {
        std::string bytes;
        for (const auto& value : values) {
            const std::string one = Codec<T>::write(value);
            bytes += std::to_string(one.size()) + ":" + one;
        }
        return bytes;
    }
    static bool read(const std::string& bytes, std::vector<T>& values) {
        values.clear();
        for (std::size_t at = 0; at < bytes.size();) {
            std::size_t length = 0;
            const auto end = std::from_chars(bytes.data() + at, bytes.data() + bytes.size(), length);
            at = static_cast<std::size_t>(end.ptr - bytes.data()) + 1;
            if (end.ec != std::errc() || at > bytes.size() || bytes[at - 1] != ':' || length > bytes.size() - at) {
                return false;
            }
            T value{};
            if (!Codec<T>::read(bytes.substr(at, length), value)) {
                return false;
            }
            values.push_back(std::move(value));
            at += length;
        }
        return true;
    }
};

namespace detail {

template <class T>
using Stored = std::conditional_t<std::is_convertible_v<T, std::string_view>, std::string, std::decay_t<T>>;

template <class T>
struct Unwrapped {
    using type = T;
    static constexpr bool is_result = false;
};
template <class T>
struct Unwrapped<base::Result<T>> {
    using type = T;
    static constexpr bool is_result = true;
};

template <class T>
base::Result<std::string> encoded(const T& value) {
    return Codec<T>::write(value);
}
template <class T>
base::Result<std::string> encoded(const base::Result<T>& result) {
    if (!result) {
        return tl::make_unexpected(result.error());
    }
    return Codec<T>::write(*result);
}

}  // namespace detail

/// `function` with a memory: a callable with the same arguments whose results are kept for `ttl`. `name` tells one
/// function from another and must change when what it computes does. A function that returns a Result has its errors
/// passed on and not kept; any other is called again where the cache is of no use. The cache must outlive it.
template <class Function>
auto cached(Cache& cache, std::string name, std::chrono::milliseconds ttl, Function function) {
    return [&cache, name = std::move(name), ttl, function = std::move(function)](const auto&... arguments) {
        using Returned = std::decay_t<decltype(function(arguments...))>;
        using Value = typename detail::Unwrapped<Returned>::type;
        base::Sha256 hash;
        hash.field("cached").field(name);
        (hash.field(Codec<detail::Stored<decltype(arguments)>>::write(arguments)), ...);
        const Query query{hash.hex(), {}, {}};
        auto bytes = cache.get_or_compute(
            query, ttl, [&]() -> base::Result<std::string> { return detail::encoded(function(arguments...)); });
        Value value{};
        if constexpr (detail::Unwrapped<Returned>::is_result) {
            if (!bytes) {
                return Returned(tl::make_unexpected(std::move(bytes.error())));
            }
        }
        // A stored value of another form than ours is as good as none.
        return bytes && Codec<Value>::read(*bytes, value) ? Returned(std::move(value))
                                                          : Returned(function(arguments...));
    };
}

}  // namespace rfsn::cache
