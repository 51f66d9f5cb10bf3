// folder: check
// SPDX-License-Identifier: MIT
// No built-in throws or crashes; a fixer's result needs no second fix; findings point into the file and are bounded.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "check/builtin.hpp"

namespace {

rfsn::check::BuiltinOutcome run(const rfsn::check::Builtin& builtin, const char* path, std::string_view content) {
    rfsn::model::StagedFile staged;
    staged.path = path;
    staged.mode = rfsn::model::FileMode::executable;
    staged.kind = rfsn::model::ChangeKind::added;
    rfsn::check::BuiltinFile file;
    file.file = &staged;
    file.content = content;
    file.size = content.size();
    file.merging = true;
    static_cast<void>(builtin.applies(file, {}));
    return builtin.run(file, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const auto most_lines = static_cast<std::uint32_t>(size) + 2;  // YAML counts '\r' and others as line ends too
    for (const auto* list : {&rfsn::check::builtins(), &rfsn::check::optional_builtins()}) {
        for (const auto& builtin : *list) {
            for (const char* path : {"a.md", "tsconfig.json"}) {
                const auto outcome = run(builtin, path, content);
                if (outcome.findings.size() > 101) {
                    std::abort();
                }
                for (const auto& finding : outcome.findings) {
                    if (finding.line > most_lines) {
                        std::abort();
                    }
                }
                if (outcome.fixed && run(builtin, path, *outcome.fixed).fixed) {
                    std::abort();
                }
            }
        }
    }
    return 0;
}
