# shellcheck shell=bash
# Sourced by every end-to-end script: a fresh HOME, no git configuration of the machine, the built programs on PATH.
set -euo pipefail
for name in $(compgen -e | grep -E '^(GIT_|XDG_)' || true); do unset "$name"; done
: "${RFSN_TEST_BIN:?directory of the built programs}" "${RFSN_TEST_SOURCE:?source directory}"
for name in $(compgen -e | grep -E '^RFSN_' | grep -vE '^RFSN_TEST_' || true); do unset "$name"; done
unset NO_COLOR CI CLICOLOR_FORCE GITHUB_ACTIONS || true
WORK=$(mktemp -d "${TMPDIR:-/tmp}/rfsn-e2e.XXXXXX")
WORK=$(cd "$WORK" && pwd -P)
RFSN_TEST_HOME=${RFSN_TEST_HOME:-$HOME}
export HOME=$WORK/home GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$WORK LC_ALL=C.UTF-8 TZ=UTC
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
export PATH=$RFSN_TEST_BIN:/usr/bin:/bin:/usr/local/bin:$PATH
mkdir -p "$HOME"
git config --global init.defaultBranch main
git config --global advice.detachedHead false
SERVER_PID=
cleanup() { status=$?; [ -z "$SERVER_PID" ] || kill "$SERVER_PID" 2>/dev/null || true; [ -n "${KEEP:-}" ] || rm -rf "$WORK"; exit $status; }
trap cleanup EXIT

die() { echo "FAILED at ${BASH_SOURCE[-1]}:${BASH_LINENO[-2]}: $*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }
need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }
# use_tools go|cargo|node|java|dotnet: finds a toolchain where people and ./dev setup put it, with caches below $WORK
use_tools() {
  local tools=$RFSN_TEST_SOURCE/build/tools
  case $1 in
    go) export PATH=$PATH:/usr/local/go/bin:$tools/go GOCACHE=$WORK/gocache GOPATH=$WORK/gopath GOTOOLCHAIN=local ;;
    cargo)
      export PATH=$PATH:$RFSN_TEST_HOME/.cargo/bin CARGO_HOME=$WORK/cargo
      [ ! -d "$RFSN_TEST_HOME/.rustup" ] || export RUSTUP_HOME=${RUSTUP_HOME:-$RFSN_TEST_HOME/.rustup} ;;
    dotnet) export PATH=$PATH:$tools/dotnet ;;
  esac
}
# new_repo NAME: makes it, with one commit, and goes there
new_repo() { git init -q "$WORK/$1"; cd "$WORK/$1"; git commit -q --allow-empty -m base; }
# run EXIT COMMAND...: runs, demands the exit code, leaves stdout in $OUT and stderr in $ERR
run() {
  local want=$1 got=0; shift
  "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || got=$?
  OUT=$(cat "$WORK/out"); ERR=$(cat "$WORK/err")
  [ "$got" = "$want" ] || { printf -- '--- out\n%s\n--- err\n%s\n' "$OUT" "$ERR" >&2
    die "exit $got, wanted $want: $*"; }
}
# has TEXT NEEDLE: demands that it is there; hasnt: that it is not
has() { case $1 in *"$2"*) ;; *) printf '%s\n' "$1" >&2; die "missing: $2" ;; esac; }
hasnt() { case $1 in *"$2"*) printf '%s\n' "$1" >&2; die "unwanted: $2" ;; esac; }
same() { [ "$1" = "$2" ] || die "'$1' is not '$2'"; }
# json FILE EXPRESSION: python over the document d
json() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
# Every byte and mode of the work tree, for before-and-after.
tree_digest() { find . -path ./.git -prune -o \( -type f -o -type l \) -printf '%p %m ' -exec sha256sum {} \; | sort; }
# import_reply: a model's answer that takes an unused import out of a.py, in $WORK/good
import_reply() {
  cat > "$WORK/good" <<'T'
a.py
<<<<<<< SEARCH
import os


def f():
=======
def f():
>>>>>>> REPLACE
T
}
