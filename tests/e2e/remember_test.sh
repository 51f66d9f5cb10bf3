#!/usr/bin/env bash
# What was just asked about the same bytes starts no process; whatever could change the answer asks anew.
. "$(dirname "$0")/lib.sh"
need black; need flake8
new_repo py
mkdir -p web; printf '[tool.black]\nline-length = 88\n' > pyproject.toml; printf '[flake8]\n' > .flake8; printf 'x = 1\n' > a.py; printf 'y = 2\n' > b.py
git add -A; git commit -qm base
run 0 git-rfsn init
# report NAME: JSON of a check, exit status in $CODE
report() { CODE=0; "${@:2}" >"$WORK/$1.json" 2>"$WORK/err" </dev/null || CODE=$?; }
# cached NAME CHECK: whether that check's outcome was remembered
cached() { json "$WORK/$1.json" "[r['cached'] for r in d['runs'] if r['check'] == '$2'][0]"; }
state() { json "$WORK/$1.json" "[r['state'] for r in d['runs'] if r['check'] == '$2'][0]"; }
# processes: how many checks' processes the last command started
processes() { grep -c '"logger":"process"' "$WORK/log" || true; }
check() { rm -f "$WORK/log"; RFSN_LOG=debug RFSN_LOG_FILE=$WORK/log report "$1" git-rfsn check --format json "${@:2}"; }

printf 'x = 3\n' > a.py; git add a.py
check first; same "$CODE" 0; same "$(cached first black)" False
[ "$(processes)" -gt 0 ] || die "the first run started no process"
check second; same "$CODE" 0; same "$(cached second black)" True; same "$(cached second flake8)" True; same "$(processes)" 0
same "$(state second black)" passed
run 0 git-rfsn check -v; has "$ERR" cached

# The hook takes it from there, and a change elsewhere leaves it.
rm -f "$WORK/log"; RFSN_LOG=debug RFSN_LOG_FILE=$WORK/log git commit -qm "remembered" 2>"$WORK/err"; same "$(processes)" 0
git reset -q --soft HEAD~1
printf 'unstaged = 1\n' >> b.py; check third; same "$(cached third black)" True; git checkout -q b.py

# Red is remembered too, with its findings, and blocks.
printf 'import os\nx = 3\n' > a.py; git add a.py
check red; same "$CODE" 1; same "$(cached red flake8)" False
check again; same "$CODE" 1; same "$(cached again flake8)" True
same "$(json "$WORK/red.json" "[(f['path'], f['line'], f['code'], f['message'], f['fingerprint']) for f in d['findings']]")" \
     "$(json "$WORK/again.json" "[(f['path'], f['line'], f['code'], f['message'], f['fingerprint']) for f in d['findings']]")"
git commit -qm "red" 2>/dev/null && die "a remembered red let a commit through"
check fresh --fresh; same "$(cached fresh flake8)" False; same "$CODE" 1
RFSN_REMEMBER_RESULTS=false check off; same "$(cached off flake8)" False

# What could change the answer: the configuration above the file, the file's mode, another file, the tool's packages, the environment.
printf 'x = 3\n' > a.py; git add a.py; check green; same "$(cached green black)" True
printf '[tool.black]\nline-length = 60\n' > pyproject.toml; git add pyproject.toml; check configured; same "$(cached configured black)" False
git reset -q pyproject.toml; git checkout -q pyproject.toml; check back; same "$(cached back black)" True
printf 'y = 3\n' > b.py; git add b.py; check more; same "$(cached more black)" False
git reset -q b.py; git checkout -q b.py
LANG=de_DE.UTF-8 TZ=Asia/Tokyo check elsewhere; same "$(cached elsewhere black)" False

# CI and proofs ask for themselves.
check ci --stage ci; same "$(cached ci black)" False
# A damaged file costs time, never a verdict.
file=$(find "$HOME/.cache/git-rfsn" -name results.db); [ -n "$file" ] || die "where is it kept?"
printf 'garbage' | dd of="$file" bs=1 seek=0 conv=notrunc 2>/dev/null
check damaged; same "$CODE" 0; same "$(state damaged black)" passed
rm -rf "$HOME/.cache/git-rfsn"; check deleted; same "$CODE" 0; same "$(cached deleted black)" False

# Whole-tree checks, builds and tests see more of the world than their files: they always run.
if command -v pytest >/dev/null; then
  printf 'def add(a, b):\n    return a + b\n' > calc.py; printf 'from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n' > test_calc.py
  git add -A
  for round in 1 2; do check "tests$round" --stage pre-push; same "$(state "tests$round" pytest)" passed; same "$(cached "tests$round" pytest)" False; done
  same "$(cached tests2 black)" True
fi
