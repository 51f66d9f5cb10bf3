// SPDX-License-Identifier: MIT
#include "isolate/surroundings.hpp"

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"

namespace rfsn::isolate {
namespace {

TEST(MissingToolCaches, AreOursWhereTheUsersIsNotThereWhoeverNamedIt) {
    const auto home = *base::TempDir::make(std::filesystem::temp_directory_path().string(), "home-");
    const auto given = [&](const std::string& gocache) {
        std::map<std::string, std::string, std::less<>> values{{"HOME", home.path()}};
        if (!gocache.empty()) {
            values["GOCACHE"] = gocache;
        }
        std::map<std::string, std::string> all;
        for (auto& [name, value] : missing_tool_caches(base::Environment(values), "/ours")) {
            all[name] = value;
        }
        return all;
    };
    EXPECT_EQ(given("")["GOCACHE"].rfind("/ours/", 0), 0U);
    EXPECT_EQ(given(home.path() + "/absent")["GOCACHE"].rfind("/ours/", 0), 0U);
    EXPECT_EQ(given("off").count("GOCACHE"), 0U);
    std::filesystem::create_directories(home.path() + "/there");
    EXPECT_EQ(given(home.path() + "/there").count("GOCACHE"), 0U);
}

}  // namespace
}  // namespace rfsn::isolate
