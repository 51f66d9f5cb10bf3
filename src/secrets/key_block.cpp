// SPDX-License-Identifier: MIT
#include <algorithm>

#include "secrets/char_class.hpp"
#include "secrets/placeholder.hpp"
#include "secrets/readers.hpp"

namespace rfsn::secrets {
namespace {

constexpr std::size_t max_block = std::size_t{64} << 10;
constexpr std::size_t max_label = 64;
/// The shortest key (Ed25519 in PKCS#8) is one line of 64.
constexpr std::size_t min_run = 32;

bool ends_with(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

bool is_private_label(std::string_view label) {
    return ends_with(label, "PRIVATE KEY") || ends_with(label, "PRIVATE KEY BLOCK") ||
           ends_with(label, "Static key V1");
}

struct Body {
    std::size_t longest_run = 0;
    std::size_t last_run_end = 0;  ///< offset in the text
    bool encrypted = false;
};

Body measure(std::string_view text, std::size_t begin, std::size_t end) {
    Body body;
    std::size_t run = 0;
    for (std::size_t i = begin; i < end; ++i) {
        if (is_base64(text[i])) {
            ++run;
            body.longest_run = std::max(body.longest_run, run);
            if (run >= min_run) {
                body.last_run_end = i + 1;
            }
        } else {
            run = 0;
        }
    }
    body.encrypted =
        text.substr(begin, std::min<std::size_t>(end - begin, 256)).find("ENCRYPTED") != std::string_view::npos;
    return body;
}

/// Without an END line the block ends with the base64 lines.
std::size_t end_of_cut_block(std::string_view text, std::size_t at, std::size_t limit) {
    const auto is_body = [](char c) { return is_base64(c) || c == '='; };
    while (at < limit && is_body(text[at])) {
        ++at;
    }
    std::size_t next = at + (at < limit && text[at] == '\r' ? 1U : 0U);
    next += next < limit && text[next] == '\n' ? 1U : 0U;
    std::size_t last = next;
    while (last < limit && is_body(text[last])) {
        ++last;
    }
    const bool whole_line = last > next && (last == limit || text[last] == '\n' || text[last] == '\r');
    return whole_line ? last : at;
}

/// A block whose beginning was cut off: from the base64 lines before the END line to its end.
std::optional<Reading> read_tail(std::string_view text, std::size_t at) {
    constexpr std::string_view fence = "-----";
    const std::size_t close = text.substr(at + fence.size(), max_label).find(fence);
    if (close == std::string_view::npos || !is_private_label(text.substr(at + fence.size(), close))) {
        return std::nullopt;
    }
    // The last line may be short, and an escaped line end looks like one; the others are full.
    constexpr std::size_t full_line = 40;
    std::size_t begin = at;
    for (int line = 0; at - begin < max_block; ++line) {
        std::size_t end = begin;
        while (end > 0 && std::string_view("=\r\n\\").find(text[end - 1]) != std::string_view::npos) {
            --end;
        }
        std::size_t start = end;
        while (start > 0 && at - start < max_block && is_base64(text[start - 1])) {
            --start;
        }
        if (start == end || (line >= 2 && end - start < full_line)) {
            break;
        }
        begin = start;
    }
    if (measure(text, begin, at).longest_run < min_run) {
        return std::nullopt;
    }
    return Reading{{begin, at + fence.size() + close + fence.size() - begin}, 0, ""};
}

std::optional<Reading> read_pem(std::string_view text, std::size_t at) {
    const bool ssh2 = text.compare(at, 5, "---- ") == 0;
    const std::string_view fence = ssh2 ? "----" : "-----";
    const std::size_t label_at = at + text.substr(at).find("BEGIN ") + 6;
    const std::size_t label_end = text.substr(label_at, max_label).find(ssh2 ? " ----" : "-----");
    if (label_end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view label = text.substr(label_at, label_end);
    if (!is_private_label(label)) {
        return std::nullopt;
    }
    const std::size_t begin = label_at + label_end + (ssh2 ? 1 : 0) + fence.size();
    const std::size_t limit = std::min(text.size(), begin + max_block);
    const std::size_t found = text.substr(begin, limit - begin).find(fence);
    const std::size_t end = found == std::string_view::npos ? limit : begin + found;
    const Body body = measure(text, begin, end);
    if (body.longest_run < min_run || is_placeholder_token(text.substr(body.last_run_end - min_run, min_run))) {
        return std::nullopt;
    }
    Reading reading;
    reading.shown = begin - at;
    if (body.encrypted || label.find("ENCRYPTED") != std::string_view::npos) {
        reading.doubt = "it is encrypted";
    }
    std::size_t block_end = end_of_cut_block(text, body.last_run_end, end);
    if (found != std::string_view::npos && text.substr(end + fence.size(), 5).find("END") != std::string_view::npos) {
        const std::size_t close = text.substr(end + fence.size(), max_label + 8).find(fence);
        block_end = close == std::string_view::npos ? end : end + fence.size() + close + fence.size();
    } else if (found != std::string_view::npos) {
        block_end = end;
    }
    reading.secret = {at, block_end - at};
    return reading;
}

std::optional<Reading> read_putty(std::string_view text, std::size_t at) {
    constexpr std::string_view anchor = "PuTTY-User-Key-File-";
    const std::string_view rest = text.substr(at, max_block);
    const std::size_t again = rest.find(anchor, anchor.size());
    const std::string_view block = rest.substr(0, again);
    const std::size_t lines = block.find("Private-Lines:");
    if (lines == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t mac = block.find("Private-MAC:", lines);
    std::size_t end = mac == std::string_view::npos ? block.size() : block.find('\n', mac);
    if (end == std::string_view::npos) {
        end = block.size();
    }
    if (measure(block, lines, end).longest_run < min_run) {
        return std::nullopt;
    }
    Reading reading{{at, end}, anchor.size(), ""};
    if (const std::size_t how = block.find("Encryption: "); how < lines && block.compare(how + 12, 4, "none") != 0) {
        reading.doubt = "it is encrypted";
    }
    return reading;
}

}  // namespace

std::optional<Reading> read_key_block(std::string_view text, std::size_t at, Mode mode) {
    if (text.compare(at, 5, "PuTTY") == 0) {
        return read_putty(text, at);
    }
    if (text.compare(at, 9, "-----END ") == 0) {
        return mode == Mode::redact ? read_tail(text, at) : std::nullopt;
    }
    return read_pem(text, at);
}

}  // namespace rfsn::secrets
