// SPDX-License-Identifier: MIT
#include "secrets/structure.hpp"

#include <gtest/gtest.h>

#include "secrets/placeholder.hpp"
#include "support/secret_pieces.hpp"

namespace rfsn::secrets {
namespace {

TEST(Structure, Crc32IsTheStandardOne) {
    EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

TEST(Structure, GithubChecksumsHoldOrNot) {
    auto token = test::github_token();
    EXPECT_TRUE(check_structure("crc32-base62", token, 4).holds);
    token[10] = token[10] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(check_structure("crc32-base62", token, 4).holds);
    EXPECT_FALSE(check_structure("crc32-base62", "ab", 4).holds);
}

TEST(Structure, AwsKeyIdsHoldAnAccount) {
    // The documentation's own key id: account 581039954779.
    EXPECT_TRUE(check_structure("base32-account", test::joined({"AS", "IA", "QNZGKIQY56JQ7WML"}), 4).holds);
    EXPECT_FALSE(check_structure("base32-account", test::joined({"AK", "IA", "0000000000000000"}), 4).holds);
}

TEST(Structure, Base64TakesBothAlphabetsAndRefusesTheRest) {
    EXPECT_EQ(base64_decode("aGk/").value(), "hi?");
    EXPECT_EQ(base64_decode("aGk_").value(), "hi?");
    EXPECT_EQ(base64_decode("aA==").value(), "h");
    EXPECT_EQ(base64_decode("").value(), "");
    EXPECT_FALSE(base64_decode("a b"));
    EXPECT_FALSE(base64_decode("a=b"));
}

TEST(Placeholder, TellsPlaceholdersFromTokens) {
    for (const char* body : {"", "xxxxxxxxxxxxxxxxxxxx", "AAAAAAAAAAAAAAAA", "abababababababab", "IOSFODNN7EXAMPLE",
                             "your_token_here", "YOUR_TOKEN_HERE", "abcd-placeholder-1234", "9f8eXXXXXXXX77d1"}) {
        EXPECT_TRUE(is_placeholder_token(body)) << body;
    }
    for (const char* body :
         {"9f8e7d6c5b4a39281706", "aB3dE5fG7hJ9kL1mN3pQ", "0123456789abcdefghijklmnopqrstuvwxyz", "MIIEpAIBAAKCAQEA"}) {
        EXPECT_FALSE(is_placeholder_token(body)) << body;
    }
    for (const char* value : {"", "$PASSWORD", "${X}", "{{ pw }}", "<password>", "%s", "****", "changeme", "Password",
                              "xxxxxxxx", "your-password"}) {
        EXPECT_TRUE(is_placeholder_password(value)) << value;
    }
    EXPECT_FALSE(is_placeholder_password("Tr0ub4dor&3"));
}

TEST(Placeholder, ExampleHostsLeadNowhere) {
    for (const char* host : {"localhost", "LOCALHOST", "127.0.0.1", "[::1]", "db.example.com", "x.test", "a.invalid"}) {
        EXPECT_TRUE(is_example_host(host)) << host;
    }
    EXPECT_FALSE(is_example_host("db.corp.io"));
    EXPECT_FALSE(is_example_host(""));
}

TEST(Placeholder, EntropyIsShannons) {
    EXPECT_DOUBLE_EQ(entropy("aaaa"), 0.0);
    EXPECT_DOUBLE_EQ(entropy("abcd"), 2.0);
}

}  // namespace
}  // namespace rfsn::secrets
