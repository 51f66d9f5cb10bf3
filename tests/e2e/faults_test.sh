#!/usr/bin/env bash
# A full disk at every single write, sync, rename, link and creation of git-rfsn: after the next command all is as before, or applied.
. "$(dirname "$0")/lib.sh"
need strace
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
sweep_repo faults; sweep_learn
for call in write pwrite64 fsync fdatasync rename link linkat renameat ftruncate; do
  sweep "$call" error=ENOSPC apply
done
SWEEP_STEP=5 sweep mkdir error=ENOSPC apply
SWEEP_STEP=11 sweep openat error=ENOSPC apply
for call in fsync rename linkat; do sweep "$call" error=EIO undo; done
for call in pwrite64 fsync; do sweep "$call" error=ENOSPC fix; done
sweep write error=ENOSPC check
# A check of the user's own, in a tree and, where the kernel lets us, in mounts of its own.
mkdir -p "$HOME/.config/git-rfsn"; printf 'checks:\n  own:\n    run: ["/bin/true"]\n' > "$HOME/.config/git-rfsn/config.yaml"
SWEEP_FOLLOW=-f sweep mount error=EPERM check
SWEEP_FOLLOW=-f sweep mount signal=KILL check
rm "$HOME/.config/git-rfsn/config.yaml"
sweep_end
echo "$points faults, $ends_after of them ended in a completed apply"
[ "$points" -gt 60 ] || die "only $points faults were injected"
