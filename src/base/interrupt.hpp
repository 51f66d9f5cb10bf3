// SPDX-License-Identifier: MIT
#pragma once

namespace rfsn::base {

/// Routes SIGINT, SIGTERM and SIGHUP to a flag and a pipe, and ignores SIGPIPE. Call once, on the main thread.
void install_interrupt_handler();
/// Whether one of them has arrived. Async-signal safe, any thread.
[[nodiscard]] bool interrupted();
/// Readable once a signal has arrived; -1 before install_interrupt_handler().
[[nodiscard]] int interrupt_fd();
/// For tests.
void reset_interrupt();

}  // namespace rfsn::base
