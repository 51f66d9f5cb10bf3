// SPDX-License-Identifier: MIT
#include "net/http.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include <curl/curl.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "net/key_source.hpp"

namespace rfsn::net {
namespace {

constexpr long connect_timeout_ms = 5000;
constexpr std::size_t max_field = 1000;

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    std::string out;
    if (curl_url_get(url, which, &text, flags) == CURLUE_OK && text != nullptr) {
        out = text;
    }
    curl_free(text);
    return out;
}

bool is_loopback(const std::string& host) {
    if (host == "localhost" || host == "[::1]") {
        return true;
    }
    return host.rfind("127.", 0) == 0 && host.find_first_not_of("0123456789.") == std::string::npos;
}

/// A header list whose bytes are overwritten when it goes: one of them holds the key.
class Headers {
   public:
    Headers() = default;
    Headers(const Headers&) = delete;
    Headers& operator=(const Headers&) = delete;
    ~Headers() {
        for (curl_slist* item = list_; item != nullptr; item = item->next) {
            explicit_bzero(item->data, std::strlen(item->data));
        }
        curl_slist_free_all(list_);
    }
    void add(const std::string& line) {
        if (curl_slist* longer = curl_slist_append(list_, line.c_str())) {
            list_ = longer;
        }
    }
    [[nodiscard]] curl_slist* get() const { return list_; }

   private:
    curl_slist* list_ = nullptr;
};

/// Initialised once; never cleaned up, as the process ends right after.
bool libcurl_is_ready() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

bool is_wanted(std::string_view name) {
    return name == "content-type" || name == "x-should-retry" || name.find("retry-after") != std::string_view::npos ||
           name.find("ratelimit") != std::string_view::npos;
}

}  // namespace

Answer<Endpoint> endpoint(const std::string& url) {
    const auto refuse = [](const char* why) { return llm_error("not_configured", std::string("the base URL ") + why); };
    for (const char c : url) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            return refuse("holds a space or a character that URLs do not have");
        }
    }
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
        return refuse("is no URL; write it like https://api.example.com/v1");
    }
    if (!part(parsed.get(), CURLUPART_USER).empty() || !part(parsed.get(), CURLUPART_PASSWORD).empty()) {
        return refuse("holds a user or password; the key has settings of its own");
    }
    const std::string query = part(parsed.get(), CURLUPART_QUERY);
    const bool ours = query.empty() || query == "alt=sse" || query.rfind("api-version=", 0) == 0;
    if (!ours || query.find('&') != std::string::npos || !part(parsed.get(), CURLUPART_FRAGMENT).empty()) {
        return refuse("may have no '?' and no '#'");
    }
    const std::string host = part(parsed.get(), CURLUPART_HOST);
    Endpoint to{part(parsed.get(), CURLUPART_URL), host + ":" + part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT),
                is_loopback(host)};
    const std::string scheme = part(parsed.get(), CURLUPART_SCHEME);
    if (scheme != "https" && !(scheme == "http" && to.loopback)) {
        return refuse(scheme == "http" ? "is plain http to another machine; only https goes there"
                                       : "must begin with https://");
    }
    return to;
}

struct Transfer::State {
    HttpRequest request;
    Events events;
    CURL* easy = nullptr;
    Headers header_lines;
    HeaderFields fields;
    std::optional<std::chrono::steady_clock::time_point> dispatched;
    std::size_t received = 0;
    bool began = false;
    bool too_large = false;
    char detail[CURL_ERROR_SIZE] = "";

    State(HttpRequest wanted, Events listeners) : request(std::move(wanted)), events(std::move(listeners)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        curl_easy_cleanup(easy);
        if (request.body) {
            wipe(*request.body);  // a login holds a secret, a prompt the code
        }
    }

    static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
        auto& state = *static_cast<State*>(target);
        const std::size_t bytes = size * count;
        state.begin();
        state.received += bytes;
        if (state.received > max_reply_bytes) {
            state.too_large = true;
            return 0;
        }
        if (state.events.body) {
            state.events.body({data, bytes});
        }
        return bytes;
    }

    static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
        auto& fields = static_cast<State*>(target)->fields;
        const std::string_view line(data, size * count);
        if (line.substr(0, 5) == "HTTP/") {
            fields.clear();  // what came before was a 1xx
            return size * count;
        }
        const auto colon = line.find(':');
        if (colon != std::string_view::npos) {
            std::string name(line.substr(0, std::min(colon, max_field)));
            std::transform(name.begin(), name.end(), name.begin(),
                           [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
            if (is_wanted(name)) {
                fields[name] = base::trim(line.substr(colon + 1)).substr(0, max_field);
            }
        }
        return size * count;
    }

    static int about_to_send(void* target, char*, char*, int, int) {
        static_cast<State*>(target)->dispatched = std::chrono::steady_clock::now();
        return CURL_PREREQFUNC_OK;
    }

    void begin() {
        if (!began) {
            began = true;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (events.begin) {
                events.begin(status, fields);
            }
        }
    }

    void set_headers() {
        header_lines.add("Accept: application/json, text/event-stream");
        header_lines.add("Expect:");
        if (request.body) {
            header_lines.add("Content-Type: application/json");
        }
        for (const auto& line : request.headers) {
            header_lines.add(line);
        }
        if (request.key != nullptr && !request.key->empty()) {
            std::string line = request.key->header(request.key_header, request.to.host);
            if (!line.empty()) {
                header_lines.add(line);
            }
            wipe(line);
        }
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_lines.get());
    }

    void set_network(const Network& network) {
        if (!network.proxy.empty()) {
            curl_easy_setopt(easy, CURLOPT_PROXY, network.proxy.c_str());
        } else if (request.to.loopback) {
            curl_easy_setopt(easy, CURLOPT_PROXY, "");
        }
        std::string file = network.ca_file;
        for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
            file = file.empty() ? variable(name) : file;
        }
        if (!file.empty()) {
            curl_easy_setopt(easy, CURLOPT_CAINFO, file.c_str());  // libcurl keeps a copy
        }
        if (const std::string directory = variable("SSL_CERT_DIR"); !directory.empty()) {
            curl_easy_setopt(easy, CURLOPT_CAPATH, directory.c_str());
        }
    }
};

Transfer::Transfer(const Network& network, HttpRequest request, Events events)
    : state_(std::make_unique<State>(std::move(request), std::move(events))) {
    State& state = *state_;
    state.easy = libcurl_is_ready() ? curl_easy_init() : nullptr;
    CURL* const easy = state.easy;
    if (easy == nullptr) {
        return;
    }
    static const std::string agent = std::string("git-rfsn/") + base::version();
    curl_easy_setopt(easy, CURLOPT_URL, state.request.to.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, state.request.to.loopback ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    // Rather wait for a connection that can be shared than open one more.
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, agent.c_str());
    if (state.request.body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(state.request.body->size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, state.request.body->c_str());
    }
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, State::take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &state);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, State::take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &state);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, State::about_to_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &state);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, state.detail);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &state);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 30L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 90L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    state.set_headers();
    state.set_network(network);
}

Transfer::~Transfer() = default;

void* Transfer::easy() const {
    return state_->easy;
}

std::optional<std::chrono::steady_clock::time_point> Transfer::dispatched() const {
    return state_->dispatched;
}

std::chrono::microseconds Transfer::handshake() const {
    curl_off_t connected = 0, secured = 0;
    curl_easy_getinfo(state_->easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(state_->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    return std::chrono::microseconds(std::max<curl_off_t>(secured - connected, 0));
}

long Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(state_->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

int Transfer::http_version() const {
    long version = 0;
    curl_easy_getinfo(state_->easy, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_2_0 ? 20 : version == CURL_HTTP_VERSION_NONE ? 0 : 11;
}

const HeaderFields& Transfer::headers() const {
    return state_->fields;
}

LlmError Transfer::error(int code) const {
    const auto curl_code = static_cast<CURLcode>(code);
    std::string text = base::printable(state_->detail[0] != '\0' ? state_->detail : curl_easy_strerror(curl_code));
    const auto made = [&](const char* kind, const std::string& words, bool retryable = false) {
        const Key* const key = state_->request.key.get();
        return LlmError{kind, key == nullptr ? words : key->masked(words), retryable, {}, {}};
    };
    long tunnel = 0;
    curl_easy_getinfo(state_->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    if (tunnel == 407) {
        return made("network", "the proxy asks for a login, or refuses the one it got: name it in llm.proxy");
    }
    if (tunnel >= 400) {
        return made("network", "the proxy does not let it through (status " + std::to_string(tunnel) + ")",
                    tunnel >= 500);
    }
    switch (curl_code) {
        case CURLE_WRITE_ERROR:
            return state_->too_large ? made("too_large", "the server's answer is larger than 8 MB")
                                     : made("network", text);
        case CURLE_OPERATION_TIMEDOUT:
            return state_->dispatched ? made("timeout", "no answer in time: " + text) : made("network", text, true);
        case CURLE_COULDNT_CONNECT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_PARTIAL_FILE:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return made("network", text, true);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CONNECT_ERROR:
            return made("network", text + "; if a proxy or a company CA is in between, set llm.ca_file");
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return made("malformed", "the server does not speak HTTP as it should: " + text);
        default:
            return made("network", text);
    }
}

Answer<HttpReply> perform(const Network& network, HttpRequest request, std::chrono::milliseconds timeout) {
    HttpReply reply;
    Transfer transfer(network, std::move(request),
                      {nullptr, [&](std::string_view piece) { reply.body.append(piece); }});
    if (transfer.easy() == nullptr) {
        return llm_error("network", "libcurl cannot be started");
    }
    curl_easy_setopt(transfer.easy(), CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::max<std::int64_t>(timeout.count(), 1)));
    const CURLcode code = curl_easy_perform(transfer.easy());
    if (code != CURLE_OK) {
        return tl::make_unexpected(transfer.error(code));
    }
    reply.status = transfer.status();
    reply.headers = transfer.headers();
    return reply;
}

}  // namespace rfsn::net
