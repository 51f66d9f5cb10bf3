// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace rfsn::base {

/// What kind of failure it was; decides the exit code in cli/ and nothing else should parse messages.
enum class ErrorCode {
    usage,        ///< the command line or an argument is wrong
    config,       ///< a configuration file, pack or environment setting is wrong
    not_found,    ///< a named thing does not exist
    invalid,      ///< bytes that do not have the form they should
    unsupported,  ///< well-formed, but this reader cannot serve it; a fallback may
    io,           ///< the operating system refused
    denied,       ///< permission, ownership, trust or policy
    conflict,     ///< the world moved: index, HEAD or a file is not what it was
    timeout,      ///< a deadline passed
    interrupted,  ///< SIGINT or SIGTERM
    unavailable,  ///< a tool or service is not there
    limit,        ///< a size, count or budget limit
    corrupt,      ///< our own stored data failed its checksum
    external,     ///< another program failed
    internal,     ///< a bug
};

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    /// Outermost last; each reads as "while ...".
    std::vector<std::string> context;

    [[nodiscard]] Error with(std::string where) && {
        context.push_back(std::move(where));
        return std::move(*this);
    }
    /// "message (while a; while b)", one line.
    [[nodiscard]] std::string describe() const;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::make_unexpected(Error{code, std::move(message), {}});
}

}  // namespace rfsn::base

#define RFSN_CONCAT_(a, b) a##b
#define RFSN_CONCAT(a, b) RFSN_CONCAT_(a, b)

/// Returns the error of a Result<void> (or a Result whose value is not wanted) to the caller.
#define RFSN_TRY(expr)                                                      \
    do {                                                                    \
        if (auto rfsn_try_result = (expr); !rfsn_try_result) {              \
            return tl::make_unexpected(std::move(rfsn_try_result.error())); \
        }                                                                   \
    } while (false)

/// RFSN_ASSIGN(auto name, expr): declares `name` with the value, or returns the error to the caller.
#define RFSN_ASSIGN(decl, expr) RFSN_ASSIGN_(decl, expr, RFSN_CONCAT(rfsn_result_, __LINE__))
#define RFSN_ASSIGN_(decl, expr, tmp)                       \
    auto tmp = (expr);                                      \
    if (!tmp) {                                             \
        return tl::make_unexpected(std::move(tmp.error())); \
    }                                                       \
    decl = std::move(*tmp)
