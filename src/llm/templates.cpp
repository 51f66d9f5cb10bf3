// SPDX-License-Identifier: MIT
#include "llm/templates.hpp"

#include <algorithm>
#include <span>

#include "base/embedded.hpp"

namespace rfsn::llm {

std::span<const base::EmbeddedFile> prompt_files();

base::Result<std::string> fill(std::string_view name, const Values& values) {
    const auto files = prompt_files();
    const auto file = std::find_if(files.begin(), files.end(), [&](const auto& one) { return one.name == name; });
    if (file == files.end()) {
        return base::fail(base::ErrorCode::internal, "no prompt template '" + std::string(name) + "'");
    }
    std::string out;
    std::string_view rest = file->bytes;
    for (auto open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
        const auto close = rest.find("}}", open);
        const auto value =
            close == std::string_view::npos ? values.end() : values.find(rest.substr(open + 2, close - open - 2));
        if (value == values.end()) {
            return base::fail(base::ErrorCode::internal,
                              "prompt template '" + std::string(name) + "': unknown placeholder");
        }
        out += rest.substr(0, open);
        out += value->second;
        rest.remove_prefix(close + 2);
    }
    out += rest;
    return out;
}

}  // namespace rfsn::llm
