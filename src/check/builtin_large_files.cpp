// SPDX-License-Identifier: MIT
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

bool applies(const BuiltinFile& file, const BuiltinOptions& options) {
    return file.file->has_content() && !file.lfs &&
           (file.file->kind == model::ChangeKind::added ||
            effective_arguments("check-added-large-files", options).enforce_all);
}

BuiltinOutcome run(const BuiltinFile& file, const BuiltinOptions& options) {
    const std::int64_t limit = *effective_arguments("check-added-large-files", options).max_kb;
    const std::uint64_t kb = kilobytes(file.size);
    FindingList findings(file, "check-added-large-files", "SIZE");
    if (limit < 0 || kb > static_cast<std::uint64_t>(limit)) {
        findings.add(0, 0,
                     std::to_string(kb) + " KB exceeds " + std::to_string(limit) +
                         " KB; track it with Git LFS, or raise --maxkb");
    }
    return {findings.take(), std::nullopt};
}

}  // namespace

std::uint64_t kilobytes(std::uint64_t size) {
    return size / 1024 + (size % 1024 != 0 ? 1 : 0);
}

Builtin check_added_large_files() {
    return {"check-added-large-files", "no large file is added", false, false, applies, run};
}

}  // namespace rfsn::check
