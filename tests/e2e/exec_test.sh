#!/bin/bash
# SPDX-License-Identifier: MIT
# rfsn-exec by itself: what a check's command sees, how its end is passed on, and that nothing of it is left.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
gone() { for _ in $(seq 500); do kill -0 "$1" 2>/dev/null || return 0; grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null && return 0; sleep 0.02; done; die "process $1 is still there"; }
pid_in() { for _ in $(seq 500); do [ -s "$1" ] && { cat "$1"; return; }; sleep 0.02; done; die "no $1"; }

# The command's end is ours.
run 0 rfsn-exec -- true
run 7 rfsn-exec -- sh -c 'echo out; echo err >&2; exit 7'
same "$OUT" out; same "$ERR" err
run 139 bash -c 'rfsn-exec -- sh -c "kill -SEGV \$\$"; exit $?'
run 127 rfsn-exec -- no-such-program
has "$ERR" no-such-program
run 126 rfsn-exec -- /etc/passwd
run 0 rfsn-exec -- printf '[%s]' 'a b' '' '--' '$x'
same "$OUT" '[a b][][--][$x]'

# Mistakes are 125, with the usage.
for mistake in '' '--' 'true' '--bogus -- true' '--files 0 -- true' '--files 12x -- true' '--files -1 -- true' '--files' '--tmpdir relative -- true' '--cpu-seconds 99999999999999999999 -- true'; do
  # shellcheck disable=SC2086
  run 125 rfsn-exec $mistake
  has "$ERR" 'usage: rfsn-exec'
done
run 125 rfsn-exec --parent 1 -- true
has "$ERR" 'is gone'

# Limits.
run 0 rfsn-exec --files 64 -- sh -c 'ulimit -n; ulimit -c; grep NoNewPrivs /proc/self/status'
same "$(echo "$OUT" | tr -s '\n\t' '  ')" '64 0 NoNewPrivs: 1 '
run 0 bash -c 'ulimit -n 50; rfsn-exec --files 64 -- sh -c "ulimit -n"'
same "$OUT" 50
got=0; rfsn-exec --cpu-seconds 1 -- sh -c 'while :; do :; done' 2>/dev/null || got=$?
same "$got" 152   # SIGXCPU
if [ -z "${RFSN_TEST_SANITIZE:-}" ]; then
  run 1 rfsn-exec --memory-mb 200 -- python3 -c 'b = bytearray(1 << 30)'
  has "$ERR" MemoryError
fi
run 0 rfsn-exec --tmpdir "$WORK/t m p" -- sh -c 'echo "$TMPDIR|$TMP|$TEMP"; stat -c %a "$TMPDIR"'
same "$OUT" "$WORK/t m p|$WORK/t m p|$WORK/t m p
700"
ln -s /tmp "$WORK/link"
run 125 rfsn-exec --tmpdir "$WORK/link" -- true

# The network: all of it gone but a loopback that is up, or an honest refusal.
probe=$(rfsn-exec --probe)
has "$probe" 'subreaper yes'
case $probe in
  *'network-namespace yes'*)
    run 0 rfsn-exec --no-net -- cat /proc/net/dev
    same "$(echo "$OUT" | tail -n +3 | sed 's/:.*//' | tr -d ' ')" lo
    run 0 rfsn-exec --no-net=try -- python3 -c '
import os, socket
s = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(s.getsockname()); print("loopback", os.getuid())
try: socket.create_connection(("192.0.2.1", 80), 2); print("out")
except OSError as e: print("no way out")'
    same "$OUT" "loopback $(id -u)
no way out" ;;
  *)
    run 125 rfsn-exec --no-net -- true
    has "$ERR" 'does not let us take the network away'
    run 0 rfsn-exec --no-net=try -- true ;;
esac
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chmod 755 "$WORK"
  cp "$(command -v rfsn-exec)" "$WORK/rfsn-exec" && chmod 755 "$WORK/rfsn-exec"
  unprivileged() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
  case $(unprivileged "$WORK/rfsn-exec" --probe) in
    *'network-namespace yes'*)
      run 0 unprivileged "$WORK/rfsn-exec" --no-net -- sh -c 'id -u; id -g; tail -n +3 /proc/net/dev | sed "s/:.*//"'
      same "$(echo "$OUT" | tr -d ' ' | tr '\n' ' ')" '65534 65534 lo ' ;;
  esac
  # Where the kernel says no, by seccomp as container engines do it: strict fails, try goes on as the same user.
  if command -v strace >/dev/null && strace -f -e inject=unshare:error=EPERM true 2>/dev/null; then
    run 125 strace -f -o /dev/null -e trace=unshare -e inject=unshare:error=EPERM rfsn-exec --no-net -- true
    has "$ERR" 'Operation not permitted'
    run 0 strace -f -o /dev/null -e trace=unshare -e inject=unshare:error=EPERM rfsn-exec --no-net=try -- id -u
    same "$OUT" 0
  fi
fi

# Nothing is left: children in the background, daemons in sessions of their own, deaf ones too.
run 3 rfsn-exec -- sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >child; setsid sh -c "trap \"\" TERM; echo \$\$ >daemon; exec sleep 1000" >/dev/null 2>&1 & while ! [ -s daemon ]; do :; done; exit 3'
gone "$(pid_in child)"; gone "$(pid_in daemon)"
# What comes a moment after the command is still heard.
run 0 rfsn-exec -- sh -c '(sleep 0.05; echo late) & echo early'
same "$OUT" 'early
late'
# Asked to end, and killed together with the process that started it.
rm -f child daemon
rfsn-exec -- sh -c 'trap "" TERM; setsid sleep 1000 & echo $! >daemon; echo $$ >child; while :; do sleep 1; done' >/dev/null 2>&1 & exec_pid=$!
child=$(pid_in child); daemon=$(pid_in daemon)
kill -TERM $exec_pid; wait $exec_pid || true
gone "$child"; gone "$daemon"
rm -f child daemon
cat >parent.py <<'P'
import os, subprocess, sys
p = subprocess.Popen(["rfsn-exec", "--parent", str(os.getpid()), "--", "sh", "-c",
                      "setsid sleep 1000 >/dev/null 2>&1 & echo $! >daemon; echo $$ >child; while :; do sleep 1; done"], start_new_session=True)
p.wait()
P
python3 parent.py >/dev/null 2>&1 & parent=$!
child=$(pid_in child); daemon=$(pid_in daemon)
kill -KILL $parent; wait $parent 2>/dev/null || true
gone "$child"; gone "$daemon"
echo ok
