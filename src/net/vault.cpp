// SPDX-License-Identifier: MIT
// HashiCorp Vault's HTTP API: a login by AppRole where there is no token, one read of a KV version 2 secret.
#include "base/text.hpp"
#include "net/failure.hpp"
#include "net/json_reading.hpp"
#include "net/key_source.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

constexpr std::chrono::seconds exchange_timeout{10};

/// Wipes every string in it: the reply held secrets.
void wipe_json(Json& json) {
    if (json.is_string()) {
        wipe(json.get_ref<std::string&>());
    } else if (json.is_structured()) {
        for (auto& item : json) {
            wipe_json(item);
        }
    }
}

class Session {
   public:
    Session(const VaultConfig& vault, const Network& network) : vault_(vault), network_(network) {}

    /// nullopt body: GET. Null for 404.
    Answer<Json> exchange(const std::string& path, const std::shared_ptr<const Key>& token,
                          std::optional<std::string> body) {
        auto to = endpoint(joined_url(vault_.address, "") + path);
        if (!to) {
            to.error().message = "Vault: " + to.error().message;
            return tl::make_unexpected(std::move(to.error()));
        }
        HttpRequest request;
        request.to = *to;
        request.headers.emplace_back("X-Vault-Request: true");
        if (!vault_.space.empty()) {
            request.headers.push_back("X-Vault-Namespace: " + vault_.space);
        }
        request.key_header = "X-Vault-Token: ";
        request.key = token;
        request.body = std::move(body);
        auto reply = perform(network_, std::move(request), exchange_timeout);
        if (!reply) {
            reply.error().message = "Vault: " + reply.error().message;
            return tl::make_unexpected(std::move(reply.error()));
        }
        if (reply->status == 404) {
            return Json();
        }
        if (reply->status != 200) {
            LlmError error = failure(reply->status, reply->body, reply->headers, std::chrono::system_clock::now());
            error.message = "Vault: " + (token == nullptr ? error.message : token->masked(error.message));
            // Its 400 for a login is about the role or its secret.
            error.code = reply->status == 400 ? "auth" : error.code;
            return tl::make_unexpected(std::move(error));
        }
        Json json = parse_json(reply->body);
        wipe(reply->body);
        if (!json.is_object()) {
            return llm_error("malformed", "Vault: the answer is no JSON object");
        }
        return json;
    }

    /// The host that a token is bound to.
    [[nodiscard]] Answer<std::string> host() const {
        const auto to = endpoint(joined_url(vault_.address, "") + "/v1/sys/health");
        return to ? Answer<std::string>(to->host) : tl::make_unexpected(to.error());
    }

   private:
    const VaultConfig& vault_;
    const Network& network_;
};

Answer<std::string> secret_id(const VaultConfig& vault) {
    std::string value = variable(vault.secret_id_env);
    if (value.empty() && !vault.secret_id_file.empty()) {
        return read_private_file(vault.secret_id_file);
    }
    return value;
}

Answer<std::string> log_in(const VaultConfig& vault, Session& session) {
    auto secret = secret_id(vault);
    if (!secret) {
        return secret;
    }
    Json login{{"role_id", vault.role_id}};
    if (!secret->empty()) {
        login["secret_id"] = *secret;
    }
    wipe(*secret);
    std::string body = dump(login);
    wipe_json(login);
    const std::string mount = vault.login_mount.empty() ? "approle" : vault.login_mount;
    auto reply = session.exchange("/v1/auth/" + path_escaped(mount) + "/login", nullptr, std::move(body));
    if (!reply) {
        return tl::make_unexpected(std::move(reply.error()));
    }
    std::string token = string_at(member(*reply, "auth"), "client_token");
    wipe_json(*reply);
    return token.empty() ? Answer<std::string>(llm_error("auth", "Vault: the login by AppRole gave no token")) : token;
}

std::string escaped_path(std::string_view path) {
    std::string out;
    for (const auto part : base::split(path, '/')) {
        if (!part.empty()) {
            out += "/" + path_escaped(part);
        }
    }
    return out;
}

}  // namespace

Answer<std::string> read_vault(const VaultConfig& vault, const Network& network) {
    if (vault.path.empty() || vault.path.find("..") != std::string::npos) {
        return llm_error("not_configured", "Vault: no path of a secret is set");
    }
    Session session(vault, network);
    const auto host = session.host();
    if (!host) {
        return llm_error("not_configured", "Vault: " + host.error().message);
    }
    std::string value = variable(vault.token_env.empty() ? "VAULT_TOKEN" : vault.token_env);
    if (value.empty() && !vault.role_id.empty()) {
        auto logged_in = log_in(vault, session);
        if (!logged_in) {
            return logged_in;
        }
        value = std::move(*logged_in);
    }
    if (value.empty()) {
        return llm_error("not_configured", "Vault: there is neither a token (in " +
                                               (vault.token_env.empty() ? "VAULT_TOKEN" : vault.token_env) +
                                               ") nor an AppRole's role_id");
    }
    auto token = Key::take(value, *host, "Vault's token");
    if (!token) {
        return tl::make_unexpected(std::move(token.error()));
    }
    const std::string mount = vault.mount.empty() ? "secret" : vault.mount;
    auto reply = session.exchange("/v1" + escaped_path(mount) + "/data" + escaped_path(vault.path),
                                  std::make_shared<const Key>(std::move(*token)), std::nullopt);
    if (!reply) {
        return tl::make_unexpected(std::move(reply.error()));
    }
    const std::string field = vault.field.empty() ? "key" : vault.field;
    std::string key = string_at(member(member(*reply, "data"), "data"), field.c_str());
    wipe_json(*reply);
    return key;
}

}  // namespace rfsn::net
