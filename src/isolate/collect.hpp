// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rfsn::isolate {

/// What is ours below the cache root, of all repositories: what killed runs left, trees and build caches that nobody
/// has used for weeks, build caches beyond the cap. At most once a day, unless `now`.
void collect_all(const std::string& cache_root, bool now);

}  // namespace rfsn::isolate
