// SPDX-License-Identifier: MIT
#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

bool applies(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return file.file->mode == model::FileMode::executable && is_text(file);
}

BuiltinOutcome run(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    FindingList findings(file, "check-executables-have-shebangs", "SHEBANG");
    if (file.content.substr(0, 2) != "#!") {
        findings.add(1, 0, "marked executable but has no (or invalid) shebang; git add --chmod=-x takes the mark off");
    }
    return {findings.take(), std::nullopt};
}

}  // namespace

Builtin check_executables_have_shebangs() {
    return {"check-executables-have-shebangs", "executable text files start with #!", true, false, applies, run};
}

}  // namespace rfsn::check
