#!/usr/bin/env bash
# A tool that is missing, crashes, hangs, floods, or ends in a way nobody knows is never `passed`.
. "$(dirname "$0")/lib.sh"
new_repo trouble
mkdir "$WORK/bin"
export PATH=$WORK/bin:$PATH
printf '[flake8]\nmax-line-length = 88\n' > .flake8
printf 'x = 1\n' > a.py
git add -A
state() { json "$WORK/r.json" '[(r["state"], r["reason"]) for r in d["runs"] if r["check"] == "flake8"][0]'; }
fake() { printf '#!/bin/sh\n%s\n' "$1" > "$WORK/bin/flake8"; chmod +x "$WORK/bin/flake8"; }
check() { run "$1" git-rfsn check --only flake8 "${@:2}" --format json --output "$WORK/r.json"; }

fake 'kill -SEGV $$'; check 3; has "$(state)" "('error', 'killed by SIGSEGV"
fake 'exit 42'; check 3; has "$(state)" "('error', 'exit 42"
fake 'echo oops; exit 1'; check 3; has "$(state)" "('error', 'it failed (exit 1) without a finding: oops')"
fake 'echo "a.py:1:1: F401 os"; exit 1'; check 1; has "$(state)" "blocked"
fake 'exit 0'; check 0; has "$(state)" "passed"
fake 'exec yes flood'; check 3 --set checks.flake8.timeout=2s; has "$(state)" "('error', 'timed out"
fake "sleep 4321.$$ & sleep 4321.$$"; check 3 --set checks.flake8.timeout=1s; has "$(state)" "('error', 'timed out"
sleep 0.2
if pgrep -f "^sleep 4321.$$" >/dev/null; then die "the grandchild is still running"; fi
fake 'sleep 4321 & exit 0'; check 0; has "$(state)" "passed"
if pgrep -f 'sleep 4321' >/dev/null; then die "something was left running"; fi

# The stage's deadline: not required = skipped and said; required = error.
fake 'sleep 4321'
check 0 --set deadline.pre-commit=1s; has "$(state)" "('skipped', 'deadline')"
check 3 --set deadline.pre-commit=1s --set checks.flake8.required=true; has "$(state)" "('error', 'deadline')"

# ^C: within a second, 130, nothing left.
fake 'sleep 4321'
start=$(date +%s%N)
code=0
timeout --preserve-status -s INT 1 git-rfsn check --only flake8 >/dev/null 2>"$WORK/err" </dev/null || code=$?
took=$(( ($(date +%s%N) - start) / 1000000 ))
same "$code" 130
[ "$took" -lt 3000 ] || die "^C took $took ms"
if pgrep -f 'sleep 4321' >/dev/null; then die "something was left running"; fi

# Missing: one line, exit 0 with the built-ins; alone it judged nothing: exit 3; required: exit 3.
rm "$WORK/bin/flake8"
PATH=$RFSN_TEST_BIN:$WORK/bin:$(dirname "$(command -v git)") ; mkdir -p "$WORK/few"
for tool in git sh sed; do ln -sf "$(command -v $tool)" "$WORK/few/$tool"; done
export PATH=$RFSN_TEST_BIN:$WORK/few
/usr/bin/env git-rfsn check >/dev/null 2>"$WORK/err" || die "a missing tool blocked: $(/bin/cat "$WORK/err")"
has "$(/bin/cat "$WORK/err")" "flake8"
code=0; git-rfsn check --only flake8 2>"$WORK/err" || code=$?
same "$code" 3
code=0; git-rfsn check --set checks.flake8.required=true 2>"$WORK/err" || code=$?
same "$code" 3
has "$(/bin/cat "$WORK/err")" "required"
export PATH=/usr/bin:/bin
