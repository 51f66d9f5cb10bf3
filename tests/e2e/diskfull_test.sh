#!/usr/bin/env bash
# A repository on a file system that is really full, and less and less so: what can't be written is said, nothing is lost, and when there
# is room again the next command ends what was begun.
. "$(dirname "$0")/lib.sh"
if [ "${1:-}" != inside ]; then
  # A mount namespace of its own: what it mounts is gone with it.
  rm -rf "$WORK"; trap - EXIT
  unshare -m true 2>/dev/null && exec unshare -m bash "$0" inside
  unshare -Urm true 2>/dev/null && exec unshare -Urm bash "$0" inside
  skip "no mount namespace here"
fi
outer=$WORK; mkdir "$WORK/full"
mount -t tmpfs -o size=2m,nr_inodes=600 none "$WORK/full" 2>/dev/null || skip "no tmpfs may be mounted here"
WORK=$outer/full HOME=$outer/full/home
trap 'status=$?; cd /; umount -l "$outer/full"; WORK=$outer; (exit $status); cleanup' EXIT
mkdir -p "$HOME"; git config --global init.defaultBranch main
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
export TMPDIR=$WORK
sweep_repo full; rm .git/hooks/*.sample; sweep_learn
fill() { # leaves $1 KiB free
  local free
  free=$(df --output=avail -k "$WORK" | tail -1)
  if [ "$free" -gt "$1" ]; then head -c $(((free - $1) * 1024)) /dev/zero > "$WORK/ballast" 2>/dev/null || true; fi
}
room() { rm -f "$WORK/ballast"; }
refused=0
for action in check fix apply undo; do
  for free in 0 4 8 16 24 40 64 96 160; do
    prepare "$action"
    fill "$free"
    code=0; git-rfsn "$action" >/dev/null 2>/dev/null </dev/null || code=$?
    # While it is full the next command may have to refuse, but it must not make things worse.
    git-rfsn detect >/dev/null 2>&1 </dev/null || refused=$((refused + 1))
    room
    sweep_verify "$action with $free KiB free (exit $code)"
  done
done
# Not one inode left.
prepare apply
i=0; while : > "$WORK/inode.$i"; do i=$((i + 1)); done 2>/dev/null || true
git-rfsn apply >/dev/null 2>&1 </dev/null || true
rm -f "$WORK"/inode.*
sweep_verify "apply without inodes"
sweep_end
# A commit on a full disk is refused or right, never through unseen.
prepare check; fill 0
code=0; git commit -qm m >/dev/null 2>&1 </dev/null || code=$?
[ "$code" != 0 ] || die "a red commit went through on a full disk"
room; sweep_verify "commit"
