// SPDX-License-Identifier: MIT
#include <filesystem>
#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "net/key_source.hpp"
#include "pool_fixture.hpp"

namespace rfsn::net {
namespace {

Key key_of(std::string value, const std::string& host = "h:443") {
    auto key = Key::take(value, host, "a test");
    EXPECT_TRUE(key);
    EXPECT_TRUE(value.empty());
    return std::move(*key);
}

TEST(Key, GoesOnlyToItsHost) {
    const Key key = key_of(" sk-very-secret-123\n");
    EXPECT_EQ(key.header("Authorization: Bearer ", "h:443"), "Authorization: Bearer sk-very-secret-123");
    EXPECT_EQ(key.header("x-api-key: ", "h:444"), "");
    EXPECT_EQ(key.header("x-api-key: ", "evil.example:443"), "");
    std::string odd = "two words";
    EXPECT_FALSE(Key::take(odd, "h:443", "x"));
    EXPECT_TRUE(odd.empty());
    std::string header = "sk\r\nx-evil: 1";
    EXPECT_FALSE(Key::take(header, "h:443", "x"));
}

TEST(Key, IsMaskedWholeAndInPart) {
    const Key key = key_of("sk-very-secret-123");
    EXPECT_EQ(key.masked("a sk-very-secret-123 b"), "a [key] b");
    EXPECT_EQ(key.masked("ends in ecret-123."), "ends in [key].");
    EXPECT_EQ(key.masked("secret is a word"), "secret is a word");
    EXPECT_EQ(Key().masked("x"), "x");
}

class KeySource : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(std::filesystem::temp_directory_path(), "keys-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        for (const char* name : {"RFSN_TEST_KEY", "VAULT_TOKEN", "RFSN_TEST_SECRET"}) {
            unsetenv(name);
        }
        target_ = target_at("https://api.example.org/v1");
        target_.key.env = "RFSN_TEST_KEY";
    }
    void TearDown() override {
        unsetenv("RFSN_TEST_KEY");
        unsetenv("RFSN_TEST_SECRET");
        unsetenv("VAULT_TOKEN");
    }
    /// The key as it would be sent, or "CODE: message".
    std::string found(const Network& network = {}) {
        const auto to = endpoint(target_.base_url);
        const auto key = find_key(target_, *to, network);
        return key ? (*key)->header("", to->host) : key.error().code + ": " + key.error().message;
    }
    std::string file(const std::string& text, unsigned mode) {
        const std::string path = dir_->path() + "/key";
        EXPECT_TRUE(base::write_atomically(path, text, 0600));
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    std::unique_ptr<base::TempDir> dir_;
    Target target_;
};

TEST_F(KeySource, TheFirstThatHasOneWins) {
    target_.key.sources = {"env", "file", "command"};
    target_.key.file = file("from-file\n", 0600);
    target_.key.command = {"sh", "-c", "echo from-command; echo more"};
    setenv("RFSN_TEST_KEY", "from-env", 1);
    EXPECT_EQ(found(), "from-env");
    unsetenv("RFSN_TEST_KEY");
    EXPECT_EQ(found(), "from-file");
    target_.key.sources = {"command", "file"};
    EXPECT_EQ(found(), "from-command");
    target_.key.file = dir_->path() + "/absent";
    target_.key.sources = {"file", "command"};
    EXPECT_EQ(found(), "from-command");
    target_.key.sources = {"env"};
    EXPECT_EQ(found().substr(0, 15), "not_configured:");
    EXPECT_NE(found().find("RFSN_TEST_KEY (not set)"), std::string::npos);
    target_.key.sources = {"keyring"};
    EXPECT_NE(found().find("no source of keys"), std::string::npos);
}

TEST_F(KeySource, AFileIsItsOwnersAlone) {
    target_.key.sources = {"file", "command"};
    target_.key.command = {"echo", "not-this-one"};
    target_.key.file = file("secret-in-file", 0644);
    EXPECT_NE(found().find("chmod 600"), std::string::npos);
    EXPECT_EQ(found().find("secret-in-file"), std::string::npos);
    target_.key.file = dir_->path();
    EXPECT_NE(found().find("not a regular file"), std::string::npos);
    target_.key.file = "relative/key";
    EXPECT_NE(found().find("no absolute path"), std::string::npos);
    target_.key.file = file(std::string(70000, 'x'), 0600);
    EXPECT_NE(found().find("too large"), std::string::npos);
    target_.key.file = file("two words", 0600);
    EXPECT_NE(found().find("characters that no key has"), std::string::npos);
}

TEST_F(KeySource, AProgramThatFailsIsAnErrorAndSeesNoKey) {
    target_.key.sources = {"command", "env"};
    setenv("RFSN_TEST_KEY", "from-env", 1);
    target_.key.command = {"sh", "-c", "echo half-a-key; echo words-with-a-key >&2; exit 1"};
    EXPECT_EQ(found().substr(0, 15), "not_configured:");
    EXPECT_EQ(found().find("key;"), std::string::npos);
    target_.key.command = {"sh", "-c", "echo \"x${RFSN_TEST_KEY}x$(pwd)\""};
    EXPECT_EQ(found(), "xx/");
}

TEST_F(KeySource, GitsCredentialStore) {
    const std::string home = dir_->path();
    const std::string before = getenv("HOME") == nullptr ? "" : getenv("HOME");
    setenv("HOME", home.c_str(), 1);
    ASSERT_TRUE(base::write_atomically(home + "/.gitconfig", "[credential]\n\thelper = store\n", 0600));
    ASSERT_TRUE(base::write_atomically(home + "/.git-credentials",
                                       "https://me:from-git@api.example.org\nhttps://me:other@evil.example\n", 0600));
    target_.key.sources = {"git"};
    EXPECT_EQ(found(), "from-git");
    target_.base_url = "https://api.example.net/v1";
    EXPECT_EQ(found().substr(0, 15), "not_configured:");
    setenv("HOME", before.c_str(), 1);
}

TEST_F(KeySource, VaultByTokenAndByAppRole) {
    const json secret{{"data", {{"data", {{"api_key", "from-vault"}}}, {"metadata", {{"version", 3}}}}}};
    const test::H2Server server(steps({{{"body", secret}},
                                       {{"body", {{"auth", {{"client_token", "hvs.by-role"}}}}}},
                                       {{"body", secret}},
                                       {{"status", 404}, {"body", {{"errors", json::array()}}}},
                                       {{"status", 403}, {"body", {{"errors", {"permission denied hvs.by-token"}}}}},
                                       {{"status", 503}, {"body", {{"errors", {"Vault is sealed"}}}}}}));
    const Network network{server.cert(), ""};
    target_.key.sources = {"vault"};
    VaultConfig& vault = target_.key.vault;
    vault.address = server.url("/");
    vault.space = "team/a";
    vault.path = "git-rfsn/open ai";
    vault.field = "api_key";
    setenv("VAULT_TOKEN", "hvs.by-token", 1);
    EXPECT_EQ(found(network), "from-vault");
    unsetenv("VAULT_TOKEN");
    EXPECT_NE(found(network).find("neither a token"), std::string::npos);
    vault.role_id = "role-1";
    vault.secret_id_env = "RFSN_TEST_SECRET";
    setenv("RFSN_TEST_SECRET", "secret-1", 1);
    EXPECT_EQ(found(network), "from-vault");
    setenv("VAULT_TOKEN", "hvs.by-token", 1);
    EXPECT_EQ(found(network).substr(0, 15), "not_configured:");
    EXPECT_EQ(found(network).substr(0, 5), "auth:");
    EXPECT_EQ(found(network).find("hvs.by-token"), std::string::npos);
    const auto requests = server.requests();
    EXPECT_EQ(requests[0]["method"], "GET");
    EXPECT_EQ(requests[0]["path"], "/v1/secret/data/git-rfsn/open%20ai");
    EXPECT_EQ(requests[0]["headers"]["x-vault-token"], "hvs.by-token");
    EXPECT_EQ(requests[0]["headers"]["x-vault-namespace"], "team/a");
    EXPECT_EQ(requests[1]["path"], "/v1/auth/approle/login");
    EXPECT_EQ(requests[1]["json"]["role_id"], "role-1");
    EXPECT_EQ(requests[1]["json"]["secret_id"], "secret-1");
    EXPECT_FALSE(requests[1]["headers"].contains("x-vault-token"));
    EXPECT_EQ(requests[2]["headers"]["x-vault-token"], "hvs.by-role");
    vault.address = "http://vault.example:8200";
    EXPECT_NE(found(network).find("plain http to another machine"), std::string::npos);
}

}  // namespace
}  // namespace rfsn::net
