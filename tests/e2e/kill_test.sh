#!/usr/bin/env bash
# SIGTERM and SIGKILL at 200 random instants of check, fix, apply and undo: after the next command has run, all is as before or applied.
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/python3 ] || skip "python3 is not installed"
. "$RFSN_TEST_SOURCE/tests/support/sweep.sh"
seed=${RFSN_TEST_SEED:-$(date +%N | sed 's/^0*//')}
echo "seed $seed (RFSN_TEST_SEED=$seed repeats it)"
sweep_repo kill; sweep_learn
instants() { # COUNT ACTION
  local action=$2 word
  coproc KILLER { /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/instants.py" "$1" "$seed" git-rfsn "$action"; }
  local killer=$KILLER_PID from=${KILLER[0]} to=${KILLER[1]} what
  while read -r -u "$from" word what; do
    if [ "$word" = prepare ]; then
      prepare "$action"
    else
      # What a killed one had started may need a moment to see it.
      for _ in $(seq 40); do pgrep -f "$WORK" >/dev/null || break; sleep 0.02; done
      sweep_verify "$action, $word after $what us, seed $seed"
      kills=$((kills + 1))
    fi
    echo >&"$to" || true
  done
  wait "$killer" || die "the killer failed"
  seed=$((seed + 1))
}
kills=0
instants 30 check; instants 30 fix; instants 100 apply; instants 52 undo
sweep_end
echo "$kills ends, $ends_after of them in a completed apply"
[ "$kills" = 212 ] || die "only $kills"
