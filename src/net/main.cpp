// SPDX-License-Identifier: MIT
// rfsn-net: the only program that opens a socket. JSON lines on stdin and stdout, see net/protocol.hpp.
#include <iostream>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/interrupt.hpp"
#include "net/serve.hpp"

int main() {
    // A key is in our environment and memory: no core dump, and no other process of the user reads /proc/PID/environ.
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer has to look at us
    prctl(PR_SET_DUMPABLE, 0);
#endif
    signal(SIGPIPE, SIG_IGN);
    rfsn::base::install_interrupt_handler();
    std::ios::sync_with_stdio(false);
    return rfsn::net::serve(std::cin, std::cout);
}
