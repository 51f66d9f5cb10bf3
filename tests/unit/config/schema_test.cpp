// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "base/env.hpp"
#include "config/config.hpp"

namespace rfsn::config {
namespace {

// The published schema is what the program holds. After a change of the table of keys:
//   RFSN_ACCEPT=1 unit_config --gtest_filter='Schema.*'
// (the test's main removes RFSN_ variables, so it is read from the environment the process was started with).
bool accept() {
    std::ostringstream all;
    all << '\0' << std::ifstream("/proc/self/environ", std::ios::binary).rdbuf();
    return all.str().find(std::string("\0RFSN_ACCEPT=1\0", 15)) != std::string::npos;
}

TEST(Schema, IsTheOnePublished) {
    const std::string path = std::string(RFSN_SOURCE_DIR) + "/config/rfsn.schema.json";
    const std::string ours = json_schema() + "\n";
    if (accept()) {
        ASSERT_TRUE(base::write_atomically(path, ours, 0644));
    }
    const auto published = base::read_file(path);
    ASSERT_TRUE(published) << published.error().describe();
    EXPECT_EQ(*published, ours) << "run this test once with RFSN_ACCEPT=1";
}

TEST(Schema, HasEveryKeyAndNoOther) {
    const auto schema = nlohmann::json::parse(json_schema());
    EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    std::set<std::string> found;
    for (const auto& [name, group] : schema["properties"].items()) {
        if (name == "checks") {
            EXPECT_EQ(group["additionalProperties"]["additionalProperties"], false);
            for (const auto& [field, rule] : group["additionalProperties"]["properties"].items()) {
                found.insert("checks.ID." + field);
                EXPECT_TRUE(rule.contains("description"));
            }
        } else if (group.contains("properties")) {
            EXPECT_EQ(group["additionalProperties"], false);
            for (const auto& entry : group["properties"].items()) {
                if (name + entry.key() != "llmproviders") {
                    found.insert(name + "." + entry.key());
                    continue;
                }
                for (const auto& field : entry.value()["additionalProperties"]["properties"].items()) {
                    found.insert("llm.providers.ID." + field.key());
                }
            }
        } else {
            found.insert(name);
        }
    }
    std::set<std::string> expected;
    for (const auto& key : keys()) {
        expected.insert(key.key);
        EXPECT_FALSE(key.help.empty());
        EXPECT_FALSE(key.type.empty());
        EXPECT_EQ(key.environment.rfind("RFSN_", 0), 0U);
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(schema["properties"]["jobs"]["maximum"], 1024);
    EXPECT_EQ(schema["properties"]["deadline"]["properties"]["pre-commit"]["default"], "20s");
}

}  // namespace
}  // namespace rfsn::config
