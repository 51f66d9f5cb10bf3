// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <optional>

#include "base/hash.hpp"
#include "secrets/finder.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::secrets {
namespace {

constexpr std::size_t max_shown = 48;

std::string preview_of(std::string_view secret, std::size_t shown) {
    std::string preview;
    for (const char c : secret.substr(0, std::min({shown, max_shown, secret.size() / 2}))) {
        preview.push_back(c >= 0x20 && c < 0x7F ? c : '?');
    }
    return preview + "****\u2026(" + std::to_string(secret.size()) + ")";
}

constexpr std::size_t utf16_unit = 2;

/// UTF-16 with its byte order mark, without the mark, each unit as one byte; what is not ASCII becomes 0xFF, which no
/// token holds. Nothing if it is not UTF-16.
std::optional<std::string> narrowed(std::string_view bytes) {
    const bool little = bytes.substr(0, utf16_unit) == "\xFF\xFE";
    if (!little && bytes.substr(0, utf16_unit) != "\xFE\xFF") {
        return std::nullopt;
    }
    std::string out;
    out.reserve(bytes.size() / utf16_unit);
    for (std::size_t i = utf16_unit; i + 1 < bytes.size(); i += utf16_unit) {
        const char low = bytes[little ? i : i + 1];
        const char high = bytes[little ? i + 1 : i];
        out.push_back(high == 0 && static_cast<unsigned char>(low) < 0x80 ? low : '\xFF');
    }
    return out;
}

/// Lines and columns of ascending offsets, in one pass.
class Positions {
   public:
    explicit Positions(std::string_view text) : text_(text) {}
    void place(Hit& hit) {
        while (const void* newline = std::memchr(text_.data() + at_, '\n', hit.offset - at_)) {
            at_ = static_cast<std::size_t>(static_cast<const char*>(newline) - text_.data()) + 1;
            line_start_ = at_;
            ++line_;
        }
        at_ = hit.offset;
        hit.line = line_;
        hit.column = static_cast<std::uint32_t>(hit.offset - line_start_ + 1);
    }

   private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
};

std::vector<Hit> describe(std::string_view text, const base::Result<std::vector<Match>>& matches) {
    std::vector<Hit> hits;
    if (!matches) {
        // Without rules nothing can be called clean.
        Hit hit;
        hit.rule = "secret-rules";
        hit.description = "the text could not be scanned: " + matches.error().message;
        hit.line = 1;
        hit.column = 1;
        hit.length = text.size();
        hits.push_back(std::move(hit));
        return hits;
    }
    hits.reserve(matches->size());
    Positions positions(text);
    for (const Match& match : *matches) {
        const std::string_view secret = text.substr(match.secret.offset, match.secret.length);
        Hit hit;
        hit.rule = match.id;
        hit.description = match.description;
        hit.offset = match.secret.offset;
        hit.length = match.secret.length;
        hit.preview = preview_of(secret, match.shown);
        hit.hash = match.guessable ? std::string() : base::sha256_hex(secret).substr(0, 16);
        hit.verified = match.verified;
        hit.doubt = match.doubt;
        positions.place(hit);
        hits.push_back(std::move(hit));
    }
    return hits;
}

}  // namespace

std::vector<Hit> scan(std::string_view bytes, std::size_t limit) {
    if (const auto narrow = narrowed(bytes)) {
        auto hits = describe(*narrow, find_anchored(*narrow, Mode::block, limit));
        for (Hit& hit : hits) {
            hit.offset = utf16_unit * (hit.offset + 1);
            hit.length *= utf16_unit;
        }
        return hits;
    }
    return describe(bytes, find_anchored(bytes, Mode::block, limit));
}

std::vector<Hit> scan_for_redaction(std::string_view bytes) {
    return describe(bytes, find_for_redaction(bytes));
}

std::vector<std::pair<std::string, std::string>> rules() {
    std::vector<std::pair<std::string, std::string>> list;
    if (const auto& set = rule_set()) {
        for (const auto& rule : *set) {
            list.emplace_back(
                rule.id, rule.description + (rule.redact_only ? " (masked in prompts and logs, does not block)" : ""));
        }
    }
    list.emplace_back("encoded-secret", "a secret in base64 (masked in prompts and logs, does not block)");
    list.emplace_back("assigned-secret",
                      "a value assigned to a secret's name (masked in prompts and logs, does not block)");
    return list;
}

}  // namespace rfsn::secrets
