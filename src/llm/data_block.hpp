// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rfsn::llm {

/// A word that stands in none of `texts` and that nobody can put there beforehand: it depends on all of them. The same
/// texts give the same word, so that equal questions are equal prompts.
[[nodiscard]] std::string nonce_for(const std::vector<std::string_view>& texts);
/// The nonce of a text with data blocks in it, "" without any.
[[nodiscard]] std::string_view nonce_in(std::string_view text);
/// Untrusted text between lines that carry the nonce: valid UTF-8, no terminal escapes.
[[nodiscard]] std::string data_block(std::string_view text, const std::string& nonce);
/// How often the nonce's lines stand in a text; equal before and after redaction, or the blocks are broken.
[[nodiscard]] std::size_t count_of(std::string_view text, std::string_view word);

}  // namespace rfsn::llm
