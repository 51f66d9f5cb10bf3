// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "buildpack/includes.hpp"

namespace rfsn::check {

/// What the user's last build of a C++ project left in the work tree: compile_commands.json in its root or a build
/// directory, and the depfiles beside the objects, or what ninja keeps of them in its own form, which it is asked for
/// if it is found on `search_path`. Empty where there is none. It may be older than what is staged, so it only ranks;
/// nothing is believed that the tree does not have.
[[nodiscard]] buildpack::BuildRecords read_build_records(const std::string& work_tree, const std::string& project_root,
                                                         const std::string& search_path = {});

/// The prerequisites in a depfile as compilers write it ("a.o: a.cpp \\\n b.hpp").
[[nodiscard]] std::vector<std::string> prerequisites(std::string_view depfile);

}  // namespace rfsn::check
