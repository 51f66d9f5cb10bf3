// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "net/limits.hpp"
#include "net/provider.hpp"

namespace rfsn::net {

/// Takes a reply's bytes as they come, whatever form it turns out to have: one JSON document, server-sent events, or
/// JSON lines.
class ReplyReader {
   public:
    ReplyReader(const Provider& provider, bool wants_lines) : provider_(provider), wants_lines_(wants_lines) {}

    /// Before the first byte; `type` as in "text/event-stream; charset=utf-8".
    void begin(long status, std::string_view type);
    void feed(std::string_view bytes);
    /// After the last byte.
    [[nodiscard]] Answer<LlmAnswer> finish(long status, const HeaderFields& headers, SystemTime now);

    /// Bytes of text so far; lines that only keep a connection alive do not count.
    [[nodiscard]] std::size_t text_bytes() const { return gathered_.content.size(); }
    [[nodiscard]] const Usage& usage() const { return gathered_.usage; }
    [[nodiscard]] const std::string& body() const { return body_; }

   private:
    enum class Form { unknown, whole, events, lines };

    void decide();
    void take_lines(bool at_end);
    void line(std::string_view text);
    void dispatch();
    void event(std::string_view name, std::string_view data);

    const Provider& provider_;
    bool wants_lines_;
    Form form_ = Form::unknown;
    std::string body_;  ///< what has not been consumed; all of it in the form `whole`
    std::size_t scanned_ = 0;
    std::string event_name_;
    std::string event_data_;
    bool had_event_ = false;
    Gathered gathered_;
};

}  // namespace rfsn::net
