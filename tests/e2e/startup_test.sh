#!/usr/bin/env bash
# You pay only for what a run needs: no CA bundle, no network library, no socket, no other process, no pack that nobody asked for.
. "$(dirname "$0")/lib.sh"
need strace
new_repo startup
printf 'text\n' > a.txt; printf 'x = 1\n' > a.py; git add -A; git commit -qm base
printf 'more text\n' > a.txt; git add -A
log=$HOME/.local/state/git-rfsn/log.jsonl
calls() { run 0 strace -f -qq -e trace=execve,openat,open,socket,connect,clone,clone3,vfork -o "$WORK/calls" "$@"; }
calls git-rfsn --version
static=; file "$(command -v git-rfsn)" | grep -q static && static=1
calls git-rfsn check
for word in ca-certificates 'ssl/certs' 'socket(' 'connect(' libcurl; do hasnt "$(cat "$WORK/calls")" "$word"; done
if [ -n "$static" ]; then
  same "$(grep -c 'execve(' "$WORK/calls")" 1
  hasnt "$(cat "$WORK/calls")" '.so'
fi
RFSN_LOG=debug run 0 git-rfsn check; hasnt "$(cat "$log")" "pack loaded"
printf 'x = 2\n' > a.py; git add -A
rm "$log"; RFSN_LOG=debug run 0 git-rfsn check --only builtin; hasnt "$(cat "$log")" "pack loaded"
rm "$log"; RFSN_LOG=debug run 0 git-rfsn check; has "$(cat "$log")" '"pack":"python"'; hasnt "$(cat "$log")" '"pack":"rust"'
