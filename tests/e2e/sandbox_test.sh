#!/bin/bash
# SPDX-License-Identifier: MIT
# rfsn-exec's file systems, processes and filters, one by one: as we are and as an ordinary user.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
cp "$(command -v rfsn-exec)" exec && chmod 755 "$WORK" exec
has "$("$WORK/exec" --probe)" 'seccomp '
case $("$WORK/exec" --probe) in *'read-only-file-system yes'*) ;; *) skip "no mounts are allowed here" ;; esac

as() { if [ "$USER_NOW" = us ]; then "$@"; else setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi; }
in_tree() {  # in_tree OPTIONS... -- COMMAND
  run "$1" as "$WORK/exec" --pids --no-net --read-only --overlay "$TREE" "$LAYERS/u" "$LAYERS/w" --chdir "$TREE" "${@:2}"
}
users=us
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then users="us nobody"; fi
for USER_NOW in $users; do
  HERE=$WORK/$USER_NOW; TREE="$HERE/tr,e:e \\x"; LAYERS=$HERE/layers
  mkdir -p "$TREE/d" "$LAYERS/u" "$LAYERS/w" "$HERE/secret" "$HERE/tmp" "$HERE/open" "$HERE/hidden/open"
  echo lower >"$TREE/f"; echo in >"$TREE/d/in"; echo key >"$HERE/secret/key"; echo file >"$HERE/one"
  [ "$USER_NOW" = us ] || chown -R 65534:65534 "$HERE"

  # Writes land in the upper layer, under the real path, and stay for the next command.
  in_tree 0 -- sh -c 'pwd; echo upper >f; echo new >d/new; id -u'
  same "$OUT" "$TREE
$(as id -u)"
  same "$(cat "$TREE/f")" lower; [ ! -e "$TREE/d/new" ] || die "written through"
  in_tree 0 -- cat f d/new; same "$OUT" "upper
new"
  # A directory of the lower layer cannot be renamed by the kernel; mv copies it, and the copy counts.
  in_tree 0 -- sh -c 'mv d e && cat e/in && ! test -e d'
  same "$OUT" in
  [ -d "$TREE/d" ] || die "the lower directory is gone"
  in_tree 1 -- python3 -c 'import os; os.rename("e2", "e3")'
  # All else is read-only, devices are not, and what is hidden is empty.
  in_tree 0 --hide "$HERE/secret" --hide "$HERE/one" --hide /no/such -- sh -c "
    for p in '$HERE/x' /etc/x /root/x /usr/x '$HERE/secret/x'; do (echo x >\"\$p\") 2>/dev/null && echo \"wrote \$p\"; done
    ls '$HERE/secret'; cat '$HERE/one'; echo quiet >/dev/null; echo shm >/dev/shm/x; cat /dev/shm/x"
  same "$OUT" shm
  [ ! -e /dev/shm/x ] || die "/dev/shm is shared"
  # What is writable inside of what is hidden, and hidden inside of what is writable.
  echo not >"$HERE/hidden/not"
  in_tree 0 --hide "$HERE/hidden" --writable "$HERE/hidden/open" -- sh -c "ls '$HERE/hidden'; echo w >'$HERE/hidden/open/w'"
  same "$OUT" open; same "$(cat "$HERE/hidden/open/w")" w
  in_tree 0 --hide "$HERE/secret" --writable "$HERE" -- sh -c "ls '$HERE/secret'; echo w >'$HERE/open/w2'"
  same "$OUT" ""
  # /tmp is private, but for what is needed of it.
  case $WORK in /tmp/*)
    in_tree 0 --private-tmp "$HERE/tmp" --expose "/tmp/$(echo "$WORK" | cut -d/ -f3)" -- sh -c 'ls /tmp | wc -l; echo t >/tmp/mine; cat f'
    same "$OUT" "1
upper"
    [ ! -e /tmp/mine ] || die "/tmp is shared"; same "$(cat "$HERE/tmp/mine")" t ;;
  esac
  # Processes: only its own, and none is left, whatever session it is in.
  in_tree 0 -- sh -c 'ps -e | grep -c .; kill -9 1; setsid sleep 66666 >/dev/null 2>&1 & echo still'
  has "$OUT" still
  if pgrep -f '^sleep 66666' >/dev/null; then die "a daemon outlived its check"; fi
  in_tree 3 -- sh -c 'exit 3'
  run 139 bash -c 'exec "$@"' - "$WORK/exec" --pids -- sh -c 'kill -SEGV $$'
  # Kernel interfaces of the machine.
  in_tree 0 -- sh -c '(echo 1 >/proc/sys/kernel/panic) 2>/dev/null && echo wrote; echo 10 >/proc/self/oom_score_adj && echo own'
  same "$OUT" own
  in_tree 0 --seccomp -- python3 -c '
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
for name, number in (("bpf", 321), ("keyctl", 250), ("perf_event_open", 298), ("io_uring_setup", 425), ("userfaultfd", 323)) if os.uname().machine == "x86_64" else ():
    print(name, c.syscall(number, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno())'
  hasnt "$OUT" "False"
  if [ "$(uname -m)" = x86_64 ]; then same "$(echo "$OUT" | grep -vc ' 1$' || true)" 0; fi
  in_tree 0 --seccomp=strict -- sh -c 'unshare -Ur true 2>/dev/null && echo escaped; echo held'
  same "$OUT" held
  # Without a network namespace, sockets themselves can be forbidden.
  run 0 as strace -D -f -qq -o /dev/null -e trace=unshare -e inject=unshare:error=EPERM "$WORK/exec" --no-net=deny --seccomp -- python3 -c '
import socket
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
    try: socket.socket(family); print("yes")
    except PermissionError: print("no")'
  same "$OUT" "no
no
yes"
  # Landlock holds alone where nothing can be mounted.
  case $("$WORK/exec" --probe) in *'landlock yes'*)
    run 0 as "$WORK/exec" --no-mounts --landlock --read-only --writable "$HERE/open" --hide "$HERE/secret" --chdir "$HERE" -- sh -c "
      (echo x >x) 2>/dev/null && echo wrote; cat secret/key 2>/dev/null && echo read; cat one; echo y >open/y; mv open/y open/z; echo >/dev/null; cat open/z"
    same "$OUT" "file
y" ;;
  esac
  # A refusal names the step, and nothing runs.
  in_tree 125 --writable "$HERE/no-such" -- echo ran
  has "$ERR" 'no-such'; same "$OUT" ""
  run 125 as "$WORK/exec" --overlay "$TREE" /no/such /no/such -- echo ran
  same "$OUT" ""
done

# Root's rights: what could undo it is gone for good.
if [ "$(id -u)" = 0 ]; then
  USER_NOW=us; HERE=$WORK/us; TREE="$HERE/tr,e:e \\x"; LAYERS=$HERE/layers
  in_tree 0 --hide "$HERE/secret" -- sh -c "mount -o remount,rw / 2>/dev/null && echo remounted; umount '$HERE/secret' 2>/dev/null && echo unhidden
    unshare -m sh -c \"umount '$HERE/secret'\" 2>/dev/null && echo unhidden; unshare -Urm sh -c \"umount '$HERE/secret'\" 2>/dev/null && echo unhidden
    mknod x b 8 0 2>/dev/null && echo device; chown 1:1 f && echo owner"
  same "$OUT" owner
fi
# Many commands on one layer, one after the other.
mkdir -p "$LAYERS/u2" "$LAYERS/w2"
for n in 1 2 3; do run 0 "$WORK/exec" --read-only --overlay "$WORK/us/open" "$LAYERS/u2" "$LAYERS/w2" -- sh -c "echo $n >>$WORK/us/open/count; cat $WORK/us/open/count | wc -l"; same "$OUT" "$n"; done
echo ok
