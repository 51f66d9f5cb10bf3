// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "net/key.hpp"
#include "net/llm_exchange.hpp"

namespace rfsn::net {

struct HttpReply {
    long status = 0;
    std::string body;
    std::chrono::milliseconds retry_after{0};
};

/// Where a request may go. Errors: not_configured for anything but https, or http to this machine; for credentials,
/// query or fragment.
struct Endpoint {
    std::string url;
    bool loopback = false;
};
[[nodiscard]] Answer<Endpoint> endpoint(const std::string& url);

/// An HTTP client that keeps its connections. No redirects, bodies up to 8 MB, proxies and CA files from the
/// environment. Not thread safe.
class HttpClient {
   public:
    HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();
    /// POSTs JSON. Errors: network, timeout, too_large, not_configured; an HTTP status is no error here.
    [[nodiscard]] Answer<HttpReply> post(const Endpoint& to, const std::string& body, const Key& key,
                                         std::chrono::milliseconds timeout);

   private:
    struct Curl;
    std::unique_ptr<Curl> curl_;
};

}  // namespace rfsn::net
