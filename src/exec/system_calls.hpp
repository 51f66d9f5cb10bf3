// SPDX-License-Identifier: MIT
// System calls that no check has any business with. Inline: rfsn-exec is one translation unit.
#pragma once

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "exec/refusal.hpp"

namespace rfsn::exec {

struct SystemCalls {
    bool internet = true;        ///< sockets other than those of the machine itself
    bool new_namespaces = true;  ///< a patch under proof has no use for them, and they are half of the kernel's holes
};

/// `value` in the bits of `mask`. (The library's own macros are C.)
inline scmp_arg_cmp has_bits(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// They answer EPERM, so that a tool that can do without goes on. For this process and all that it starts.
inline Refusal filter_system_calls(const SystemCalls& allowed) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) {
        return {"seccomp_init", ENOMEM};
    }
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    // Programs of the other word size make the same calls by other numbers. One call for all of sockets, as they have
    // it, cannot be told apart by its arguments: without the network they are left out.
    const uint32_t native = seccomp_arch_native();
    const uint32_t second = native == SCMP_ARCH_X86_64    ? SCMP_ARCH_X86
                            : native == SCMP_ARCH_AARCH64 ? SCMP_ARCH_ARM
                                                          : 0;
    if (failed == 0 && second != 0 && allowed.internet) {
        failed = seccomp_arch_add(filter, second);
    }
    const auto deny = [&](int call) {
        if (failed == 0) {
            failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
        }
    };
    for (const int call : {SCMP_SYS(acct),
                           SCMP_SYS(add_key),
                           SCMP_SYS(bpf),
                           SCMP_SYS(clock_adjtime),
                           SCMP_SYS(clock_settime),
                           SCMP_SYS(delete_module),
                           SCMP_SYS(fanotify_init),
                           SCMP_SYS(finit_module),
                           SCMP_SYS(init_module),
                           SCMP_SYS(io_uring_enter),
                           SCMP_SYS(io_uring_register),
                           SCMP_SYS(io_uring_setup),
                           SCMP_SYS(ioperm),
                           SCMP_SYS(iopl),
                           SCMP_SYS(kexec_file_load),
                           SCMP_SYS(kexec_load),
                           SCMP_SYS(keyctl),
                           SCMP_SYS(lookup_dcookie),
                           SCMP_SYS(nfsservctl),
                           SCMP_SYS(open_by_handle_at),
                           SCMP_SYS(perf_event_open),
                           SCMP_SYS(quotactl),
                           SCMP_SYS(reboot),
                           SCMP_SYS(request_key),
                           SCMP_SYS(settimeofday),
                           SCMP_SYS(swapoff),
                           SCMP_SYS(swapon),
                           SCMP_SYS(syslog),
                           SCMP_SYS(userfaultfd),
                           SCMP_SYS(vhangup),
                           SCMP_SYS(process_vm_writev)}) {
        deny(call);
    }
    // Typing into the terminal that we were started from.
    for (const unsigned request : {unsigned{TIOCSTI}, 0x541CU /* TIOCLINUX */}) {
        if (failed == 0) {
            // The kernel looks at the low half only.
            const scmp_arg_cmp is = has_bits(1, 0xffffffffULL, request);
            failed = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &is);
        }
    }
    if (failed == 0 && !allowed.internet) {
        const scmp_arg_cmp other{0, SCMP_CMP_NE, AF_UNIX, 0};
        failed = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &other);
    }
    if (!allowed.new_namespaces) {
        for (const int call : {SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(mount), SCMP_SYS(umount2),
                               SCMP_SYS(pivot_root), SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
                               SCMP_SYS(fspick), SCMP_SYS(fsmount), SCMP_SYS(fsconfig), SCMP_SYS(mount_setattr)}) {
            deny(call);
        }
        if (failed == 0) {
            const scmp_arg_cmp with_user = has_bits(0, CLONE_NEWUSER, CLONE_NEWUSER);
            failed = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &with_user);
        }
        if (failed == 0) {
            // Its flags are out of reach, in memory; the C library then falls back to clone.
            failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
        }
    }
    if (failed == 0) {
        failed = seccomp_load(filter);
    }
    seccomp_release(filter);
    return failed == 0 ? Refusal{} : Refusal{"seccomp", -failed};
}

}  // namespace rfsn::exec
