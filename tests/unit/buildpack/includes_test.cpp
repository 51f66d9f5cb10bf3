// SPDX-License-Identifier: MIT
#include "buildpack/includes.hpp"

#include "detection_fixture.hpp"

namespace rfsn::buildpack {
namespace {

using Sources = std::map<std::string, std::string>;

class Includes : public testing::Test {
   protected:
    Includes() {
        spec.extensions = {".cpp", ".c"};
        spec.headers = {".hpp", ".h"};
        project.root = ".";
        staged.stage({{"include/lib/shape.hpp", "#pragma once\n"},
                      {"include/lib/deep.hpp", "  #  include <lib/shape.hpp>\n"},
                      {"src/area.cpp", "#include \"lib/shape.hpp\"\n"},
                      {"src/shape.cpp", "#include <vector>\n#include \"lib/shape.hpp\"\n"},
                      {"src/use.cpp", "#include \"../include/lib/deep.hpp\"\n"},
                      {"src/config.h", "\n"},
                      {"other/config.h", "\n"},
                      {"other/main.c", "#include \"config.h\"\n"},
                      {"loop/a.h", "#include \"b.h\"\n"},
                      {"loop/b.h", "#include \"a.h\"\n"},
                      {"alone.h", "// #include \"alone.h\"\n"},
                      {"inherits/shape.hpp.cpp", "// not an #include <lib/deep.hpp>\n"}});
    }
    Sources sources(const std::vector<std::string>& files) {
        return including_sources(spec, project, staged.look(), files);
    }

    StagedRepo staged;
    CheckSpec spec;
    model::Project project;
};

TEST_F(Includes, OneSourceStandsForAHeader) {
    EXPECT_EQ(sources({"include/lib/shape.hpp"}), (Sources{{"include/lib/shape.hpp", "src/shape.cpp"}}));
}

TEST_F(Includes, OneThatIsStagedAnywayIsPreferred) {
    EXPECT_EQ(sources({"include/lib/shape.hpp", "src/area.cpp"}), (Sources{{"include/lib/shape.hpp", "src/area.cpp"}}));
}

TEST_F(Includes, ByWayOfOtherHeaders) {
    staged.stage({{"src/area.cpp", "\n"}, {"src/shape.cpp", "\n"}});
    EXPECT_EQ(sources({"include/lib/shape.hpp", "include/lib/deep.hpp"}),
              (Sources{{"include/lib/shape.hpp", "src/use.cpp"}, {"include/lib/deep.hpp", "src/use.cpp"}}));
}

TEST_F(Includes, OfTwoHeadersOfANameTheOneBesideIsMeant) {
    EXPECT_EQ(sources({"other/config.h"}), (Sources{{"other/config.h", "other/main.c"}}));
    EXPECT_EQ(sources({"src/config.h"}), Sources{});
}

TEST_F(Includes, HeadersThatOnlyIncludeEachOtherHaveNoSource) {
    EXPECT_EQ(sources({"loop/a.h", "alone.h"}), Sources{});
    EXPECT_EQ(sources({"src/use.cpp"}), Sources{});
}

TEST_F(Includes, TheStagedContentCounts) {
    staged.repo.write("src/area.cpp", "#include \"alone.h\"\n");
    EXPECT_EQ(sources({"alone.h"}), Sources{});
    staged.repo.git({"add", "src/area.cpp"});
    EXPECT_EQ(sources({"alone.h"}), (Sources{{"alone.h", "src/area.cpp"}}));
}

TEST_F(Includes, WhatABuildRecordedIsBelievedOfFilesThatAreThere) {
    BuildRecords records;
    records.includers["src/config.h"] = {"src/gone.cpp", "src/use.cpp"};
    records.compiled = {"src/use.cpp", "src/area.cpp"};
    const auto& view = staged.look();
    EXPECT_EQ(including_sources(spec, project, view, {"src/config.h"}, records),
              (Sources{{"src/config.h", "src/use.cpp"}}));
    // src/shape.cpp is not built.
    EXPECT_EQ(including_sources(spec, project, view, {"include/lib/shape.hpp"}, records),
              (Sources{{"include/lib/shape.hpp", "src/area.cpp"}}));
}

TEST_F(Includes, ASubprojectLooksInItself) {
    project.root = "other";
    EXPECT_EQ(sources({"other/config.h"}), (Sources{{"other/config.h", "other/main.c"}}));
    EXPECT_EQ(sources({"include/lib/shape.hpp"}), Sources{});
}

}  // namespace
}  // namespace rfsn::buildpack
