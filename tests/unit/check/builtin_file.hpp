// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "check/builtin.hpp"

namespace rfsn::test {

/// One file as a built-in sees it.
struct OneFile {
    model::StagedFile staged;
    std::string content;
    check::BuiltinFile file;

    OneFile(std::string path, std::string bytes) : content(std::move(bytes)) {
        staged.path = std::move(path);
        staged.mode = model::FileMode::regular;
        staged.kind = model::ChangeKind::added;
        file.file = &staged;
        file.content = content;
        file.size = content.size();
        file.binary = content.substr(0, 8000).find('\0') != std::string::npos;
    }
    OneFile(const OneFile&) = delete;
    OneFile& operator=(const OneFile&) = delete;

    [[nodiscard]] bool applies(const char* id, const check::BuiltinOptions& options = {}) const {
        return check::find_builtin(id)->applies(file, options);
    }
    [[nodiscard]] check::BuiltinOutcome run(const char* id, const check::BuiltinOptions& options = {}) const {
        return check::find_builtin(id)->run(file, options);
    }
};

}  // namespace rfsn::test
