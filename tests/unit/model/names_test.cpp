// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "model/report.hpp"

namespace rfsn::model {
namespace {

TEST(Names, GoThereAndBack) {
    for (int i = 0; i <= static_cast<int>(CheckKind::hygiene); ++i) {
        EXPECT_EQ(check_kind(name(static_cast<CheckKind>(i))), static_cast<CheckKind>(i));
    }
    for (int i = 0; i <= static_cast<int>(Stage::ci); ++i) {
        EXPECT_EQ(stage(name(static_cast<Stage>(i))), static_cast<Stage>(i));
    }
    for (int i = 0; i <= static_cast<int>(Scope::workspace); ++i) {
        EXPECT_EQ(scope(name(static_cast<Scope>(i))), static_cast<Scope>(i));
    }
    EXPECT_EQ(check_kind("Format"), std::nullopt);
    EXPECT_EQ(stage(""), std::nullopt);
}

TEST(Names, TheFiveStatesAreFiveWords) {
    EXPECT_STREQ(name(RunState::passed), "passed");
    EXPECT_STREQ(name(RunState::blocked), "blocked");
    EXPECT_STREQ(name(RunState::unavailable), "unavailable");
    EXPECT_STREQ(name(RunState::skipped), "skipped");
    EXPECT_STREQ(name(RunState::error), "error");
}

TEST(StagedFile, OnlyRegularFilesHaveContent) {
    StagedFile file;
    for (const auto mode : {FileMode::none, FileMode::symlink, FileMode::gitlink}) {
        file.mode = mode;
        EXPECT_FALSE(file.has_content());
    }
    file.mode = FileMode::executable;
    EXPECT_TRUE(file.has_content());
}

}  // namespace
}  // namespace rfsn::model
