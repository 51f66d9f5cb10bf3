#!/usr/bin/env bash
# What is judged: the index and nothing else; --all, --range, --files, --only, --skip, the formats.
. "$(dirname "$0")/lib.sh"
new_repo selection
printf 'old \n' > old.txt; mkdir d; printf 'deep \n' > d/deep.txt; git add -A; git commit -q -m old
printf 'good\n' > a.txt; git add a.txt; printf 'bad \n' > a.txt; printf 'bad \n' > untracked.txt
run 0 git-rfsn check; has "$ERR" "1 file"
run 1 git-rfsn check --all; has "$ERR" "old.txt:1"; has "$ERR" "d/deep.txt:1"; hasnt "$ERR" "a.txt:1"
run 1 git-rfsn check --all-files
run 1 git-rfsn check --files old.txt; has "$ERR" "old.txt:1"
run 0 git-rfsn check --files a.txt
run 2 git-rfsn check --files untracked.txt; has "$ERR" "not tracked"
(cd d && git-rfsn check --files deep.txt 2>"$WORK/err") && die "judged nothing"
has "$(cat "$WORK/err")" "d/deep.txt:1"
git commit -qm a
printf 'worse \n' > w.txt; git add w.txt; git commit -q --no-verify -m w
run 1 git-rfsn check --range HEAD~1..HEAD; has "$ERR" "w.txt:1"; hasnt "$ERR" "old.txt"
run 0 git-rfsn check --range HEAD~2..HEAD~1
run 2 git-rfsn check --range nowhere..HEAD; has "$ERR" "nowhere"
printf 'old \nnew\n' > old.txt; git add old.txt
run 0 git-rfsn check
printf 'old \nnew \n' > old.txt; git add old.txt
run 1 git-rfsn check; has "$ERR" "old.txt:2"; hasnt "$ERR" "old.txt:1"
run 0 git-rfsn check --skip trailing-whitespace
run 0 git-rfsn check --skip builtin
run 0 git-rfsn check --only check-yaml
RFSN_SKIP=trailing-whitespace run 0 git-rfsn check
run 1 git-rfsn check --only hygiene
run 0 git-rfsn check --explain; has "$ERR" "trailing-whitespace"
for format in json sarif github junit gitlab rdjson; do
  run 1 git-rfsn check --format $format; has "$OUT" "old.txt"; same "$ERR" ""
done
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '(d["version"], d["verdict"], d["exit_code"])')" "(1, 'blocked', 1)"
run 0 git-rfsn explain TW; has "$OUT" "trailing-whitespace"
