// SPDX-License-Identifier: MIT
#include "check/compile_database.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/process.hpp"

namespace rfsn::check {
namespace {

using Strings = std::vector<std::string>;

TEST(Depfile, NamesWhatAnObjectNeeds) {
    EXPECT_EQ(prerequisites("a.o: a.cpp \\\n  include/b\\ c.hpp \\\r\n\t$$x.h\n"),
              (Strings{"a.cpp", "include/b c.hpp", "$x.h"}));
    EXPECT_EQ(prerequisites("CMakeFiles/x.dir/a.cpp.o : a.cpp"), Strings{"a.cpp"});
    EXPECT_EQ(prerequisites(""), Strings{});
    EXPECT_EQ(prerequisites("no colon here"), Strings{});
    EXPECT_EQ(prerequisites("x: \\"), Strings{});
}

class BuildDirectory : public testing::Test {
   protected:
    BuildDirectory() : tree_(*base::TempDir::make(std::filesystem::temp_directory_path().string(), "tree-")) {}
    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(tree_.path() + "/" + path).parent_path());
        ASSERT_TRUE(base::write_atomically(tree_.path() + "/" + path, text, 0644));
    }
    base::TempDir tree_;
};

TEST_F(BuildDirectory, SaysWhatIsBuiltAndWhatItIncludes) {
    const auto root = tree_.path();
    const auto directory = R"({"directory": ")" + root + R"(/p/cmake-build-debug", )";
    write("p/cmake-build-debug/compile_commands.json",
          "[" + directory + R"("file": "../src/a.cpp", "command": "c++ -o x/a.o -c ../src/a.cpp"},)" + directory +
              R"("file": ")" + root + R"(/p/src/b.cpp", "output": "b.cpp.o"},)" +
              R"({"directory": "/elsewhere", "file": "c.cpp"}, 7, {"file": 3}])");
    write("p/cmake-build-debug/x/a.d", "x/a.o: ../src/a.cpp ../include/a.hpp /usr/include/stdio.h\n");
    write("p/cmake-build-debug/b.cpp.o.d", "b.cpp.o: " + root + "/p/src/b.cpp " + root + "/p/include/a.hpp\n");
    const auto records = read_build_records(root, "p");
    EXPECT_EQ(records.compiled, (std::set<std::string>{"p/src/a.cpp", "p/src/b.cpp"}));
    ASSERT_EQ(records.includers.size(), 1U);
    EXPECT_EQ(records.includers.at("p/include/a.hpp"), (std::set<std::string>{"p/src/a.cpp", "p/src/b.cpp"}));
}

TEST_F(BuildDirectory, NinjaIsAskedForTheDepfilesThatItHasTakenIn) {
    const std::string path = "/usr/local/bin:/usr/bin:/bin";
    const auto ninja = base::find_program("ninja", path);
    if (!ninja) {
        GTEST_SKIP() << "ninja is not installed";
    }
    const auto root = tree_.path();
    write("src/a.cpp", "");
    write("include/a.hpp", "");
    write("build/build.ninja",
          "rule cc\n command = echo 'a.o: ../src/a.cpp ../include/a.hpp /usr/x.h' > a.o.d && touch $out\n depfile = "
          "a.o.d\n deps = gcc\nbuild a.o: cc ../src/a.cpp\n");
    write("build/compile_commands.json", R"([{"directory": ")" + root + R"(/build", "file": "../src/a.cpp", )" +
                                             R"("command": "c++ -c ../src/a.cpp -o a.o"}])");
    base::ProcessSpec spec;
    spec.argv = {*ninja};
    spec.cwd = root + "/build";
    spec.env = {"PATH=" + path};
    ASSERT_TRUE(base::PosixProcessRunner().run_one(spec).ok());
    ASSERT_FALSE(std::filesystem::exists(root + "/build/a.o.d"));
    EXPECT_TRUE(read_build_records(root, ".").includers.empty()) << "no program is run that was not looked for";
    const auto records = read_build_records(root, ".", path);
    ASSERT_EQ(records.includers.size(), 1U);
    EXPECT_EQ(records.includers.at("include/a.hpp"), std::set<std::string>{"src/a.cpp"});
}

TEST_F(BuildDirectory, WhatIsNoDatabaseSaysNothing) {
    EXPECT_TRUE(read_build_records(tree_.path(), ".").compiled.empty());
    for (const char* text : {"", "[{\"directory\": ", "{}", "[[]]", "\xff\xfe"}) {
        write("compile_commands.json", text);
        EXPECT_TRUE(read_build_records(tree_.path(), ".").compiled.empty()) << text;
    }
}

}  // namespace
}  // namespace rfsn::check
