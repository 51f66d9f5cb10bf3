// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "buildpack/includes.hpp"

namespace rfsn::check {

/// What the user's last build of a C++ project left in the work tree: compile_commands.json in its root or a build
/// directory, and the depfiles beside the objects. Empty where there is none. It may be older than what is staged, so
/// it only ranks; nothing is believed that the tree does not have.
[[nodiscard]] buildpack::BuildRecords read_build_records(const std::string& work_tree, const std::string& project_root);

/// The prerequisites in a depfile as compilers write it ("a.o: a.cpp \\\n b.hpp").
[[nodiscard]] std::vector<std::string> prerequisites(std::string_view depfile);

}  // namespace rfsn::check
