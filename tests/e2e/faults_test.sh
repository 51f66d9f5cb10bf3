#!/usr/bin/env bash
# A full disk at every single write, sync, rename, link and creation of git-rfsn: after the next command all is as before, or applied.
. "$(dirname "$0")/lib.sh"
need strace
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
sweep_repo faults; sweep_learn
for call in write pwrite64 fsync fdatasync rename link linkat renameat openat mkdir ftruncate; do
  sweep "$call" error=ENOSPC apply
done
for call in write fsync rename linkat; do sweep "$call" error=EIO undo; done
for call in pwrite64 fsync; do sweep "$call" error=ENOSPC fix; done
sweep write error=ENOSPC check
sweep_end
echo "$points faults, $ends_after of them ended in a completed apply"
[ "$points" -gt 60 ] || die "only $points faults were injected"
