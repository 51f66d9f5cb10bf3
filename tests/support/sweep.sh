# shellcheck shell=bash
# For the tests that break git-rfsn in the middle: what must be so after the next command has run. Needs tests/e2e/lib.sh.

# A repository in which everything moves at once: a fix in a partly staged file, one that fits nowhere, one that only changes a file that
# the work tree does not touch, odd names; and unstaged, untracked and ignored work beside.
sweep_repo() {
  new_repo "$1"
  seq 1 20 | sed 's/$/ line/' > a.txt; cp a.txt b.txt; cp a.txt clash.txt; mkdir 'odd dir'; cp a.txt "odd dir/c
d.txt"
  printf 'ignored\n' > .gitignore; git add -A; git commit -qm base
  run 0 git-rfsn init
  for f in a.txt clash.txt "odd dir/c
d.txt"; do seq 1 20 | sed 's/$/ line/; 3s/$/ x  /' > "$f"; done; git add -A
  seq 1 20 | sed 's/$/ line/; 3s/$/ x  /; 18s/line/mine/' > a.txt
  seq 1 20 | sed 's/$/ line/; 3s/.*/mine/' > clash.txt
  printf 'unstaged\n' >> b.txt; printf 'u\n' > untracked; printf 'i\n' > ignored
}
# All that may not be lost: the work tree, index entries and flags, refs, hooks, configuration.
sweep_state() {
  find . -path ./.git -prune -o -printf '%p %y %m %l\0' | sort -z | sha256sum
  find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
  git ls-files -s -v -z | sha256sum; git for-each-ref; git rev-parse HEAD
  sha256sum .git/config .git/HEAD; find .git/hooks -type f -exec sha256sum {} + | sort
}
sweep_learn() { # the two states that are allowed: before, and after the completed apply
  before=$(sweep_state); mounts=$(grep -c -F "$WORK" /proc/self/mountinfo || true)
  run 0 git-rfsn fix; run 0 git-rfsn apply; after=$(sweep_state)
  [ "$before" != "$after" ] || die "the fix does nothing"
  run 0 git-rfsn undo; same "$(sweep_state)" "$before"
}
# sweep_verify WHAT: runs the next command and demands one of the two; goes back to before
sweep_verify() {
  local code=0 now left
  git-rfsn detect >"$WORK/out" 2>"$WORK/err" </dev/null || code=$?
  [ "$code" = 0 ] || die "$1: the next command ends with $code: $(cat "$WORK/err")"
  now=$(sweep_state)
  if [ "$now" = "$after" ]; then
    ends_after=$((${ends_after:-0} + 1))
    code=0; git-rfsn undo >"$WORK/out" 2>"$WORK/err" </dev/null || code=$?
    [ "$code" = 0 ] || die "$1: undo ends with $code: $(cat "$WORK/err")"
    now=$(sweep_state)
  fi
  [ "$now" = "$before" ] || die "$1: neither as before nor applied: $(diff <(printf '%s' "$before") <(printf '%s' "$now"))"
  [ -z "$(find .git -name '*.lock' -print)" ] || die "$1: left locked: $(find .git -name '*.lock')"
  left=$(find . -name '.rfsn-*' -o -name 'tmp-rfsn-*'); [ -z "$left" ] || die "$1: left lying: $left"
  [ "$(grep -c -F "$WORK" /proc/self/mountinfo)" = "$mounts" ] || die "$1: left mounted"
}
sweep_end() {
  local left
  run 0 git-rfsn fix; run 0 git-rfsn apply; same "$(sweep_state)" "$after"; run 0 git-rfsn undo
  left=$(find .git/rfsn -name 'tmp-*' -print); same "$left" ""
  git fsck --no-dangling --no-progress >"$WORK/out" 2>&1 || die "git fsck: $(cat "$WORK/out")"
}
# A `git` in front of the real one, whose calls of one verb are run as the test wants: SWEEP_VERB, SWEEP_STRACE (options).
sweep_git() {
  real_git=$(command -v git); mkdir -p "$WORK/front"
  cat > "$WORK/front/git" <<GIT
#!/bin/sh
for word; do
  [ "\$word" != "\$SWEEP_VERB" ] || exec strace -qq -o "$WORK/git.log" \$SWEEP_STRACE "$real_git" "\$@"
done
exec "$real_git" "\$@"
GIT
  chmod +x "$WORK/front/git"
}
# sweep CALL HOW ACTION...: HOW (error=ENOSPC, signal=KILL) at the first, second, ... CALL of git-rfsn itself, until none is left; with
# SWEEP_STEP at every so manieth, with SWEEP_FOLLOW=-f of all that it starts too
sweep() {
  local call=$1 how=$2 n=$((1 - ${SWEEP_STEP:-1})); shift 2
  while :; do
    n=$((n + ${SWEEP_STEP:-1})); [ "$n" -lt 900 ] || die "$call has no end"
    prepare "$@"
    : > "$WORK/strace.log"
    strace -qq ${SWEEP_FOLLOW:+"$SWEEP_FOLLOW"} -o "$WORK/strace.log" -e trace="$call" -e "inject=$call:$how:when=$n" git-rfsn "$@" >/dev/null 2>"$WORK/broken" </dev/null || true
    sweep_verify "$* with $how at $call $n"
    hit || return 0
    points=$((points + 1))
  done
}
# sweep_child VERB CALL HOW ACTION...: the same in the git that it starts
sweep_child() {
  local verb=$1 call=$2 how=$3 n=0; shift 3
  while :; do
    n=$((n + 1)); [ "$n" -lt 400 ] || die "$verb $call has no end"
    prepare "$@"
    : > "$WORK/git.log"
    SWEEP_VERB=$verb SWEEP_STRACE="-e trace=$call -e inject=$call:$how:when=$n" PATH=$WORK/front:$PATH git-rfsn "$@" >/dev/null 2>"$WORK/broken" </dev/null || true
    cp "$WORK/git.log" "$WORK/strace.log"
    sweep_verify "$* with $how at $call $n of git $verb"
    hit || return 0
    points=$((points + 1))
  done
}
hit() { grep -q -e INJECTED -e 'killed by SIGKILL' "$WORK/strace.log"; }
# What an action needs to have something to do.
prepare() {
  case $1 in
    apply) git-rfsn fix >/dev/null 2>&1 </dev/null || die "no fix" ;;
    undo) git-rfsn fix --yes >/dev/null 2>&1 </dev/null || die "no apply" ;;
  esac
}
points=0
