// SPDX-License-Identifier: MIT
#include "check/test_report.hpp"

#include <gtest/gtest.h>

namespace rfsn::check {
namespace {

TEST(TestReport, NamesEveryTestAndHowItEnded) {
    const auto tests = read_tests(
        "<testsuites><testsuite name='s'><testcase classname='tests.test_a.TestB' name='test_x[1]'/>"
        "<testcase name='b'><failure message='m'/></testcase><testcase classname='c' name='c'><skipped/></testcase>"
        "<testsuite><testcase name='d'><error/></testcase></testsuite></testsuite></testsuites>");
    ASSERT_TRUE(tests);
    ASSERT_EQ(tests->size(), 4U);
    EXPECT_EQ(count_run(*tests), 3U);
    EXPECT_EQ((*tests)[0].id(), "tests.test_a.TestB::test_x[1]");
    EXPECT_EQ((*tests)[0].ending, TestCase::Ending::passed);
    EXPECT_EQ((*tests)[1].id(), "b");
    EXPECT_EQ((*tests)[1].ending, TestCase::Ending::failed);
    EXPECT_EQ((*tests)[2].ending, TestCase::Ending::skipped);
    EXPECT_EQ((*tests)[3].ending, TestCase::Ending::failed);
}

TEST(TestReport, OfNothingIsEmptyAndOfAnythingElseIsNone) {
    EXPECT_TRUE(read_tests("<testsuites/>"));
    EXPECT_TRUE(read_tests("<testsuites/>")->empty());
    EXPECT_EQ(read_tests("<testsuite name='x' tests='1'><testcase name='a'/></testsuite>")->size(), 1U);
    for (const char* other : {"", "<html/>", "<testsuites><testsuite>", "\xFF"}) {
        EXPECT_FALSE(read_tests(other)) << other;
    }
}

}  // namespace
}  // namespace rfsn::check
