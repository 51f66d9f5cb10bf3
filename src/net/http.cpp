// SPDX-License-Identifier: MIT
#include "net/http.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>

#include <curl/curl.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "net/retry_after.hpp"

namespace rfsn::net {
namespace {

constexpr std::size_t max_body = std::size_t{8} << 20;
constexpr std::chrono::milliseconds connect_timeout{5000};

std::string part(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    std::string out;
    if (curl_url_get(url, which, &text, 0) == CURLUE_OK && text != nullptr) {
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

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size * count > max_body) {
        return 0;
    }
    body.append(data, size * count);
    return size * count;
}

/// The two headers that we read.
struct Waits {
    std::string retry_after, retry_after_ms;
};
std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
    auto& waits = *static_cast<Waits*>(target);
    const std::string_view line(data, size * count);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
        const std::string value(base::trim(line.substr(colon + 1)));
        if (name == "retry-after") {
            waits.retry_after = value;
        } else if (name == "retry-after-ms") {
            waits.retry_after_ms = value;
        }
    }
    return size * count;
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

Answer<HttpReply> transfer_error(CURLcode code, const char* detail, bool body_full) {
    const std::string text = base::printable(*detail != '\0' ? detail : curl_easy_strerror(code));
    switch (code) {
        case CURLE_WRITE_ERROR:
            return body_full ? llm_error("too_large", "the server's answer is larger than 8 MB")
                             : llm_error("network", text);
        case CURLE_OPERATION_TIMEDOUT:
            return llm_error("timeout", "no answer in time: " + text);
        case CURLE_COULDNT_CONNECT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_PARTIAL_FILE:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return llm_error("network", text, true);
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return llm_error("malformed", "the server does not speak HTTP as it should: " + text);
        default:
            return llm_error("network", text);
    }
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
        return refuse("holds a user or password; put the key into an environment variable");
    }
    if (!part(parsed.get(), CURLUPART_QUERY).empty() || !part(parsed.get(), CURLUPART_FRAGMENT).empty()) {
        return refuse("may have no '?' and no '#'");
    }
    Endpoint to{part(parsed.get(), CURLUPART_URL), is_loopback(part(parsed.get(), CURLUPART_HOST))};
    const std::string scheme = part(parsed.get(), CURLUPART_SCHEME);
    if (scheme != "https" && !(scheme == "http" && to.loopback)) {
        return refuse(scheme == "http" ? "is plain http to another machine; only https goes there"
                                       : "must begin with https://");
    }
    return to;
}

struct HttpClient::Curl {
    CURL* handle = nullptr;
    Curl() {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        handle = curl_easy_init();
    }
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;
    ~Curl() {
        curl_easy_cleanup(handle);
        curl_global_cleanup();
    }
};

HttpClient::HttpClient() : curl_(std::make_unique<Curl>()) {}
HttpClient::~HttpClient() = default;

Answer<HttpReply> HttpClient::post(const Endpoint& to, const std::string& body, const Key& key,
                                   std::chrono::milliseconds timeout) {
    CURL* curl = curl_->handle;
    if (curl == nullptr) {
        return llm_error("network", "libcurl cannot be started");
    }
    Headers headers;
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    headers.add("Expect:");
    if (!key.empty()) {
        std::string line = key.header();
        headers.add(line);
        wipe(line);
    }
    HttpReply reply;
    Waits waits;
    char detail[CURL_ERROR_SIZE] = "";
    const std::string agent = std::string("git-rfsn/") + base::version();
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, to.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, to.loopback ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, agent.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &waits);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    const long timeout_ms = std::max<std::int64_t>(timeout.count(), 1);
    const long connect_ms = std::min<std::int64_t>(timeout_ms, connect_timeout.count());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    if (to.loopback) {
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    }
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        if (const char* file = std::getenv(name); file != nullptr && *file != '\0') {
            curl_easy_setopt(curl, CURLOPT_CAINFO, file);
            break;
        }
    }
    if (const char* directory = std::getenv("SSL_CERT_DIR"); directory != nullptr && *directory != '\0') {
        curl_easy_setopt(curl, CURLOPT_CAPATH, directory);
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        const bool full = reply.body.size() + CURL_MAX_WRITE_SIZE > max_body;
        auto failed = transfer_error(code, detail, full);
        failed.error().message = key.masked(std::move(failed.error().message));
        return failed;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    reply.retry_after = retry_after(waits.retry_after, waits.retry_after_ms, std::chrono::system_clock::now());
    return reply;
}

}  // namespace rfsn::net
