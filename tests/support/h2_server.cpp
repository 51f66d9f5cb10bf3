// SPDX-License-Identifier: MIT
// A scripted server for tests and benchmarks: HTTP/2 over TLS on loopback by nghttp2 and OpenSSL, HTTP/1.1 where ALPN
// does not give h2. It says on stdout "PORT", writes its certificate (made at the start) to --cert FILE, answers the
// n-th request by the n-th line of --script FILE (the last one repeats), and logs every request to --log FILE.
//
// A line of the script is a JSON object:
//   status, headers {name: value}, body (text, or any JSON value), delay_ms (before the headers)
//   chunks: [[text, ms], ...]   sent one by one, each after waiting, instead of body
//   repeat: [text, ms, times]   the same chunk again and again, before what is left of `chunks`
//   size: N                     a body of so many bytes more
//   gzip: true                  the body is sent compressed
//   end: "rst" | "goaway" | "cut" | "hang"   how it ends instead of properly: after the chunks
//   if_path, if_header          the line only counts for requests whose path or headers hold that text; others get 404
// --rate R --burst B: a token bucket of the server's own: 429 with retry-after-ms, and x-ratelimit-* on every answer.
// --streams N: SETTINGS_MAX_CONCURRENT_STREAMS. --h1: ALPN knows only http/1.1.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

[[noreturn]] void die(const std::string& what) {
    std::cerr << "h2_server: " << what << '\n';
    std::exit(2);
}

struct Options {
    std::string cert, log, script;
    double rate = 0, burst = 1;
    std::uint32_t streams = 250;
    bool only_h1 = false;
};

std::string gzipped(const std::string& text) {
    z_stream z{};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&z, text.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

/// A key and a certificate for localhost and 127.0.0.1, which signs itself.
void use_new_certificate(SSL_CTX* context, const std::string& file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), static_cast<long>(getpid()));
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    X509_set_pubkey(cert, key);
    X509_NAME* const name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(cert, name);
    for (const auto& [nid, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                     std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
        X509_add_ext(cert, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(cert, key, EVP_sha256());
    if (SSL_CTX_use_certificate(context, cert) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1) {
        die("no certificate");
    }
    if (FILE* const out = fopen(file.c_str(), "w")) {
        PEM_write_X509(out, cert);
        fclose(out);
    } else {
        die("cannot write " + file);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
}

struct Chunk {
    std::string data;
    Clock::time_point due;
};

/// One request and its answer under way.
struct Exchange {
    std::map<std::string, std::string> headers;
    std::string method, path, request_body;
    bool answered = false;
    int status = 200;
    std::vector<std::pair<std::string, std::string>> reply_headers;
    Clock::time_point headers_due;
    bool headers_sent = false;
    std::deque<Chunk> chunks;
    std::string buffer;
    std::string end;  ///< "", rst, goaway, cut, hang
    bool deferred = false;
};

class Server {
   public:
    explicit Server(const Options& options) : options_(options), tokens_(options.burst), filled_(Clock::now()) {
        std::ifstream in(options.script);
        for (std::string line; std::getline(in, line);) {
            if (!line.empty()) {
                script_.push_back(Json::parse(line));
            }
        }
        if (script_.empty()) {
            die("the script is empty");
        }
        if (!options.log.empty()) {
            log_.open(options.log, std::ios::app);
        }
    }

    int connection() {
        ++alive_;
        return ++connections_;
    }
    void disconnected() { --alive_; }

    /// Fills in how `exchange`, which has arrived whole, is answered.
    void answer(Exchange& exchange, int connection, int stream) {
        exchange.answered = true;
        const std::size_t number = requests_++;
        const auto now = Clock::now();
        ++open_;
        peak_ = std::max(peak_, open_);
        log(exchange, connection, stream, number);
        if (options_.rate > 0 && !within_rate(exchange, now)) {
            return;
        }
        const Json& step = script_[std::min(number, script_.size() - 1)];
        const std::string path = step.value("if_path", "");
        const std::string header = step.value("if_header", "");
        const bool fits =
            exchange.path.find(path) != std::string::npos &&
            (header.empty() || std::any_of(exchange.headers.begin(), exchange.headers.end(), [&](const auto& field) {
                 return (field.first + ": " + field.second).find(header) != std::string::npos;
             }));
        if (!fits) {
            exchange.status = 404;
            exchange.chunks.push_back({R"({"error":{"message":"not what the script expects"}})", now});
            return;
        }
        exchange.status = step.value("status", 200);
        exchange.end = step.value("end", "");
        auto due = now + milliseconds(step.value("delay_ms", 0));
        exchange.headers_due = due;
        bool typed = false;
        if (const auto found = step.find("headers"); found != step.end()) {
            for (const auto& [name, value] : found->items()) {
                exchange.reply_headers.emplace_back(name, value.get<std::string>());
                typed = typed || name == "content-type";
            }
        }
        std::string body;
        if (const auto found = step.find("body"); found != step.end()) {
            body = found->is_string() ? found->get<std::string>() : found->dump();
        }
        body.append(step.value("size", std::size_t{0}), 'x');
        if (step.value("gzip", false)) {
            body = gzipped(body);
            exchange.reply_headers.emplace_back("content-encoding", "gzip");
        }
        if (!typed) {
            exchange.reply_headers.emplace_back("content-type", "application/json");
        }
        if (!body.empty()) {
            exchange.chunks.push_back({body, due});
        }
        if (const auto found = step.find("repeat"); found != step.end()) {
            for (int i = 0; i < (*found)[2].get<int>(); ++i) {
                due += milliseconds((*found)[1].get<int>());
                exchange.chunks.push_back({(*found)[0].get<std::string>(), due});
            }
        }
        if (const auto found = step.find("chunks"); found != step.end()) {
            for (const auto& chunk : *found) {
                due += milliseconds(chunk[1].get<int>());
                exchange.chunks.push_back({chunk[0].get<std::string>(), due});
            }
        }
    }

    void closed(const Exchange& exchange) { open_ -= exchange.answered ? 1 : 0; }

    const Options& options() const { return options_; }

   private:
    bool within_rate(Exchange& exchange, Clock::time_point now) {
        tokens_ =
            std::min(options_.burst, tokens_ + std::chrono::duration<double>(now - filled_).count() * options_.rate);
        filled_ = now;
        const bool fits = tokens_ >= 1;
        tokens_ -= fits ? 1 : 0;
        const auto header = [&](const char* name, const std::string& value) {
            exchange.reply_headers.emplace_back(name, value);
        };
        header("x-ratelimit-limit-requests", std::to_string(static_cast<long>(options_.burst)));
        header("x-ratelimit-remaining-requests", std::to_string(static_cast<long>(tokens_)));
        header("x-ratelimit-reset-requests",
               std::to_string(static_cast<long>((options_.burst - tokens_) / options_.rate * 1000)) + "ms");
        if (!fits) {
            exchange.status = 429;
            header("retry-after-ms", std::to_string(static_cast<long>((1 - tokens_) / options_.rate * 1000) + 1));
            exchange.headers_due = now;
            exchange.chunks.push_back({R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})", now});
        }
        return fits;
    }

    void log(const Exchange& exchange, int connection, int stream, std::size_t number) {
        if (log_.is_open()) {
            Json json = Json::parse(exchange.request_body, nullptr, false);
            log_ << Json{{"n", number},
                         {"connection", connection},
                         {"stream", stream},
                         {"alive", alive_},
                         {"peak", peak_},
                         {"method", exchange.method},
                         {"path", exchange.path},
                         {"headers", exchange.headers},
                         {"body", exchange.request_body},
                         {"json", json.is_discarded() ? Json() : json}}
                        .dump(-1, ' ', false, Json::error_handler_t::replace)
                 << '\n'
                 << std::flush;
        }
    }

    const Options& options_;
    std::vector<Json> script_;
    std::ofstream log_;
    int connections_ = 0;
    int alive_ = 0;
    std::size_t requests_ = 0;
    int open_ = 0;
    int peak_ = 0;
    double tokens_;
    Clock::time_point filled_;
};

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

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void* only_h1) {
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const unsigned char one[] = "\x08http/1.1";
    const bool h1 = *static_cast<const bool*>(only_h1);
    unsigned char* selected = nullptr;
    const int result = SSL_select_next_proto(&selected, out_size, h1 ? one : both, h1 ? 9 : 12, in, in_size);
    *out = selected;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--h1") {
            options.only_h1 = true;
            continue;
        }
        if (i + 1 >= argc) {
            die("no value for " + name);
        }
        const std::string value = argv[++i];
        if (name == "--cert") {
            options.cert = value;
        } else if (name == "--log") {
            options.log = value;
        } else if (name == "--script") {
            options.script = value;
        } else if (name == "--rate") {
            options.rate = std::atof(value.c_str());
        } else if (name == "--burst") {
            options.burst = std::atof(value.c_str());
        } else if (name == "--streams") {
            options.streams = static_cast<std::uint32_t>(std::atol(value.c_str()));
        } else {
            die("unknown option " + name);
        }
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    use_new_certificate(context, options.cert);
    bool only_h1 = options.only_h1;
    SSL_CTX_set_alpn_select_cb(context, select_protocol, &only_h1);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    Server server(options);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 512) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        die("cannot listen");
    }
    std::cout << ntohs(address.sin_port) << std::endl;
    std::vector<std::unique_ptr<Connection>> connections;
    for (;;) {
        std::vector<pollfd> polled{{0, POLLIN, 0}, {listener, POLLIN, 0}};
        std::optional<Clock::time_point> due;
        for (const auto& connection : connections) {
            polled.push_back(
                {connection->fd(), static_cast<short>(POLLIN | (connection->wants_write() ? POLLOUT : 0)), 0});
            if (const auto at = connection->next_due()) {
                due = due ? std::min(*due, *at) : *at;
            }
        }
        int timeout = -1;
        if (due) {
            const auto left = std::chrono::ceil<milliseconds>(*due - Clock::now()).count();
            timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
        }
        poll(polled.data(), polled.size(), timeout);
        std::array<char, 256> ignored{};
        if (polled[0].revents != 0 && read(0, ignored.data(), ignored.size()) <= 0) {
            return 0;  // whoever started us is gone
        }
        if (polled[1].revents != 0) {
            for (int fd = 0; (fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
                const int on = 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                connections.push_back(std::make_unique<Connection>(server, context, fd));
            }
        }
        for (const auto& connection : connections) {
            connection->readable();
            connection->advance();
        }
        connections.erase(std::remove_if(connections.begin(), connections.end(),
                                         [](const auto& connection) { return connection->dead(); }),
                          connections.end());
    }
}
