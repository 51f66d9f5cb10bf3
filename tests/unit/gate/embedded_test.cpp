// SPDX-License-Identifier: MIT
// What the build compiled in is what the YAML says, by our own strict reader.
#include "base/embedded.hpp"

#include <span>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/packed_doc.hpp"

namespace rfsn::buildpack {
std::span<const base::EmbeddedFile> pack_files();
}
namespace rfsn::check {
std::span<const base::EmbeddedFile> parser_files();
}
namespace rfsn::llm {
std::span<const base::EmbeddedFile> provider_files();
}
namespace rfsn::policy {
std::span<const base::EmbeddedFile> rule_files();
}
namespace rfsn::secrets {
std::span<const base::EmbeddedFile> rule_files();
}

namespace rfsn {
namespace {

TEST(Embedded, YamlIsThereAsItSays) {
    const std::pair<const char*, std::span<const base::EmbeddedFile>> folders[] = {
        {"buildpacks", buildpack::pack_files()}, {"parsers", check::parser_files()}, {"llm", llm::provider_files()},
        {"policy", policy::rule_files()},        {"secrets", secrets::rule_files()},
    };
    for (const auto& [folder, files] : folders) {
        EXPECT_FALSE(files.empty()) << folder;
        for (const auto& file : files) {
            const std::string path = std::string(RFSN_SOURCE_DIR) + "/config/" + folder + "/" + std::string(file.name);
            const auto yaml = base::read_file(path);
            ASSERT_TRUE(yaml) << path;
            const auto meant = base::parse_doc(base::DocFormat::yaml, *yaml);
            ASSERT_TRUE(meant) << path << ": " << meant.error().message;
            const auto compiled = base::unpack_doc(file.bytes);
            ASSERT_TRUE(compiled) << path;
            EXPECT_EQ(base::to_json(*compiled), base::to_json(*meant)) << path;
        }
    }
}

}  // namespace
}  // namespace rfsn
