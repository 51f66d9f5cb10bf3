// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/key.hpp"
#include "net/limits.hpp"
#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// A reply may be so large, unpacked.
inline constexpr std::size_t max_reply_bytes = std::size_t{8} << 20;

/// Where a request may go. Errors: not_configured for anything but https, or http to this machine; for credentials and
/// fragments, and for a query that we did not put there.
struct Endpoint {
    std::string url;
    std::string host;  ///< with its port: what a key is bound to
    bool loopback = false;
};
[[nodiscard]] Answer<Endpoint> endpoint(const std::string& url);

/// The way out. What is empty is taken from the environment (https_proxy, no_proxy, SSL_CERT_FILE, ...), except that
/// this machine is never asked through the environment's proxy.
struct Network {
    std::string ca_file;
    std::string proxy;
};

struct HttpRequest {
    Endpoint to;
    std::vector<std::string> headers;
    std::string key_header;  ///< the name that the key is sent under
    std::shared_ptr<const Key> key;
    std::optional<std::string> body;  ///< JSON, POSTed; nullopt: GET
};

/// One request under way on one curl handle: no redirects, no waiting for 100-continue, TLS checked. Used by one
/// thread.
class Transfer {
   public:
    struct Events {
        std::function<void(long status, const HeaderFields&)> begin;  ///< before the first byte of the body
        std::function<void(std::string_view)> body;
    };
    Transfer(const Network& network, HttpRequest request, Events events);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    /// A CURL*; nullptr if libcurl could not be started.
    [[nodiscard]] void* easy() const;
    /// Since when it is on its way: the connection is there and the request goes out. nullopt while it is queued.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> dispatched() const;
    /// How long TLS took with this connection; zero without it.
    [[nodiscard]] std::chrono::microseconds handshake() const;
    [[nodiscard]] long status() const;
    [[nodiscard]] int http_version() const;  ///< 11, 20
    [[nodiscard]] const HeaderFields& headers() const;
    /// What a CURLcode other than CURLE_OK means.
    [[nodiscard]] LlmError error(int code) const;

    struct State;

   private:
    std::unique_ptr<State> state_;
};

struct HttpReply {
    long status = 0;
    HeaderFields headers;
    std::string body;
};
/// One request, start to end, on the calling thread. Errors: network, timeout, too_large, malformed.
[[nodiscard]] Answer<HttpReply> perform(const Network& network, HttpRequest request, std::chrono::milliseconds timeout);

}  // namespace rfsn::net
