// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rfsn::secrets {

struct Span {
    std::size_t offset = 0;
    std::size_t length = 0;
    [[nodiscard]] std::size_t end() const { return offset + length; }
};

/// A compiled PCRE2 pattern over bytes, with a match limit. Thread safe once made.
class Pattern {
   public:
    /// Errors: invalid, with the place in the pattern.
    [[nodiscard]] static base::Result<Pattern> compile(const std::string& source);
    Pattern(Pattern&& other) noexcept;
    Pattern& operator=(Pattern&&) = delete;
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;
    ~Pattern();

    struct Outcome {
        std::optional<Span> match;   ///< within the subject
        std::optional<Span> secret;  ///< group 1, or the match
        bool gave_up = false;        ///< the match limit was reached: neither yes nor no
    };
    [[nodiscard]] Outcome find(std::string_view subject) const;

   private:
    struct Code;
    explicit Pattern(std::unique_ptr<Code> code);
    std::unique_ptr<Code> code_;
};

}  // namespace rfsn::secrets
