// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace rfsn::base {

/// Stands for a file as it is now: size, times of content and of status, inode, device. Another content with the same
/// identity takes somebody who sets all of that on purpose. "" if it is not there. Follows links.
[[nodiscard]] std::string file_identity(const std::string& path);

/// Removes the files of a directory that were written longest ago, beyond `most`. Failures leave files.
void drop_oldest_files(const std::string& directory, std::size_t most);

}  // namespace rfsn::base
