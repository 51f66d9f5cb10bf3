// SPDX-License-Identifier: MIT
#include "base/version.hpp"

namespace rfsn::base {

const char* version() {
    return RFSN_VERSION;
}

}  // namespace rfsn::base
