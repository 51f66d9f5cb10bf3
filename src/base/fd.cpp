// SPDX-License-Identifier: MIT
#include "base/fd.hpp"

#include <unistd.h>

namespace rfsn::base {

void Fd::reset(int fd) {
    const int old = std::exchange(fd_, fd);
    if (old >= 0 && old != fd) {
        // Not retried on EINTR: Linux has closed it by then, and another thread may own the number already.
        ::close(old);
    }
}

}  // namespace rfsn::base
