#!/bin/bash
# SPDX-License-Identifier: MIT
# Where a team's own whole-tree check runs, through the whole program: as root, as an ordinary user, and where the kernel
# gives no namespaces. What it sees is what is staged, and nothing of what it does is left.
. "$(dirname "$0")/lib.sh"
cp "$(command -v git-rfsn)" "$(command -v rfsn-exec)" "$WORK/" && chmod 755 "$WORK" "$WORK/git-rfsn" "$WORK/rfsn-exec"
export PATH=$WORK:$PATH

repo() {  # repo NAME: with unstaged work everywhere and a check that looks at all of it and does its worst
  new_repo "$1"
  mkdir -p dir node_modules/dep
  echo one >dir/a; echo two >b; echo gone >c; printf 'node_modules/\n*.o\n' >.gitignore
  cat >.rfsn.yaml <<'Y'
checks:
  look:
    run: [sh, -c, "sh look.sh"]
    files: ["b"]
    required: true
Y
  cat >look.sh <<'S'
[ "$(cat dir/a)" = one ] || { echo "dir/a is not as staged"; exit 1; }
[ "$(cat b)" = staged ] || { echo "b is not as staged"; exit 1; }
[ -e c ] && [ ! -e untracked ] && [ ! -e x.o ] || { echo "files are not as staged"; exit 1; }
[ "$(cat node_modules/dep/index.js)" = dep ] || { echo "no dependencies"; exit 1; }
echo mine >b; rm -rf dir; echo new >new
for path in "$HOME/evil" /tmp/evil.$$ /var/tmp/evil.$$ "$OUTSIDE/evil" "$ORIGIN/evil" "$ORIGIN/.git/evil"; do echo evil >"$path"; done 2>/dev/null
setsid sleep 77777 >/dev/null 2>&1 &
exit 0
S
  git add -A; git commit -qm base
  echo dep >node_modules/dep/index.js; echo staged >b; git add b
  echo unstaged >b; echo unstaged >dir/a; rm c; echo mine >untracked; echo stale >x.o
  sed -i "s|\"sh look.sh\"|\"OUTSIDE=$WORK ORIGIN=$PWD sh look.sh\"|" .rfsn.yaml; git add .rfsn.yaml
}
look() {  # look TIER COMMAND...: runs the check in the current repository by COMMAND and demands all of it
  local tier=$1 before; shift
  before=$(tree_digest; git status --porcelain)
  run 0 "$@" git-rfsn init
  run 0 "$@" git-rfsn trust
  run 0 "$@" git-rfsn check --only look --format json --output "$HOME/r.json"
  has "$(json "$HOME/r.json" '[r["isolation"] for r in d["runs"] if r["check"] == "look"][0]')" "$tier"
  same "$(tree_digest; git status --porcelain)" "$before"
  for left in "$HOME/evil" "$WORK/evil" .git/evil evil; do [ ! -e "$left" ] || die "left: $left"; done
  [ -z "$(ls /tmp/evil.* /var/tmp/evil.* 2>/dev/null)" ] || die "left in /tmp"
  run 0 "$@" git-rfsn check --only look --format json --output "$HOME/r.json"   # what is remembered serves again
}

repo as-we-are
case $(git-rfsn doctor 2>&1) in
  *'whole-tree checks: overlay'*) tier=overlay ;;
  *'whole-tree checks: shadow tree (no overlay: '*) tier=shadow ;;
  *) die "doctor does not say where whole-tree checks run" ;;
esac
look "$tier"
if pgrep -f '^sleep 77777' >/dev/null; then die "a daemon outlived its check"; fi

# Something mounted inside, which an overlay would not show.
if [ "$tier" = overlay ] && [ "$(id -u)" = 0 ]; then
  mkdir mounted
  got=$(unshare -m sh -c 'mount -t tmpfs none mounted && git-rfsn check --only look --format json --output "$HOME/r.json"; git-rfsn doctor' 2>&1)
  has "$(json "$HOME/r.json" '[r["isolation"] for r in d["runs"] if r["check"] == "look"][0]')" "shadow (something is mounted inside the work tree"
  has "$got" "something is mounted inside the work tree, at $PWD/mounted"
  rmdir mounted
fi

# No namespaces: the same answers from a tree of our own, and doctor says what is missing.
denied() { strace -D -f -qq -o /dev/null -e trace=unshare -e inject=unshare:error=EPERM "$@"; }
if denied true 2>/dev/null; then
  repo denied
  look shadow denied
  got=$(denied git-rfsn doctor 2>&1 || true)
  has "$got" 'network namespace: no (unshare'; has "$got" 'shadow tree (no overlay: this machine lets us mount nothing)'
fi

# An ordinary user.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  repo ordinary
  export HOME=$WORK/home2; mkdir "$HOME"; git config --global init.defaultBranch main
  chown -R 65534:65534 "$WORK/ordinary" "$HOME"
  unprivileged() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
  git config --global --add safe.directory "$WORK/ordinary"; chown -R 65534:65534 "$HOME"
  case $(unprivileged rfsn-exec --probe) in *'read-only-file-system yes'*) look overlay unprivileged ;; *) look shadow unprivileged ;; esac
fi
echo ok
