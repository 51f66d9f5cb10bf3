// SPDX-License-Identifier: MIT
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "secrets/assignments.hpp"
#include "secrets/secrets.hpp"
#include "support/secret_pieces.hpp"

namespace rfsn::secrets {
namespace {

using test::joined;

std::string redacted(const std::string& text) {
    const auto result = redact(text);
    EXPECT_TRUE(result) << text;
    return result ? result->text() : std::string();
}

TEST(Redact, MarksASecretTheSameWayEverywhere) {
    const std::string token = test::github_token();
    const std::string marker = "[REDACTED:github-pat:" + base::sha256_hex(token).substr(0, 8) + "]";
    const auto result = redact("a " + token + " b\n" + token + "c");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->replaced(), 2U);
    EXPECT_EQ(result->text().substr(0, 2 + marker.size()), "a " + marker);
    EXPECT_EQ(result->text().find(token.substr(0, 20)), std::string::npos);
}

TEST(Redact, NumbersWhatCouldBeGuessedFromAHash) {
    const std::string text = redacted("DB_PASSWORD=hunter42!\nOTHER_PASSWORD=winter43!\nAGAIN_PASSWORD=hunter42!\n");
    EXPECT_EQ(text,
              "DB_PASSWORD=[REDACTED:assigned-secret:00000001]\nOTHER_PASSWORD=[REDACTED:assigned-secret:00000002]\n"
              "AGAIN_PASSWORD=[REDACTED:assigned-secret:00000001]\n");
    EXPECT_EQ(redacted(text), text);
}

TEST(Redact, LeavesCleanTextAsItIs) {
    const std::string text =
        "def f(token: str, key=None) -> dict[str, int]:\n    password = request.form.password\n    secret = "
        "get_secret(name)\n"
        "    max_tokens = 4096\n    author: \"Jane Doe\"\n    monkey = \"banana split 42\"\n    key = lambda x: "
        "x.name\n"
        "    token = os.environ['TOKEN']\n    api_key: ${API_KEY}\n    --token <TOKEN>\n    std::string token = "
        "next_token();\n    auth: required\n"
        "    grep -p4t5u6v7 file\n    ssh -u me:there7 x\n    form.add('password', 'required')\n    f(\"token\", "
        "value)\n"
        "    bypass = 'x86_64-linux1'\n    mkdir -p build/a1b2c3\n    docker run -p 8080:8080 -u 1000:1000 x\n";
    EXPECT_EQ(redacted(text), text);
}

TEST(Redact, MasksAssignedValues) {
    const struct {
        std::string text;
        std::string value;
    } cases[] = {
        {"password = \"Tr0ub4dor&3\"", "Tr0ub4dor&3"},
        {"DB_PASSWORD=s3cr3t-w0rd\n", "s3cr3t-w0rd"},
        {"export API_TOKEN=9f8e7d6c5b4a39281706\n", "9f8e7d6c5b4a39281706"},
        {"{\"apiKey\": \"9f8e7d6c5b4a39281706\"}", "9f8e7d6c5b4a39281706"},
        {"{\\\"secret\\\": \\\"9f8e7d6c5b4a39281706\\\"}", "9f8e7d6c5b4a39281706"},
        {"Authorization: Bearer 9f8e7d6c5b4a39281706", "9f8e7d6c5b4a39281706"},
        {"Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", "dXNlcjpwYXNzd29yZDEyMw"},
        {"secret_key => '9f8e7d6c5b4a39281706'", "9f8e7d6c5b4a39281706"},
        {"password: str = \"hunter42!\"", "hunter42!"},
        {"<password>hunter42!</password>", "hunter42!"},
        {"tool --auth-token 9f8e7d6c5b4a39281706 run", "9f8e7d6c5b4a39281706"},
        {"os.environ[\"DB_PASSWORD\"] = \"hunter42!\"", "hunter42!"},
        {"passphrase: \"correcthorsebattery\"", "correcthorsebattery"},
        {"os.environ.setdefault(\"DB_PASSWORD\", \"hunter42!\")", "hunter42!"},
        {"os.Setenv(\"API_TOKEN\", \"9f8e7d6c5b4a39281706\")", "9f8e7d6c5b4a39281706"},
        {"run([\"tool\", \"--password\", \"hunter42!\"])", "hunter42!"},
        {"creds = ('password', 'hunter42!')", "hunter42!"},
        {"dbpass = 'hunter42!'", "hunter42!"},
        {"keytool -storepass hunter42! -list", "hunter42!"},
        {"New-Thing -Password hunter42! -Force", "hunter42!"},
        {"mysql -u root -phunter42! app < dump.sql", "hunter42!"},
        {"mysqldump --opt '-phunter42!' app", "hunter42!"},
        {"sshpass -p hunter42! ssh host", "hunter42!"},
        {"docker login -u me -p 'hunter42!' registry", "hunter42!"},
        {"curl -s -u admin:hunter42! https://host/x", "hunter42!"},
        {"curl --user \"admin:hunter42!\" https://host/x", "hunter42!"},
        {"redis-cli -h host -a hunter42! ping", "hunter42!"},
        {"smbclient //h/s -U me%hunter42!", "hunter42!"},
    };
    for (const auto& one : cases) {
        const std::string text = redacted(one.text);
        EXPECT_EQ(text.find(one.value), std::string::npos) << text;
        EXPECT_NE(text.find("[REDACTED:"), std::string::npos) << text;
    }
}

TEST(Redact, MasksALongValueToItsEnd) {
    std::string value;
    for (int i = 0; i < 200; ++i) {
        value += "9f8e7d" + std::to_string(i);
    }
    for (const std::string quote : {"", "\""}) {
        const std::string text = redacted("api_key=" + quote + value + quote + " rest");
        EXPECT_EQ(text.find("9f8e7d"), std::string::npos) << text;
        EXPECT_NE(text.find(" rest"), std::string::npos) << text;
    }
}

TEST(Redact, GoesFurtherThanScan) {
    const std::string token = test::github_token();
    const std::string inside_a_word = "prefix" + token + "andMore";
    EXPECT_TRUE(scan(inside_a_word).empty());
    EXPECT_EQ(redacted(inside_a_word).find(token), std::string::npos);
    const std::string local = joined({"postgres", "://app:", "t0pS3cretPw", "@localhost/db"});
    EXPECT_TRUE(scan(local).empty());
    EXPECT_EQ(redacted(local).find("t0pS3cretPw"), std::string::npos);
}

TEST(Redact, AKeyBlockGoesWholeAlsoWithoutItsBeginningOrEnd) {
    const std::string block = test::pem_block();
    const std::string line = block.substr(block.find('\n') + 1, 40);
    for (const auto& cut : {block, block.substr(0, block.rfind("-----E")), block.substr(block.find('\n') + 1)}) {
        const std::string text = redacted("before\n" + cut + "\nafter");
        EXPECT_EQ(text.find(line), std::string::npos) << text;
        EXPECT_EQ(text.substr(0, 7), "before\n");
        EXPECT_EQ(text.substr(text.size() - 5), "after");
    }
}

TEST(Redact, FindsATokenInsideBase64) {
    const std::string token = "token : " + test::github_token();
    const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    for (std::size_t i = 0; i + 2 < token.size(); i += 3) {
        const auto byte = [&](std::size_t k) {
            return static_cast<unsigned>(static_cast<unsigned char>(token[i + k]));
        };
        const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (int shift = 18; shift >= 0; shift -= 6) {
            encoded += digits[bits >> shift & 63];
        }
    }
    EXPECT_EQ(redacted("data: " + encoded).find(encoded), std::string::npos);
}

TEST(Redact, IsIdempotentAndItsMarkersAreNoSecrets) {
    const std::string text = "password = \"Tr0ub4dor&3\"\nt=" + test::github_token() + "\n" + test::pem_block();
    const std::string once = redacted(text);
    EXPECT_EQ(redacted(once), once);
    EXPECT_TRUE(scan_for_redaction(once).empty());
    EXPECT_TRUE(scan(once).empty());
}

TEST(Redact, OnlyAWellFormedMarkerIsExempt) {
    EXPECT_EQ(marker_length("[REDACTED:github-pat:0123abcd]", 0), 30U);
    for (const char* text : {"[REDACTED:", "[REDACTED:x:0123abc]", "[REDACTED:x:0123abcg]", "[REDACTED::0123abcd]",
                             "[REDACTED:X:0123abcd]", "REDACTED"}) {
        EXPECT_EQ(marker_length(text, 0), 0U) << text;
    }
    EXPECT_EQ(redacted("password=[REDACTED:x y]Tr0ub4dor&3x9 token=9f8e7d6c5b4a39281706").find("9f8e7d6c5b4a39281706"),
              std::string::npos);
}

TEST(Redact, KeepsEveryByteThatIsNotSecret) {
    std::string text("a\0b\xFF\xFE\r\n", 7);
    EXPECT_EQ(redacted(text), text);
    EXPECT_EQ(redacted(""), "");
}

TEST(Redact, NoiseIsNeverAnErrorAndNeverLeavesAHit) {
    std::mt19937 random(11);
    const std::vector<std::string> pieces{"password",
                                          "=",
                                          ":",
                                          "\"",
                                          "'",
                                          " ",
                                          "\n",
                                          "[REDACTED:",
                                          "a:0123abcd]",
                                          "key",
                                          "--token",
                                          ">",
                                          "<secret",
                                          "Tr0ub4dor&3",
                                          "9f8e7d6c5b4a39281706",
                                          "\\",
                                          "${",
                                          "}",
                                          test::github_token(),
                                          joined({"postgres", "://u:"}),
                                          "@h",
                                          "-----",
                                          joined({"BE", "GIN PRIV", "ATE KEY-----"}),
                                          "eyJ",
                                          ".",
                                          "=>"};
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        const auto size = random() % 25;
        for (std::size_t i = 0; i < size; ++i) {
            text += pieces[random() % pieces.size()];
        }
        const auto result = redact(text);
        if (result) {
            ASSERT_TRUE(scan_for_redaction(result->text()).empty()) << text;
            ASSERT_EQ(result->text().find(test::github_token()), std::string::npos) << text;
        } else {
            ASSERT_EQ(result.error().code, base::ErrorCode::denied);
        }
        ASSERT_EQ(mask(text).find(test::github_token()), std::string::npos) << text;
    }
}

TEST(Mask, MasksLikeRedact) {
    const std::string text = "token=" + test::github_token();
    EXPECT_EQ(mask(text), redacted(text));
    EXPECT_EQ(mask("plain"), "plain");
}

TEST(Redact, HostileRepetitionsAreBoundedWork) {
    for (const std::string& piece :
         {std::string("token="), std::string("key=\\"), std::string("--a"), std::string("[REDACTED:"),
          std::string("secret: "), std::string("eyJ-"), joined({"sk-", "ant-"}), std::string("password>"),
          std::string("\"\"\"="), std::string(" -p"), std::string("curl -u a:"), std::string("\"pass\",")}) {
        std::string text;
        while (text.size() < std::size_t{200'000}) {
            text += piece;
        }
        EXPECT_NO_THROW(static_cast<void>(mask(text)));
    }
}

}  // namespace
}  // namespace rfsn::secrets
