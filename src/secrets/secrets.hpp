// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rfsn::secrets {

/// A secret's place; never its value.
struct Hit {
    std::string rule;         ///< "github-pat"
    std::string description;  ///< "GitHub personal access token"
    std::size_t offset = 0;   ///< of the secret, bytes
    std::size_t length = 0;
    std::uint32_t line = 0;    ///< 1-based
    std::uint32_t column = 0;  ///< 1-based, bytes
    std::string preview;       ///< "ghp_****…(40)": masked
    std::string hash;          ///< SHA-256 of the secret, first 16 hex digits; empty for what can be guessed: passwords
    bool verified = false;     ///< its checksum or inner structure holds
    std::string doubt;  ///< what speaks against it ("its checksum does not match"), or empty; it is a hit all the same
};

/// All hits in `bytes`, by offset, overlaps merged to the more specific rule; looks no further once it has `limit`.
/// Text in UTF-16 (with its mark) is read as such. Linear time. Thread safe.
[[nodiscard]] std::vector<Hit> scan(std::string_view bytes, std::size_t limit = 10'000);
/// Like scan(), for text that is about to leave (prompts, logs): lower thresholds, recall first.
[[nodiscard]] std::vector<Hit> scan_for_redaction(std::string_view bytes);

/// Text that has been redacted: the only kind that llm/ takes and that may be sent. Only redact() makes one.
class Redacted {
   public:
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::size_t replaced() const { return replaced_; }

   private:
    friend base::Result<Redacted> redact(std::string_view bytes);
    Redacted(std::string text, std::size_t replaced) : text_(std::move(text)), replaced_(replaced) {}
    std::string text_;
    std::size_t replaced_;
};
/// Replaces every secret by a stable marker "[REDACTED:rule:hash8]" and scans the result again. What can be guessed (a
/// password) is numbered in its text instead of hashed: eight digits of a hash would be enough to try a word list.
/// Errors: denied if something is left that cannot be masked (then nothing may be sent).
[[nodiscard]] base::Result<Redacted> redact(std::string_view bytes);
/// For logs, reports and stored output: the same masking, never an error; what cannot be masked is dropped.
[[nodiscard]] std::string mask(std::string_view bytes);
/// Rule ids with their descriptions, for `explain`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> rules();

}  // namespace rfsn::secrets
