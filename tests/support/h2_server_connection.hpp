// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

#include "support/h2_server_script.hpp"

namespace rfsn::test::h2 {

/// One TLS connection; bytes go through memory, so that one loop over poll() serves all.
class Connection {
   public:
    Connection(Server& server, SSL_CTX* context, int fd) : server_(server), fd_(fd), ssl_(SSL_new(context)) {
        number_ = server.connection();
        SSL_set_accept_state(ssl_);
        SSL_set_fd(ssl_, fd);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        for (const auto& [stream, exchange] : exchanges_) {
            server_.closed(exchange);
        }
        server_.disconnected();
        nghttp2_session_del(session_);
        SSL_free(ssl_);
        close(fd_);
    }

    int fd() const { return fd_; }
    bool dead() const { return dead_; }
    bool wants_write() const { return !out_.empty(); }

    /// When something is due that no byte brings about.
    std::optional<Clock::time_point> next_due() const {
        std::optional<Clock::time_point> due;
        for (const auto& [stream, exchange] : exchanges_) {
            if (!exchange.answered || (!exchange.headers_sent && exchange.chunks.empty() && exchange.end == "hang")) {
                continue;
            }
            const auto at = !exchange.headers_sent     ? std::optional(exchange.headers_due)
                            : !exchange.chunks.empty() ? std::optional(exchange.chunks.front().due)
                                                       : std::nullopt;
            due = !at ? due : due ? std::min(*due, *at) : *at;
        }
        return due;
    }

    void readable() {
        std::array<char, 65536> buffer;
        for (;;) {
            const int got = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
            if (got <= 0) {
                const int error = SSL_get_error(ssl_, got);
                dead_ = dead_ || (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE);
                return;
            }
            if (!begun_) {
                begin();
            }
            if (session_ != nullptr) {
                const auto used = nghttp2_session_mem_recv(
                    session_, reinterpret_cast<const std::uint8_t*>(buffer.data()), static_cast<std::size_t>(got));
                dead_ = dead_ || used < 0;
            } else {
                h1_in_.append(buffer.data(), static_cast<std::size_t>(got));
                h1_parse();
            }
        }
    }

    /// Sends what is due.
    void advance() {
        const auto now = Clock::now();
        session_ != nullptr ? h2_advance(now) : h1_advance(now);
        while (!out_.empty() && !dead_) {
            const int sent =
                SSL_write(ssl_, out_.data(), static_cast<int>(std::min<std::size_t>(out_.size(), 1 << 20)));
            if (sent <= 0) {
                const int error = SSL_get_error(ssl_, sent);
                dead_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
                return;
            }
            out_.erase(0, static_cast<std::size_t>(sent));
            if (session_ != nullptr && out_.empty()) {
                h2_collect();
            }
        }
        dead_ = dead_ || (cut_ && out_.empty());
    }

   private:
    void begin() {
        begun_ = true;
        const unsigned char* protocol = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(ssl_, &protocol, &length);
        if (length != 2) {
            return;
        }
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_server_new(&session_, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        const std::array<nghttp2_settings_entry, 2> settings{
            {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, server_.options().streams},
             {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1U << 20U}}};
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    }

    Exchange* exchange(int stream) {
        const auto found = exchanges_.find(stream);
        return found == exchanges_.end() ? nullptr : &found->second;
    }

    static int on_begin(nghttp2_session*, const nghttp2_frame* frame, void* self) {
        static_cast<Connection*>(self)->exchanges_[frame->hd.stream_id];
        return 0;
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
        if (auto* const one = static_cast<Connection*>(self)->exchange(frame->hd.stream_id)) {
            const std::string key(reinterpret_cast<const char*>(name), name_size);
            const std::string text(reinterpret_cast<const char*>(value), value_size);
            if (key == ":method") {
                one->method = text;
            } else if (key == ":path") {
                one->path = text;
            } else {
                one->headers[key] = text;
            }
        }
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data, std::size_t size,
                       void* self) {
        if (auto* const one = static_cast<Connection*>(self)->exchange(stream)) {
            one->request_body.append(reinterpret_cast<const char*>(data), size);
        }
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* context) {
        auto* const self = static_cast<Connection*>(context);
        auto* const one = self->exchange(frame->hd.stream_id);
        if (one != nullptr && !one->answered && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            self->server_.answer(*one, self->number_, frame->hd.stream_id);
        }
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* context) {
        auto* const self = static_cast<Connection*>(context);
        if (const auto* const one = self->exchange(stream)) {
            self->server_.closed(*one);
            self->exchanges_.erase(stream);
        }
        return 0;
    }

    static ssize_t read_body(nghttp2_session*, std::int32_t stream, std::uint8_t* target, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source*, void* context) {
        auto* const self = static_cast<Connection*>(context);
        auto* const one = self->exchange(stream);
        if (one == nullptr) {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        }
        if (one->buffer.empty()) {
            if (one->chunks.empty() && one->end.empty()) {
                *flags |= NGHTTP2_DATA_FLAG_EOF;
                return 0;
            }
            one->deferred = true;
            return NGHTTP2_ERR_DEFERRED;
        }
        const std::size_t part = std::min(size, one->buffer.size());
        std::memcpy(target, one->buffer.data(), part);
        one->buffer.erase(0, part);
        if (one->buffer.empty() && one->chunks.empty() && one->end.empty()) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        }
        return static_cast<ssize_t>(part);
    }

    void h2_send_headers(int stream, Exchange& one) {
        one.headers_sent = true;
        std::vector<nghttp2_nv> fields;
        const std::string status = std::to_string(one.status);
        const auto add = [&](const std::string& name, const std::string& value) {
            fields.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                              reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                              value.size(), NGHTTP2_NV_FLAG_NONE});
        };
        const std::string status_name = ":status";
        add(status_name, status);
        for (const auto& [name, value] : one.reply_headers) {
            add(name, value);
        }
        nghttp2_data_provider provider{};
        provider.read_callback = read_body;
        nghttp2_submit_response(session_, stream, fields.data(), fields.size(), &provider);
    }

    void h2_advance(Clock::time_point now) {
        for (auto& [stream, one] : exchanges_) {
            if (!one.answered || now < one.headers_due) {
                continue;
            }
            const bool nothing_first = one.chunks.empty() && !one.headers_sent;
            if (nothing_first && one.end == "cut") {
                cut_ = true;
                continue;
            }
            if (nothing_first && one.end == "hang") {
                continue;
            }
            if (!one.headers_sent) {
                h2_send_headers(stream, one);
            }
            bool fed = false;
            while (!one.chunks.empty() && one.chunks.front().due <= now) {
                one.buffer += one.chunks.front().data;
                one.chunks.pop_front();
                fed = true;
            }
            if (one.deferred && (fed || one.chunks.empty())) {
                one.deferred = false;
                nghttp2_session_resume_data(session_, stream);
            }
        }
        h2_collect();
        for (auto& [stream, one] : exchanges_) {
            if (!one.headers_sent || !one.chunks.empty() || !one.buffer.empty()) {
                continue;
            }
            if (one.end == "rst") {
                nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_INTERNAL_ERROR);
                one.end = "hang";
            } else if (one.end == "goaway") {
                nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, stream > 1 ? stream - 2 : 0, NGHTTP2_NO_ERROR,
                                      nullptr, 0);
                cut_ = true;
            } else if (one.end == "cut") {
                cut_ = true;
            }
        }
        h2_collect();
    }

    void h2_collect() {
        while (out_.size() < (1U << 20U)) {
            const std::uint8_t* data = nullptr;
            const auto size = nghttp2_session_mem_send(session_, &data);
            if (size <= 0) {
                dead_ = dead_ || size < 0;
                break;
            }
            out_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
        }
        dead_ = dead_ ||
                (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0 && out_.empty());
    }

    void h1_parse() {
        const auto head_end = h1_in_.find("\r\n\r\n");
        if (head_end == std::string::npos || exchanges_.count(h1_stream_) != 0) {
            return;
        }
        Exchange one;
        std::size_t length = 0;
        std::size_t line_start = 0;
        for (bool first = true; line_start < head_end; first = false) {
            const auto line_end = std::min(h1_in_.find("\r\n", line_start), head_end);
            const std::string line = h1_in_.substr(line_start, line_end - line_start);
            line_start = line_end + 2;
            if (first) {
                const auto space = line.find(' ');
                one.method = line.substr(0, space);
                one.path = line.substr(space + 1, line.rfind(' ') - space - 1);
                continue;
            }
            const auto colon = line.find(':');
            std::string name = line.substr(0, colon);
            std::transform(name.begin(), name.end(), name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
            one.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
            if (name == "content-length") {
                length = static_cast<std::size_t>(std::atol(one.headers[name].c_str()));
            }
        }
        if (h1_in_.size() < head_end + 4 + length) {
            return;
        }
        one.request_body = h1_in_.substr(head_end + 4, length);
        h1_in_.erase(0, head_end + 4 + length);
        server_.answer(one, number_, h1_stream_);
        exchanges_.emplace(h1_stream_, std::move(one));
    }

    void h1_advance(Clock::time_point now) {
        auto* const one = exchange(h1_stream_);
        if (one == nullptr || now < one->headers_due) {
            return;
        }
        if (!one->headers_sent) {
            one->headers_sent = true;
            out_ += "HTTP/1.1 " + std::to_string(one->status) + " X\r\nTransfer-Encoding: chunked\r\n";
            for (const auto& [name, value] : one->reply_headers) {
                out_ += name + ": " + value + "\r\n";
            }
            out_ += "\r\n";
        }
        while (!one->chunks.empty() && one->chunks.front().due <= now) {
            std::array<char, 20> size{};
            std::snprintf(size.data(), size.size(), "%zx\r\n", one->chunks.front().data.size());
            out_ += size.data() + one->chunks.front().data + "\r\n";
            one->chunks.pop_front();
        }
        if (one->chunks.empty() && one->end.empty()) {
            out_ += "0\r\n\r\n";
            server_.closed(*one);
            exchanges_.erase(h1_stream_++);
            h1_parse();
        } else if (one->chunks.empty() && one->end != "hang") {
            cut_ = true;
        }
    }

    Server& server_;
    int fd_;
    SSL* ssl_;
    int number_ = 0;
    bool begun_ = false;
    bool dead_ = false;
    bool cut_ = false;
    nghttp2_session* session_ = nullptr;
    std::map<int, Exchange> exchanges_;
    std::string out_;
    std::string h1_in_;
    int h1_stream_ = 1;
};

}  // namespace rfsn::test::h2
