#!/usr/bin/env bash
# A full disk at every single write, sync, rename, link and creation of every git that an apply starts: after the next command all is as
# before, or applied.
. "$(dirname "$0")/lib.sh"
need strace
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
sweep_repo faults; sweep_git; sweep_learn
for verb in hash-object update-index add; do
  for call in write fsync rename link openat; do sweep_child "$verb" "$call" error=ENOSPC apply; done
done
sweep_end
echo "$points faults, $ends_after of them ended in a completed apply"
[ "$points" -gt 15 ] || die "only $points faults were injected"
