#!/usr/bin/env bash
# Who decided what: a chain of records that tells of every way to change it, a signature, and a proof that can be repeated.
. "$(dirname "$0")/lib.sh"
new_repo audit
printf 'one\n' > a.txt; git add -A; git commit -qm base
run 0 git-rfsn log; same "$OUT" ""
run 0 git-rfsn log verify; has "$OUT" "intact    0"

printf 'one \n' > a.txt; git add a.txt
run 0 git-rfsn fix
run 0 git-rfsn show --evidence; cp "$WORK/out" "$WORK/evidence.json"
run 0 git-rfsn apply
run 0 git-rfsn undo; run 0 git-rfsn fix
run 0 git-rfsn discard
run 0 git-rfsn log
for event in proposed applied undone discarded; do has "$OUT" "  $event "; done
has "$OUT" "trailing-whitespace blocked -> passed"; has "$OUT" "t@example.org"; has "$OUT" "evidence"
run 0 git-rfsn log --format json -n 1; same "$(json "$WORK/out" '[r["event"] for r in d["records"]]')" "['discarded']"
run 0 git-rfsn log verify; has "$OUT" "intact    5"

# The proof again, whatever is staged by now; a changed bundle is none.
git commit -qm blank --no-verify; git rm -q a.txt; before=$(git write-tree)
run 0 git-rfsn verify "$WORK/evidence.json"; has "$OUT" "the same verdict"
same "$(git write-tree)" "$before"
sed 's/trailing-whitespace/trailing-whitespaces/' "$WORK/evidence.json" > "$WORK/changed.json"
run 3 git-rfsn verify "$WORK/changed.json"; has "$ERR" "checksum"
run 3 git-rfsn verify a-file-that-is-not-there; has "$ERR" "a-file-that-is-not-there"
printf '{}' > "$WORK/no.json"; run 3 git-rfsn verify "$WORK/no.json"; has "$ERR" "no evidence bundle"
git init -q "$WORK/other"
(cd "$WORK/other" && run 3 git-rfsn verify "$WORK/evidence.json"; has "$ERR" "git-rfsn")
git reset -q --hard

# Signed, and still what was signed.
if command -v ssh-keygen >/dev/null; then
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/key"
  run 2 git-rfsn log sign; has "$ERR" "--key"
  run 0 git-rfsn log sign --key "$WORK/key"; has "$ERR" "signed 5 records"
  run 0 git-rfsn log verify; has "$OUT" "signed    the first 5"
  echo "t@example.org $(cat "$WORK/key.pub")" > "$WORK/allowed"
  git config gpg.ssh.allowedSignersFile "$WORK/allowed"
  run 0 git-rfsn log verify; has "$OUT" "t@example.org"
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/key2"
  run 0 git-rfsn log sign --key "$WORK/key2"
  run 1 git-rfsn log verify; has "$ERR" "none of those"
  run 0 git-rfsn log sign --key "$WORK/key"
else
  echo "SKIPPED in part: ssh-keygen is not installed"
fi

# Every way to talk it round is told.
log=.git/rfsn/audit.log; cp "$log" "$WORK/audit.log"
broken() { run 1 git-rfsn log verify; has "$ERR" "$1"; }
: > "$log"; broken "emptied"
rm "$log"; broken "is gone"
head -n 3 "$WORK/audit.log" > "$log"; broken "cut off after record 3"
sed 2d "$WORK/audit.log" > "$log"; broken "record 2"
sed '1!G;h;$!d' "$WORK/audit.log" > "$log"; broken "record 1"
sed 's/"applied"/"APPLIED"/' "$WORK/audit.log" > "$log"; broken "record 2"
# While it is broken nothing is added, work goes on, and it is said.
printf 'two \n' > a.txt; git add a.txt
run 0 git-rfsn fix --yes; has "$ERR" "git rfsn log verify"
cp "$WORK/audit.log" "$log"; run 0 git-rfsn log verify
run 2 git-rfsn log restart; has "$ERR" "nothing to restart"
: > "$log"
run 0 git-rfsn log restart
run 0 git-rfsn log verify; has "$OUT" "restarted"; has "$OUT" "emptied"
# Without a home nothing is kept, and it is said.
printf 'three \n' > a.txt; git add a.txt
run 0 env -u HOME git-rfsn fix; has "$ERR" "audit log"
