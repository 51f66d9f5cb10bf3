// SPDX-License-Identifier: MIT
#include "isolate/plain_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include "base/fd.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

namespace rfsn::isolate {

base::Result<void> write_plain(const std::string& path, std::string_view bytes, std::uint32_t mode) {
    const base::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode));
    if (!file || !base::write_all(file.get(), bytes) || ::fchmod(file.get(), mode) != 0) {
        return base::fail(base::ErrorCode::io,
                          "cannot write '" + base::printable(path) + "': " + std::generic_category().message(errno));
    }
    return {};
}

}  // namespace rfsn::isolate
