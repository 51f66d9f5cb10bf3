// SPDX-License-Identifier: MIT
#include "net/reply_reader.hpp"

#include "base/text.hpp"
#include "net/failure.hpp"

namespace rfsn::net {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

}  // namespace

void ReplyReader::begin(long status, std::string_view type) {
    if (status != 200) {
        form_ = Form::whole;
    } else if (starts_with(type, "text/event-stream")) {
        form_ = Form::events;
    } else if (starts_with(type, "application/x-ndjson") || starts_with(type, "application/jsonl")) {
        form_ = Form::lines;
    }
}

void ReplyReader::feed(std::string_view bytes) {
    body_.append(bytes);
    if (form_ == Form::unknown) {
        decide();
    }
    if (form_ == Form::events || form_ == Form::lines) {
        take_lines(false);
    }
}

/// Servers do not always say what they send.
void ReplyReader::decide() {
    const auto start = body_.find_first_not_of(" \t\r\n");
    if (start == std::string::npos) {
        return;
    }
    const std::string_view text = std::string_view(body_).substr(start);
    if (starts_with(text, "data:") || starts_with(text, "event:") || text[0] == ':') {
        form_ = Form::events;
    } else if (wants_lines_ && text[0] == '{') {
        form_ = Form::lines;
    } else if (text[0] == '{' || text[0] == '[' || text.size() >= 6) {
        form_ = Form::whole;
    }
}

void ReplyReader::take_lines(bool at_end) {
    std::size_t begin = 0;
    for (;;) {
        const auto end = body_.find_first_of("\r\n", std::max(begin, scanned_));
        // A '\r' at the end may be half of a "\r\n".
        if (end == std::string::npos || (body_[end] == '\r' && end + 1 == body_.size() && !at_end)) {
            break;
        }
        line(std::string_view(body_).substr(begin, end - begin));
        begin = end + (body_[end] == '\r' && end + 1 < body_.size() && body_[end + 1] == '\n' ? 2 : 1);
        scanned_ = 0;
    }
    body_.erase(0, begin);
    scanned_ = body_.empty() || body_.back() != '\r' ? body_.size() : body_.size() - 1;
    if (at_end) {
        line(body_);
        body_.clear();
        dispatch();
    }
}

void ReplyReader::line(std::string_view text) {
    if (form_ == Form::lines) {
        if (!base::trim(text).empty()) {
            event("", text);
        }
        return;
    }
    if (text.empty()) {
        dispatch();
        return;
    }
    const auto colon = text.find(':');
    const std::string_view field = text.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (starts_with(value, " ")) {
        value.remove_prefix(1);
    }
    if (field == "data") {
        event_data_ += event_data_.empty() ? "" : "\n";
        event_data_ += value;
    } else if (field == "event") {
        event_name_ = value;
    }
}

void ReplyReader::dispatch() {
    if (!event_data_.empty()) {
        event(event_name_, event_data_);
    }
    event_name_.clear();
    event_data_.clear();
}

void ReplyReader::event(std::string_view name, std::string_view data) {
    if (base::trim(data) == "[DONE]" || gathered_.error) {
        return;
    }
    const Json json = parse_json(data);
    if (json.is_discarded()) {
        gathered_.error = LlmError{"malformed", "a piece of the answer's stream is no JSON", true, {}, {}};
        return;
    }
    had_event_ = true;
    // The status was sent before the server knew.
    if (name == "error" || holds_error(data)) {
        gathered_.error = failure(200, data, {}, {});
        return;
    }
    provider_.read_event(name, json, gathered_);
}

Answer<LlmAnswer> ReplyReader::finish(long status, const HeaderFields& headers, SystemTime now) {
    const bool was_stream = form_ == Form::events || form_ == Form::lines;
    if (status != 200 || (!was_stream && holds_error(body_))) {
        return tl::make_unexpected(failure(status, body_, headers, now));
    }
    if (was_stream) {
        take_lines(true);
        if (!had_event_ && !gathered_.error) {
            return llm_error("network", "the server's answer is empty", true);
        }
        return conclude(provider_, std::move(gathered_), true);
    }
    const Json json = parse_json(body_);
    if (!json.is_object() && !json.is_array()) {
        return llm_error("malformed",
                         body_.empty() ? "the server's answer is empty" : "the server's answer is no JSON object");
    }
    provider_.read_whole(json, gathered_);
    return conclude(provider_, std::move(gathered_), false);
}

}  // namespace rfsn::net
