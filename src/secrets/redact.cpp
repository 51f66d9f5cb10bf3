// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/hash.hpp"
#include "secrets/assignments.hpp"
#include "secrets/finder.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::secrets {
namespace {

/// A replacement can make two pieces meet, hence again; what is left after this many is not going to go.
constexpr int max_passes = 4;

/// Numbers what may not be hashed: the same value, the same number.
class Numbers {
   public:
    std::string of(std::string_view secret) {
        const auto known = std::find(seen_.begin(), seen_.end(), secret);
        const auto index = static_cast<std::size_t>(known - seen_.begin());
        if (known == seen_.end()) {
            seen_.emplace_back(secret);
        }
        const std::string digits = std::to_string(index + 1);
        return std::string(marker_digits - std::min(marker_digits, digits.size()), '0') + digits;
    }

   private:
    static constexpr std::size_t marker_digits = 8;
    std::vector<std::string> seen_;
};

std::string marker(const Match& match, std::string_view secret, Numbers& numbers) {
    return "[REDACTED:" + std::string(match.id) + ":" +
           (match.guessable ? numbers.of(secret) : base::sha256_hex(secret).substr(0, 8)) + "]";
}

std::string replace(std::string_view text, const std::vector<Match>& matches, Numbers& numbers) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    for (const Match& match : matches) {
        out.append(text.substr(at, match.secret.offset - at));
        out += marker(match, text.substr(match.secret.offset, match.secret.length), numbers);
        at = match.secret.end();
    }
    out.append(text.substr(at));
    return out;
}

struct Masked {
    std::string text;
    std::size_t replaced = 0;
    std::vector<Match> left;
};

base::Result<Masked> mask_all(std::string_view bytes) {
    Masked masked{std::string(bytes), 0, {}};
    Numbers numbers;
    for (int pass = 0; pass < max_passes; ++pass) {
        RFSN_ASSIGN(masked.left, find_for_redaction(masked.text));
        if (masked.left.empty()) {
            return masked;
        }
        masked.text = replace(masked.text, masked.left, numbers);
        masked.replaced += masked.left.size();
    }
    RFSN_ASSIGN(masked.left, find_for_redaction(masked.text));
    return masked;
}

}  // namespace

base::Result<Redacted> redact(std::string_view bytes) {
    RFSN_ASSIGN(Masked masked, mask_all(bytes));
    if (!masked.left.empty()) {
        return base::fail(base::ErrorCode::denied, "a secret (rule " + std::string(masked.left.front().id) +
                                                       ") cannot be masked; nothing of this text may be sent");
    }
    return Redacted(std::move(masked.text), masked.replaced);
}

std::string mask(std::string_view bytes) {
    constexpr const char* dropped = "[REDACTED]";
    try {
        auto masked = mask_all(bytes);
        if (!masked) {
            return dropped;
        }
        return masked->left.empty() ? std::move(masked->text) : dropped;
    } catch (...) {
        return dropped;
    }
}

}  // namespace rfsn::secrets
