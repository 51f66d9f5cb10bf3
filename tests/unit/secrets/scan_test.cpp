// SPDX-License-Identifier: MIT
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "secrets/secrets.hpp"
#include "support/secret_pieces.hpp"

namespace rfsn::secrets {
namespace {

using test::joined;

TEST(Scan, GivesPlaceMaskAndHashButNeverTheValue) {
    const std::string token = test::github_token();
    const std::string text = "a\n\xC3\xA9 t = \"" + token + "\"\n";
    const auto hits = scan(text);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].rule, "github-pat");
    EXPECT_EQ(text.substr(hits[0].offset, hits[0].length), token);
    EXPECT_EQ(hits[0].line, 2U);
    EXPECT_EQ(hits[0].column, 9U);
    EXPECT_EQ(hits[0].hash, base::sha256_hex(token).substr(0, 16));
    EXPECT_TRUE(hits[0].verified);
    EXPECT_EQ(hits[0].doubt, "");
    EXPECT_EQ(hits[0].preview, joined({"ghp_****\xE2\x80\xA6", "(40)"}));
    for (const auto& field : {hits[0].preview, hits[0].description, hits[0].rule}) {
        EXPECT_EQ(field.find(token.substr(4, 6)), std::string::npos);
    }
}

TEST(Scan, ReadsUtf16WithItsMark) {
    const std::string token = test::github_token();
    for (const bool little : {true, false}) {
        std::string text = little ? "\xFF\xFE" : "\xFE\xFF";
        for (const char c : "x\nt = " + token + "\n") {
            text += little ? std::string{c, '\0'} : std::string{'\0', c};
        }
        text += little ? "\xE9" : "\x20";  // half a unit at the end
        const auto hits = scan(text);
        ASSERT_EQ(hits.size(), 1U) << little;
        EXPECT_EQ(hits[0].rule, "github-pat");
        EXPECT_EQ(hits[0].line, 2U);
        EXPECT_EQ(hits[0].column, 5U);
        EXPECT_EQ(hits[0].offset, 2U + 2U * 6U);
        EXPECT_EQ(hits[0].length, 2 * token.size());
        EXPECT_TRUE(hits[0].verified);
    }
}

TEST(Scan, APasswordIsShownWithoutAHash) {
    const auto hits = scan(joined({"postgres", "://deploy:correct-horse-9@db.corp.io/x"}));
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].rule, "database-url-password");
    EXPECT_EQ(hits[0].hash, "");
}

TEST(Scan, AFailedChecksumIsADoubtAndStillAHit) {
    const auto hits = scan(test::made_up_github_token());
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_FALSE(hits[0].verified);
    EXPECT_EQ(hits[0].doubt, "its checksum does not match");
}

TEST(Scan, OfTwoThatOverlapTheMoreSpecificIsReported) {
    const std::string url = "https://x-access-token:" + test::github_token() + "@github.com/a/b";
    const auto hits = scan(url);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].rule, "github-pat");
}

TEST(Scan, AKeyBlockIsOneHitFromItsFirstLineToItsLast) {
    const std::string block = test::pem_block();
    const auto hits = scan("x\n" + block + "y\n");
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].rule, "private-key");
    EXPECT_EQ(hits[0].line, 2U);
    EXPECT_EQ(hits[0].length, block.size() - 1);
    EXPECT_EQ(hits[0].preview.find(block.substr(40, 12)), std::string::npos);
}

TEST(Scan, AnEncryptedKeyIsDoubted) {
    std::string block = test::pem_block();
    block.insert(block.find('\n') + 1, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n");
    const auto hits = scan(block);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].doubt, "it is encrypted");
}

TEST(Scan, TokensInBinaryDataAreFound) {
    std::string text("\0\1\xFF", 3);
    text += test::github_token();
    text += std::string("\0\xFE", 2);
    EXPECT_EQ(scan(text).size(), 1U);
}

TEST(Scan, LockFilesAndHashesAreClean) {
    std::mt19937 random(3);
    const std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string_view hex = "0123456789abcdef";
    const auto run = [&](std::string_view alphabet, std::size_t size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) {
            text += alphabet[random() % alphabet.size()];
        }
        return text;
    };
    std::string lock;
    for (int i = 0; i < 20'000; ++i) {
        lock += "      \"integrity\": \"sha512-" + run(base64, 86) +
                "==\",\n      \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz#" + run(hex, 40) + "\"\n" +
                "golang.org/x/net v0.1.0 h1:" + run(base64, 43) + "=\n" +
                "    {file = \"a.whl\", hash = \"sha256:" + run(hex, 64) + "\"},\n";
    }
    const auto hits = scan(lock);
    EXPECT_TRUE(hits.empty()) << hits[0].rule << " at line " << hits[0].line;
}

TEST(Scan, StopsAtItsLimit) {
    std::string text;
    for (int i = 0; i < 50; ++i) {
        text += test::github_token() + "\n";
    }
    EXPECT_EQ(scan(text).size(), 50U);
    EXPECT_EQ(scan(text, 7).size(), 7U);
    EXPECT_EQ(scan(text)[49].line, 50U);
}

// Each of these makes one anchor after another begin; the work for each is bounded, so tens of megabytes end in time.
TEST(Scan, RepeatedAnchorsAreBoundedWork) {
    for (const std::string& piece :
         {joined({"-----BE", "GIN "}), joined({"-----BE", "GIN PRIV", "ATE KEY-----"}), joined({"gh", "p_"}),
          joined({"gl", "pat-"}), joined({"sk-", "ant-"}), joined({"postgres", "://a:b"}),
          joined({"PuTTY-User-", "Key-File-2: "}), joined({"hooks.sl", "ack.com/"}), joined({"xo", "xb-1"})}) {
        std::string text;
        text.reserve(std::size_t{2} << 20);
        while (text.size() < (std::size_t{2} << 20) - 100) {
            text += piece;
        }
        EXPECT_LE(scan(text).size(), 10'000U);
    }
}

TEST(Scan, ThreadsShareOneLazilyMadeRuleSet) {
    std::vector<std::size_t> found(8);
    std::vector<std::jthread> threads;
    const std::string text =
        joined({"S", "G.", "aB3dE5fG7hJ9kL1mN3pQ5r", ".", "aB3dE5fG7hJ9kL1mN3pQ5raB3dE5fG7hJ9kL1mN3pQ5"});
    for (auto& count : found) {
        threads.emplace_back([&count, &text] { count = scan(text).size(); });
    }
    threads.clear();
    EXPECT_EQ(found, std::vector<std::size_t>(8, 1));
}

TEST(Scan, RulesAreListedOnceEachWithADescription) {
    std::set<std::string> ids;
    for (const auto& [id, description] : rules()) {
        EXPECT_FALSE(description.empty());
        EXPECT_TRUE(ids.insert(id).second) << id;
    }
    EXPECT_GE(ids.size(), 40U);
}

}  // namespace
}  // namespace rfsn::secrets
