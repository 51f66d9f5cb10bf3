#!/usr/bin/env bash
# Killed at every single system call that writes, in git-rfsn or in a git that it has started: after the next command all is as before, or
# applied.
. "$(dirname "$0")/lib.sh"
need strace
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
sweep_repo faults; sweep_git; sweep_learn
for call in write pwrite64 fsync rename link linkat unlink unlinkat renameat; do sweep "$call" signal=KILL apply; done
for call in fsync rename linkat unlink; do sweep "$call" signal=KILL undo; done
for call in pwrite64 fsync; do sweep "$call" signal=KILL fix; done
for verb in hash-object update-index add; do
  for call in write rename openat; do sweep_child "$verb" "$call" signal=KILL apply; done
done
sweep_end
echo "$points kills, $ends_after of them ended in a completed apply"
[ "$points" -gt 50 ] || die "only $points kills"
[ "${ends_after:-0}" -gt 5 ] || die "hardly one was completed"
