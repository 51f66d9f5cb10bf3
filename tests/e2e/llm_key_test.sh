#!/usr/bin/env bash
# A planted key is looked for, byte for byte, in everything that a run touches or leaves, while it runs and afterwards. It may be in
# one place: its own header.
# shellcheck disable=SC2002 # a process may be gone before its file is opened: cat can be silenced, a redirection cannot
source "${BASH_SOURCE%/*}/lib.sh"
need flake8
import_reply
# Not in one piece in this script either.
KEY="sk-planted-$(printf 'q7%.0s' $(seq 20))"
OTHER="hvs-planted-$(printf 'w3%.0s' $(seq 20))"
new_repo r
printf '[flake8]\n' > .flake8; git add .flake8; git commit -qm base
printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
# A check of our own that tells what it sees of its environment.
printf 'checks:\n  spy:\n    run: [sh, -c, "env; cat /proc/$PPID/environ; exit 0"]\n    files: "*.py"\n' > .rfsn.yaml; git add .rfsn.yaml
run 0 git-rfsn init
run 0 git-rfsn trust

rm -f "$WORK/port"; : > "$WORK/requests"
/usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/llm_server.py" --port-file "$WORK/port" --log "$WORK/requests" slow:2:"$WORK/good" echo-key good:"$WORK/good" >/dev/null 2>"$WORK/server" &
SERVER_PID=$!
for _ in $(seq 200); do [ -s "$WORK/port" ] && break; sleep 0.05; done
RFSN_LLM_BASE_URL="http://127.0.0.1:$(cat "$WORK/port")/v1"
export RFSN_LLM_BASE_URL RFSN_LLM_MODEL=test-model RFSN_LOG=debug
run 0 git-rfsn llm enable

export RFSN_LLM_KEY=$KEY VAULT_TOKEN=$OTHER
git-rfsn propose --format json > "$WORK/seen.out" 2> "$WORK/seen.err" &
pid=$!
# While it runs: every command line, and the environment of every process below us but git-rfsn's own and rfsn-net's.
while kill -0 "$pid" 2>/dev/null; do
  for proc in /proc/[0-9]*; do
    if cat "$proc/cmdline" 2>/dev/null | tr '\0' '\n' | grep -qF -e "$KEY" -e "$OTHER"; then die "in the process list: $(tr '\0' ' ' < "$proc/cmdline")"; fi
    case $(readlink "$proc/exe" 2>/dev/null || true) in */git-rfsn | */rfsn-net | */bash | */python3* | '') continue ;; esac
    case $(cat "$proc/environ" 2>/dev/null | tr '\0' '\n' | grep -F "HOME=$HOME" || true) in '') continue ;; esac
    # Whoever has our HOME was started by us.
    case $(cat "$proc/cmdline" 2>/dev/null | tr '\0' ' ' || true) in cat* | tr* | grep* | sleep* | readlink*) continue ;; esac
    if cat "$proc/environ" 2>/dev/null | tr '\0' '\n' | grep -qF -e "$KEY" -e "$OTHER"; then
      die "in the environment of $(tr '\0' ' ' < "$proc/cmdline")"
    fi
  done
  sleep 0.2
done
wait "$pid" || die "propose failed: $(cat "$WORK/seen.err")"
# Once more with a server that repeats the key, and a log of everything.
printf 'import os\n\n\ndef f():\n    return 3\n' > a.py; git add a.py
git-rfsn propose --set llm.cache=false > "$WORK/seen2.out" 2> "$WORK/seen2.err" && die "the server refused the key"
git-rfsn llm test > "$WORK/seen3.out" 2> "$WORK/seen3.err" || die "$(cat "$WORK/seen3.err")"
unset RFSN_LLM_KEY VAULT_TOKEN

# Afterwards: the repository, everything in HOME (configuration, cache, state, log), what was printed, temporary files.
if found=$(grep -rlaF -e "$KEY" -e "$OTHER" "$WORK/r" "$HOME" "$WORK"/seen*); then die "the key is in: $found"; fi
# The requests hold it in their one header, and nothing of Vault's.
/usr/bin/python3 - "$WORK/requests" "$KEY" "$OTHER" <<'P'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) >= 3, len(lines)
for line in lines:
    assert line["headers"].pop("authorization") == "Bearer " + sys.argv[2], "not in its header"
    rest = json.dumps(line)
    assert sys.argv[2] not in rest and sys.argv[3] not in rest, "elsewhere in a request"
P
has "$(cat "$WORK/seen2.err")" "[key]"
