// SPDX-License-Identifier: MIT
#include "check/test_count.hpp"

#include <gtest/gtest.h>

namespace rfsn::check {
namespace {

TEST(CountTests, SkippedOnesAreNotRun) {
    EXPECT_EQ(count_tests("<testsuites><testsuite><testcase name='a'/><testcase name='b'><failure/></testcase>"
                          "<testcase name='c'><skipped/></testcase></testsuite></testsuites>"),
              2U);
    EXPECT_EQ(count_tests("<testsuite name='x' tests='1'><testcase name='a'/></testsuite>"), 1U);
    EXPECT_EQ(count_tests("<testsuites/>"), 0U);
}

TEST(CountTests, WhatIsNoReportCountsNothing) {
    EXPECT_EQ(count_tests(""), std::nullopt);
    EXPECT_EQ(count_tests("<html/>"), std::nullopt);
    EXPECT_EQ(count_tests("<testsuites><testsuite>"), std::nullopt);
}

}  // namespace
}  // namespace rfsn::check
