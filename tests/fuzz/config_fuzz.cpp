// folder: config
// SPDX-License-Identifier: MIT
// Any bytes as the repository's configuration: they may never reach the user's endpoints or raise a limit, and every
// error line names its place.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "config/config.hpp"

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rfsn::config::Sources sources;
    sources.repository_text = std::string(reinterpret_cast<const char*>(data), size);
    const auto loaded = rfsn::config::load(sources);
    if (!loaded) {
        for (const auto line : rfsn::base::split_lines(loaded.error().message)) {
            require(line.rfind(".rfsn.yaml:", 0) == 0);
        }
        return 0;
    }
    const rfsn::config::Config plain;
    const auto& config = loaded->config;
    require(!config.llm.enabled && config.llm.base_url.empty() && config.llm.key_env == plain.llm.key_env);
    require(config.log_level == "off" && config.log_file.empty());
    require(config.patch_max_lines <= plain.patch_max_lines && config.patch_max_files <= plain.patch_max_files &&
            config.patch_max_hunks <= plain.patch_max_hunks && config.max_file_kb <= plain.max_file_kb);
    require(config.deadline.at("pre-commit") <= std::chrono::seconds(20));
    for (const auto& [id, check] : config.checks) {
        require(check.run.empty() || loaded->repository_has_commands);
    }
    return 0;
}
