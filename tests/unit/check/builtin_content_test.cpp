// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "builtin_file.hpp"

namespace rfsn::check {
namespace {

using test::OneFile;

std::vector<std::uint32_t> lines(const BuiltinOutcome& outcome) {
    std::vector<std::uint32_t> numbers;
    for (const auto& finding : outcome.findings) {
        numbers.push_back(finding.line);
    }
    return numbers;
}

// In pieces: this file must not look like a conflict or a key itself.
const std::string ours = std::string(7, '<') + " HEAD\n";
const std::string separator = std::string(7, '=') + "\n";
const std::string base_marker = std::string(7, '|') + " base\n";
const std::string theirs = std::string(7, '>') + " topic\n";
const std::string key_header = std::string("-----BE") + "GIN RSA PRIV" + "ATE KEY-----\n";

TEST(MergeConflict, OnlyDuringAMergeOrWhenTold) {
    OneFile one("a.c", ours);
    EXPECT_FALSE(one.applies("check-merge-conflict"));
    BuiltinOptions options;
    options.extra = {"--assume-in-merge"};
    EXPECT_TRUE(one.applies("check-merge-conflict", options));
    one.file.merging = true;
    EXPECT_TRUE(one.applies("check-merge-conflict"));
}

TEST(MergeConflict, FindsMarkersButNotHeadings) {
    EXPECT_EQ(lines(OneFile("a.c", "x\n" + ours + "a\n" + base_marker + "b\n" + separator + "c\n" + theirs)
                        .run("check-merge-conflict")),
              (std::vector<std::uint32_t>{2, 4, 6, 8}));
    EXPECT_TRUE(lines(OneFile("a.rst", "Heading\n" + separator + "text\n").run("check-merge-conflict")).empty());
    EXPECT_EQ(lines(OneFile("a.rst", "Heading\n" + separator + ours + "a\n" + separator + "b\n" + theirs + "Heading\n" +
                                         separator)
                        .run("check-merge-conflict")),
              (std::vector<std::uint32_t>{3, 5, 7}));
    EXPECT_EQ(lines(OneFile("a.c", "a\n" + separator + "b\n" + theirs).run("check-merge-conflict")),
              (std::vector<std::uint32_t>{2, 4}));
    EXPECT_TRUE(lines(OneFile("a.c", " " + ours + std::string(7, '<') + "\n" + std::string(8, '>') + " x\n")
                          .run("check-merge-conflict"))
                    .empty());
}

TEST(LargeFiles, RoundsUpAndSkipsWhatIsNotAddedOrInLfs) {
    OneFile one("big.bin", "");
    one.file.size = 500 * 1024;
    EXPECT_TRUE(one.run("check-added-large-files").findings.empty());
    one.file.size += 1;
    const auto outcome = one.run("check-added-large-files");
    ASSERT_EQ(outcome.findings.size(), 1U);
    EXPECT_EQ(outcome.findings[0].message.substr(0, 21), "501 KB exceeds 500 KB");
    BuiltinOptions options;
    options.extra = {"--maxkb=501"};
    EXPECT_TRUE(one.run("check-added-large-files", options).findings.empty());
    one.staged.kind = model::ChangeKind::modified;
    EXPECT_FALSE(one.applies("check-added-large-files"));
    options.extra = {"--enforce-all"};
    EXPECT_TRUE(one.applies("check-added-large-files", options));
    one.file.lfs = true;
    EXPECT_FALSE(one.applies("check-added-large-files", options));
}

TEST(PrivateKey, NamesItsLinesAndHonoursAnAllowance) {
    EXPECT_EQ(lines(OneFile("k", "x\n" + key_header + "\n" + key_header).run("detect-private-key")),
              (std::vector<std::uint32_t>{2, 4}));
    EXPECT_TRUE(OneFile("k", "BEGIN PUBLIC KEY\nBEGIN CERTIFICATE\nBEGIN TRANSACTION\n")
                    .run("detect-private-key")
                    .findings.empty());
    const auto allowed = OneFile("k.py", key_header.substr(0, key_header.size() - 1) +
                                             "  # rfsn-allow: detect-private-key a header we look for\n")
                             .run("detect-private-key");
    ASSERT_EQ(allowed.findings.size(), 1U);
    EXPECT_FALSE(allowed.findings[0].blocking);
}

TEST(Secrets, ReportsMaskedAndHashedByRule) {
    const std::string token = std::string("gh") + "p_" + "0123456789abcdefghij" + "klmnopqrstuvwxyz";
    const auto outcome = OneFile("a.py", "t = '" + token + "'\n").run("secrets");
    ASSERT_EQ(outcome.findings.size(), 1U);
    const auto& finding = outcome.findings[0];
    EXPECT_EQ(finding.code, "github-pat");
    EXPECT_EQ(finding.tool, "secrets");
    EXPECT_EQ(finding.line, 1U);
    EXPECT_EQ(finding.column, 6U);
    EXPECT_TRUE(finding.blocking);
    EXPECT_EQ(finding.severity, model::Severity::error);
    EXPECT_EQ(finding.message.find(token.substr(4, 6)), std::string::npos);
    EXPECT_NE(finding.message.find("hash "), std::string::npos);
}

TEST(Secrets, AnAllowanceNeedsAReasonAndItsOwnLine) {
    const std::string token = std::string("gh") + "p_" + "0123456789abcdefghij" + "klmnopqrstuvwxyz";
    const auto blocks = [&](const std::string& text) {
        const auto outcome = OneFile("a", text).run("secrets");
        EXPECT_EQ(outcome.findings.size(), 1U) << text;
        return outcome.findings.empty() || outcome.findings[0].blocking;
    };
    EXPECT_FALSE(blocks(token + " # rfsn-allow: secrets revoked in the test org\n"));
    EXPECT_FALSE(blocks("<!-- rfsn-allow: secrets  documentation --> " + token));
    EXPECT_TRUE(blocks(token + " # rfsn-allow: secrets\n"));
    EXPECT_TRUE(blocks(token + " <!-- rfsn-allow: secrets -->\n"));
    EXPECT_TRUE(blocks(token + " # rfsn-allow: secrets-other reason\n"));
    EXPECT_TRUE(blocks("# rfsn-allow: secrets the line above does not count\n" + token));
    EXPECT_TRUE(blocks(token + "\n# rfsn-allow: secrets nor the one below\n"));
    const std::string block =
        key_header + std::string("MIIEpAIBAAKCAQEAx7Vd2FqT0") + "k3mZ8rP5wYbN1cLhGsJ9uQeR4tXo6" + "\n";
    EXPECT_FALSE(blocks("# rfsn-allow: secrets a key of the test server\n" + block));
}

TEST(Shebang, WantsOneInExecutables) {
    OneFile one("run", "echo\n");
    EXPECT_FALSE(one.applies("check-executables-have-shebangs"));
    one.staged.mode = model::FileMode::executable;
    EXPECT_TRUE(one.applies("check-executables-have-shebangs"));
    EXPECT_EQ(one.run("check-executables-have-shebangs").findings.size(), 1U);
    EXPECT_TRUE(OneFile("run", "#!/bin/sh\n").run("check-executables-have-shebangs").findings.empty());
}

TEST(Registry, OptionsAreCheckedWhenConfigured) {
    EXPECT_TRUE(check_builtin_arguments("check-added-large-files", {"--maxkb=10", "--enforce-all"}));
    EXPECT_FALSE(check_builtin_arguments("check-added-large-files", {"--maxkb=ten"}));
    EXPECT_FALSE(check_builtin_arguments("check-yaml", {"--maxkb=10"}));
    EXPECT_FALSE(check_builtin_arguments("check-yaml", {"file.yaml"}));
    EXPECT_EQ(find_builtin("no-such"), nullptr);
    for (const auto& builtin : optional_builtins()) {
        EXPECT_EQ(find_builtin(builtin.id), &builtin);
    }
}

}  // namespace
}  // namespace rfsn::check
