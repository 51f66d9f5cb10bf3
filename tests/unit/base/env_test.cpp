// SPDX-License-Identifier: MIT
#include "base/env.hpp"

#include <stdlib.h>

#include <gtest/gtest.h>

#include "base/search_path.hpp"

namespace rfsn::base {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

TEST(Environment, ReadsTheProcessAndKeepsOddValues) {
    ::setenv("RFSN_ODD", "a=b\nc\xff", 1);
    ::setenv("RFSN_EMPTY", "", 1);
    const auto env = Environment::of_process();
    ::unsetenv("RFSN_ODD");
    ::unsetenv("RFSN_EMPTY");
    EXPECT_EQ(env.get("RFSN_ODD"), "a=b\nc\xff");
    EXPECT_EQ(env.get("RFSN_EMPTY"), "");
    EXPECT_EQ(env.get_or("RFSN_EMPTY", "x"), "x");
    EXPECT_EQ(env.get("RFSN_ABSENT"), std::nullopt);
    EXPECT_EQ(env.get_or("RFSN_ABSENT", "x"), "x");
}

TEST(Environment, SetsUnsetsAndPrintsItsBlock) {
    Environment env(Values{{"B", "2"}});
    env.set("A", "1=1");
    env.set("B", "");
    env.set("C", "3");
    env.unset("C");
    env.unset("D");
    EXPECT_EQ(env.block(), (std::vector<std::string>{"A=1=1", "B="}));
}

TEST(Environment, FollowsTheXdgSpecification) {
    EXPECT_EQ(xdg_cache_dir(Environment(Values{{"XDG_CACHE_HOME", "/c"}, {"HOME", "/h"}})), "/c/git-rfsn");
    EXPECT_EQ(xdg_cache_dir(Environment(Values{{"HOME", "/h"}})), "/h/.cache/git-rfsn");
    EXPECT_EQ(xdg_config_dir(Environment(Values{{"HOME", "/h"}})), "/h/.config/git-rfsn");
    EXPECT_EQ(xdg_state_dir(Environment(Values{{"HOME", "/h"}})), "/h/.local/state/git-rfsn");
    // A relative path is invalid and to be ignored: it would depend on where we happen to stand.
    EXPECT_EQ(xdg_cache_dir(Environment(Values{{"XDG_CACHE_HOME", "rel"}, {"HOME", "/h"}})), "/h/.cache/git-rfsn");
    EXPECT_EQ(xdg_cache_dir(Environment(Values{{"XDG_CACHE_HOME", ""}})), "");
    EXPECT_EQ(xdg_state_dir(Environment(Values{{"HOME", "rel"}})), "");
}

TEST(SearchPath, LeavesOutWhatIsRelativeAndWhatGitPutsThereForItsHooks) {
    const auto path = [](const char* value) { return search_path(Environment(Values{{"PATH", value}})); };
    EXPECT_EQ(path("/usr/lib/git-core:/usr/bin:bin::.:/bin"), "/usr/bin:/bin");
    EXPECT_EQ(path("/opt/git-core-tools:/opt/libexec/git-core"), "/opt/git-core-tools");
    EXPECT_EQ(path("bin"), search_path(Environment(Values{})));
}

TEST(EnvironmentForChecks, LetsNoKeyAndNoGitVariablePass) {
    const auto env = for_checks(Environment(Values{{"PATH", "/usr/bin"},
                                                   {"HOME", "/h"},
                                                   {"GIT_DIR", "/r/.git"},
                                                   {"GIT_INDEX_FILE", "/r/.git/index"},
                                                   {"OPENAI_API_KEY", "k"},
                                                   {"AWS_SECRET_ACCESS_KEY", "k"},
                                                   {"GITHUB_TOKEN", "k"},
                                                   {"SSH_AUTH_SOCK", "/s"},
                                                   {"RFSN_LOG_CONTEXT", "run=1"},
                                                   {"RFSN_SKIP", "all"},
                                                   {"LD_PRELOAD", "/evil.so"},
                                                   {"BASH_ENV", "/evil"},
                                                   {"VIRTUAL_ENV", "/v"},
                                                   {"CARGO_HOME", "/cargo"},
                                                   {"LANG", "de_DE.UTF-8"},
                                                   {"LC_ALL", "de_DE.UTF-8"}}));
    EXPECT_EQ(env.values(), (Values{{"PATH", "/usr/bin"},
                                    {"HOME", "/h"},
                                    {"VIRTUAL_ENV", "/v"},
                                    {"CARGO_HOME", "/cargo"},
                                    {"LC_ALL", "C.UTF-8"}}));
}

TEST(EnvironmentForChecks, DropsAllowedNamesWhoseValueHoldsCredentials) {
    const auto env = for_checks(Environment(Values{{"GOPRIVATE", "example.org/*"},
                                                   {"GOFLAGS", "-x=https://user:pass@proxy.example.org/"},
                                                   {"CFLAGS", "-DA=http://example.org/a@b"}}));
    EXPECT_EQ(env.get("GOFLAGS"), std::nullopt);
    EXPECT_EQ(env.get("GOPRIVATE"), "example.org/*");
    EXPECT_EQ(env.get("CFLAGS"), "-DA=http://example.org/a@b");
}

TEST(EnvironmentForChecks, LeavesRelativeDirectoriesOutOfThePath) {
    EXPECT_EQ(for_checks(Environment(Values{{"PATH", ".:/a::node_modules/.bin:/b:"}})).get("PATH"), "/a:/b");
    EXPECT_EQ(for_checks(Environment(Values{{"PATH", "."}})).get("PATH"), "/usr/local/bin:/usr/bin:/bin");
    EXPECT_EQ(for_checks(Environment()).get("PATH"), "/usr/local/bin:/usr/bin:/bin");
}

}  // namespace
}  // namespace rfsn::base
