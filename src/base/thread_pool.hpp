// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

namespace rfsn::base {

/// Calls body(i) for i in [0, count) on min(threads, count) threads, in chunks; on the calling thread alone when that
/// is one. Returns when all are done. `body` must not throw and must be safe to call concurrently for different i.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body);
/// Processors this process may run on (sched_getaffinity), at least 1.
[[nodiscard]] unsigned available_cpus();

}  // namespace rfsn::base
