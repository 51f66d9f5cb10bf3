// SPDX-License-Identifier: MIT
#include "observe/audit.hpp"

#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "observe/audit_record.hpp"

namespace rfsn::observe {
namespace {

class Audit : public testing::Test {
   protected:
    Audit() : dir_(*base::TempDir::make(testing::TempDir(), "audit-")) {
        place_.log = dir_.path() + "/repo/rfsn/audit.log";
        place_.state_dir = dir_.path() + "/state/audit";
    }
    void fill(int count) {
        for (int i = 0; i < count; ++i) {
            const auto head = AuditChain(place_).append("applied", {{"proposal", "p" + std::to_string(i)}});
            ASSERT_TRUE(head) << head.error().describe();
        }
    }
    [[nodiscard]] std::string log() const { return *base::read_file(place_.log); }
    void set_log(const std::string& bytes) const { ASSERT_TRUE(base::write_atomically(place_.log, bytes, 0600)); }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> all;
        const std::string bytes = log();
        std::string_view rest = bytes;
        while (const auto line = read_audit_line(rest)) {
            all.emplace_back(rest.substr(0, line->size));
            rest.remove_prefix(line->size);
        }
        return all;
    }
    [[nodiscard]] std::string problem() const {
        const auto verdict = AuditChain(place_).verify();
        EXPECT_TRUE(verdict);
        EXPECT_EQ(verdict->intact, verdict->problem.empty());
        return verdict->problem;
    }
    static std::string joined(const std::vector<std::string>& lines) {
        std::string all;
        for (const auto& line : lines) {
            all += line;
        }
        return all;
    }

    base::TempDir dir_;
    AuditPlace place_;
};

TEST_F(Audit, NothingYetIsIntact) {
    EXPECT_EQ(problem(), "");
    EXPECT_TRUE(AuditChain(place_).read()->empty());
}

TEST_F(Audit, KeepsWhatWasAddedInOrder) {
    ASSERT_TRUE(AuditChain(place_).append("proposed", {{"paths", "a\nb \"c\" \xC3\xA9"}, {"cost", ""}}));
    fill(3);
    EXPECT_EQ(problem(), "");
    const auto records = AuditChain(place_).read();
    ASSERT_EQ(records->size(), 4U);
    EXPECT_EQ(records->front().event, "proposed");
    EXPECT_EQ(records->front().fields.at("paths"), "a\nb \"c\" \xC3\xA9");
    EXPECT_EQ(records->back().number, 4U);
    EXPECT_EQ(records->back().fields.at("proposal"), "p2");
}

TEST_F(Audit, BytesThatAreNoTextAreKeptAsText) {
    ASSERT_TRUE(AuditChain(place_).append("applied", {{"paths", "\xFF\x01"}}));
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(AuditChain(place_).read()->size(), 1U);
}

TEST_F(Audit, EveryByteCounts) {
    fill(3);
    const std::string whole = log();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        set_log(bytes);
        EXPECT_NE(problem(), "") << "byte " << at;
    }
    set_log(whole);
    EXPECT_EQ(problem(), "");
}

TEST_F(Audit, EveryWayToLoseRecordsIsFound) {
    fill(4);
    const auto all = lines();
    ASSERT_EQ(all.size(), 4U);
    const struct {
        const char* what;
        std::vector<std::string> log;
        const char* said;
    } cases[] = {
        {"the last one cut off", {all[0], all[1], all[2]}, "cut off after record 3"},
        {"half of the last one", {all[0], all[1], all[2], all[3].substr(0, 20)}, "record 4 is cut off"},
        {"one in the middle dropped", {all[0], all[2], all[3]}, "record 2"},
        {"the first dropped", {all[1], all[2], all[3]}, "record 1"},
        {"two exchanged", {all[0], all[2], all[1], all[3]}, "record 2"},
        {"one twice", {all[0], all[1], all[1], all[2], all[3]}, "record 3"},
        {"emptied", {}, "emptied"},
    };
    for (const auto& one : cases) {
        set_log(joined(one.log));
        EXPECT_NE(problem().find(one.said), std::string::npos) << one.what << ": " << problem();
        const auto added = AuditChain(place_).append("applied", {});
        ASSERT_FALSE(added) << one.what;
        EXPECT_EQ(added.error().code, base::ErrorCode::corrupt);
    }
    ASSERT_TRUE(base::remove_tree(place_.log));
    EXPECT_NE(problem().find("gone"), std::string::npos) << problem();
}

TEST_F(Audit, AForgedRecordIsFound) {
    fill(2);
    auto all = lines();
    const auto last = read_audit_line(all[1]);
    AuditRecord forged{3, "2026-01-01T00:00:00.000Z", "applied", {}};
    const auto chain = record_from_json(last->json)->chain;
    const std::string json = to_json(forged, chain);
    all.push_back(write_audit_line(json, audit_mac("a key of one's own", last->mac, json)));
    set_log(joined(all));
    EXPECT_NE(problem().find("record 3"), std::string::npos) << problem();
}

TEST_F(Audit, AHeadThatIsGoneOrAnothersIsFound) {
    fill(2);
    AuditPlace elsewhere = place_;
    elsewhere.state_dir = dir_.path() + "/other/audit";
    const auto verdict = AuditChain(elsewhere).verify();
    ASSERT_TRUE(verdict);
    EXPECT_NE(verdict->problem.find("no head"), std::string::npos);
    ASSERT_TRUE(base::remove_tree(place_.state_dir + "/key"));
    EXPECT_NE(problem().find("key"), std::string::npos);
}

TEST_F(Audit, ARecordThatACrashLeftWithoutItsHeadIsTakenIn) {
    fill(2);
    // The head of two records, kept; then a third; then the old head is put back, as if the machine had stopped.
    const std::string copy = dir_.path() + "/copy";
    std::filesystem::copy(place_.state_dir, copy);
    fill(1);
    ASSERT_TRUE(base::remove_tree(place_.state_dir));
    std::filesystem::copy(copy, place_.state_dir);
    EXPECT_EQ(problem(), "");
    fill(1);
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(AuditChain(place_).read()->size(), 4U);
}

TEST_F(Audit, HalfARecordBehindTheHeadIsCutOffAndSaid) {
    fill(2);
    set_log(log() + "200:{\"chain\":");
    EXPECT_EQ(problem(), "");
    fill(1);
    EXPECT_EQ(problem(), "");
    const auto records = AuditChain(place_).read();
    ASSERT_EQ(records->size(), 4U);
    EXPECT_EQ((*records)[2].event, "cut-off-write");
}

TEST_F(Audit, ANewChainSaysWhyItBegan) {
    fill(2);
    set_log(lines()[0]);
    const std::string why = problem();
    const auto aside = AuditChain(place_).restart(why);
    ASSERT_TRUE(aside) << aside.error().describe();
    EXPECT_TRUE(base::read_file(*aside));
    EXPECT_EQ(problem(), "");
    const auto records = AuditChain(place_).read();
    ASSERT_EQ(records->size(), 1U);
    EXPECT_EQ(records->front().event, "restarted");
    EXPECT_EQ(records->front().fields.at("problem"), why);
}

TEST_F(Audit, ManyProcessesAtOnceMakeOneChain) {
    constexpr int processes = 6, each = 8;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            int failed = 0;
            for (int j = 0; j < each; ++j) {
                failed += AuditChain(place_).append("applied", {{"proposal", std::to_string(i)}}) ? 0 : 1;
            }
            ::_exit(failed);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(AuditChain(place_).read()->size(), std::size_t{processes * each});
}

}  // namespace
}  // namespace rfsn::observe
