#!/usr/bin/env bash
# Side by side: commits in two worktrees, ten worktrees at once, two gates in one repository, an editor that saves, git gc.
. "$(dirname "$0")/lib.sh"
new_repo main
lines() { seq 1 20 | sed 's/$/ line/'; }
lines > a.txt; lines > b.txt; git add -A; git commit -qm base
run 0 git-rfsn init
for i in $(seq 10); do git worktree add -q -b "w$i" "$WORK/w$i"; done

# Ten at once: each proposes, applies and commits its own, and none sees another's.
one() {
  cd "$WORK/w$1"
  lines | sed "3s/\$/ from $1  /" > a.txt; git add a.txt
  lines | sed "3s/\$/ from $1  /; 18s/line/mine $1/" > a.txt; printf 'unstaged %s\n' "$1" > b.txt
  git commit -qm "red $1" 2>/dev/null && return 1
  git-rfsn fix --yes 2>"$WORK/log.$1" || return 2
  git commit -qm "green $1" 2>>"$WORK/log.$1" || return 3
}
pids=()
for i in $(seq 10); do one "$i" </dev/null >/dev/null & pids[i]=$!; done
for i in $(seq 10); do
  code=0; wait "${pids[i]}" || code=$?
  [ "$code" = 0 ] || die "worktree $i ended with $code: $(cat "$WORK/log.$i")"
done
for i in $(seq 10); do
  same "$(git show "w$i:a.txt" | sed -n 3p)" "3 line from $i"; same "$(git show "w$i:b.txt" | sha256sum)" "$(lines | sha256sum)"
  same "$(sed -n 18p "$WORK/w$i/a.txt")" "18 mine $i"; same "$(cat "$WORK/w$i/b.txt")" "unstaged $i"
  same "$(git -C "$WORK/w$i" status --porcelain)" " M a.txt
 M b.txt"
done
same "$(git status --porcelain)" ""
same "$(git config core.bare)" "false"
# undo is the worktree's own
cd "$WORK/w3"; run 0 git-rfsn undo; same "$(git show :a.txt | sed -n 3p)" "3 line from 3  "; git reset -q --hard
cd "$WORK/w4"; same "$(git show :a.txt | sed -n 3p)" "3 line from 4"
cd "$WORK/main"

# Two gates in one repository: both say the same; of two that apply, one wins and the other says why.
lines | sed '3s/$/ x  /' > a.txt; git add a.txt; lines | sed '3s/$/ x  /; 18s/line/mine/' > a.txt
before=$(tree_digest; git ls-files -s)
for round in 1 2 3 4 5; do
  run 0 git-rfsn fix
  git-rfsn apply >/dev/null 2>"$WORK/first" </dev/null & first=$!
  git-rfsn apply >/dev/null 2>"$WORK/second" </dev/null & second=$!
  git-rfsn check >/dev/null 2>&1 </dev/null & third=$!
  one=0; wait $first || one=$?
  two=0; wait $second || two=$?
  wait $third || true
  case "$one $two" in "0 3" | "3 0") ;; *) die "round $round: $one and $two: $(cat "$WORK/first" "$WORK/second")" ;; esac
  same "$(git show :a.txt | sed -n 3p)" "3 line x"; same "$(sed -n 18p a.txt)" "18 mine"
  run 0 git-rfsn undo
  same "$(tree_digest; git ls-files -s)" "$before"
done

# An editor that saves all the time: every save is there in the end, whole, and the fix is merged or left out.
for round in $(seq 12); do
  run 0 git-rfsn fix
  (for i in $(seq 40); do lines | sed "3s/\$/ x  /; 18s/line/save $i/" > .tmp-save; mv .tmp-save a.txt; sleep 0.00$((RANDOM % 9 + 1)); done) &
  editor=$!
  sleep 0.0$((RANDOM % 9))
  code=0; git-rfsn apply >/dev/null 2>"$WORK/err" </dev/null || code=$?
  wait $editor
  [ "$code" = 0 ] || die "apply beside an editor ended with $code: $(cat "$WORK/err")"
  case "$(sed -n 18p a.txt)" in "18 save "*) ;; *) die "a save was lost: $(cat a.txt)" ;; esac
  same "$(wc -l < a.txt)" 20
  same "$(git show :a.txt | sed -n 3p)" "3 line x"
  git reset -q; lines | sed '3s/$/ x  /' > a.txt; git add a.txt
done

# Somebody who stages all the time: the gate stops, or the entries are all right.
run 0 git-rfsn fix
(for i in $(seq 60); do printf '%s\n' "$i" > b.txt; git add b.txt 2>/dev/null || true; done) & stager=$!
code=0; git-rfsn apply >/dev/null 2>"$WORK/err" </dev/null || code=$?
wait $stager
[ "$code" = 3 ] || [ "$code" = 0 ] || die "apply beside git add ended with $code"
[ "$code" = 0 ] || same "$(git show :a.txt | sed -n 3p)" "3 line x  "
[ ! -e .git/index.lock ] || die "left locked"
git reset -q --hard; lines | sed '3s/$/ x  /' > a.txt; git add a.txt

# git gc all along: pruning at once while checks run and proposals are made, and with git's own grace for new objects while they are applied
# (without it git takes what anybody has just written and not yet named, `git add` included).
collect() {
  rm -f "$WORK/stop"
  (while [ ! -e "$WORK/stop" ]; do git gc -q "--prune=$1" 2>/dev/null || true; git repack -adq 2>/dev/null || true; done) & collector=$!
}
collect now
for round in $(seq 6); do run 1 git-rfsn check; has "$ERR" "a.txt:3"; run 0 git-rfsn fix; has "$ERR" "proven"; done
: > "$WORK/stop"; wait $collector
collect 1.hour.ago
for round in $(seq 6); do
  run 0 git-rfsn fix --yes
  git write-tree >/dev/null || die "round $round: the index names what is gone"
  run 0 git-rfsn undo
  git write-tree >/dev/null || die "round $round: the index names what is gone after undo"
  same "$(git show :a.txt | sed -n 3p)" "3 line x  "
done
: > "$WORK/stop"; wait $collector
git fsck --no-dangling --no-progress >/dev/null 2>&1 || die "git fsck"

# A collector that had looked at the index before an apply may take what that has staged after it ended: the next command writes it again.
gone() { # BLOB: as git prune would leave it
  rm -f ".git/objects/${1:0:2}/${1:2}"
  git write-tree >/dev/null 2>&1 && die "git still finds $1"
  return 0
}
git reset -q --hard; lines | sed '3s/$/ z  /' > a.txt; git add a.txt
run 0 git-rfsn fix --yes
gone "$(git rev-parse :a.txt)"
run 0 git-rfsn check; has "$ERR" "git gc had removed what the last apply staged; 1 file was written again"
git write-tree >/dev/null || die "what was applied is gone"
run 0 git-rfsn check; hasnt "$ERR" "git gc"
run 0 git-rfsn undo
gone "$(git rev-parse :a.txt)"
run 1 git-rfsn check; has "$ERR" "written again"; has "$ERR" "a.txt:3"
git write-tree >/dev/null || die "what undo staged is gone"
# What the index does not name any more is git's to collect.
run 0 git-rfsn fix --yes; applied=$(git rev-parse :a.txt)
git reset -q --hard; rm -f ".git/objects/${applied:0:2}/${applied:2}"
printf 'other\n' > b.txt; git add b.txt
run 0 git-rfsn check; hasnt "$ERR" "git gc"
git cat-file -e "$applied" 2>/dev/null && die "what nobody names was written again"
git write-tree >/dev/null
