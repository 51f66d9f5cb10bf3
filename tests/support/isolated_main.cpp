// SPDX-License-Identifier: MIT
// main() of every unit-test binary: nothing of the machine's git configuration or of a surrounding hook may reach a
// test, or a test could write into this very repository.
#include <filesystem>
#include <stdlib.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <git2.h>
#include <gtest/gtest.h>

extern char** environ;

/// libgit2 1.5 loses a compiled regular expression when it refuses to open a repository for its extensions; the stack
/// ends in the regex library, so that is what can be named.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpcre2-8\nleak:libgit2\n";
}

namespace {

void isolate(const std::string& home) {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string line = *entry;
        if (line.rfind("GIT_", 0) == 0 || line.rfind("RFSN_", 0) == 0 || line.rfind("XDG_", 0) == 0) {
            names.push_back(line.substr(0, line.find('=')));
        }
    }
    for (const auto& name : names) {
        unsetenv(name.c_str());
    }
    setenv("HOME", home.c_str(), 1);
    setenv("GIT_CEILING_DIRECTORIES", home.c_str(), 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    for (const char* who : {"AUTHOR", "COMMITTER"}) {
        setenv((std::string("GIT_") + who + "_NAME").c_str(), "t", 1);
        setenv((std::string("GIT_") + who + "_EMAIL").c_str(), "t@example.org", 1);
        setenv((std::string("GIT_") + who + "_DATE").c_str(), "1700000000 +0000", 1);
    }
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C", 1);
    setenv("TMPDIR", home.c_str(), 1);
}

}  // namespace

int main(int argc, char** argv) {
    std::string home = (std::filesystem::temp_directory_path() / "rfsn-unit-XXXXXX").string();
    if (mkdtemp(home.data()) == nullptr) {
        return 1;
    }
    isolate(home);
    git_libgit2_init();
    for (const auto level :
         {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA}) {
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    }
    testing::InitGoogleTest(&argc, argv);
    const int result = RUN_ALL_TESTS();
    git_libgit2_shutdown();
    std::error_code ignored;
    std::filesystem::remove_all(home, ignored);
    return result;
}
