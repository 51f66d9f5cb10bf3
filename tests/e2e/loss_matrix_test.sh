#!/usr/bin/env bash
# What other gates lose, through real commits: nothing is hidden, so nothing can fail to come back. S1 to S13.
. "$(dirname "$0")/lib.sh"
n=0
nap=3$$$RANDOM  # this test's own sleep
lines() { seq 1 20 | sed 's/$/ line/'; }
# A repository with a.txt partly staged (a fixable finding on line 3), b.txt changed and not staged, u.txt untracked.
scene() {
  n=$((n + 1)); new_repo "s$n"
  lines > a.txt; lines > b.txt; printf 'd\n' > d.txt; git add -A; git commit -qm base
  run 0 git-rfsn init
  lines | sed '3s/$/ x  /' > a.txt; git add a.txt
  lines | sed '3s/$/ x  /; 18s/line/mine/' > a.txt
  lines | sed '7s/line/mine/' > b.txt
  printf 'u\n' > u.txt
}
state() { tree_digest; git ls-files -s -v; git for-each-ref; cat .git/config .git/HEAD; find .git/hooks -type f -exec sha256sum {} + | sort; }
keep() { kept=$(state); }
unchanged() { same "$(state)" "$kept"; [ ! -e .git/index.lock ] || die "the index is locked"; }
# A check of the user's own that says when it runs and then takes its time.
slow() {
  mkdir -p "$HOME/.config/git-rfsn"
  printf '#!/bin/sh\n%s\n' "${1:-exec sleep $nap}" > "$WORK/slow"; chmod +x "$WORK/slow"
  printf 'checks:\n  slow:\n    run: ["%s/slow"]\n' "$WORK" > "$HOME/.config/git-rfsn/config.yaml"
}
quick() { rm -f "$HOME/.config/git-rfsn/config.yaml"; }
# a commit in a process group of its own, whose slow check is running
commit_in_background() {
  setsid git commit -q -m m >"$WORK/commit.out" 2>&1 </dev/null &
  job=$!
  for _ in $(seq 200); do ! pgrep -f "^sleep ${1:-$nap}\$" >/dev/null || return 0; sleep 0.05; done
  die "the check never ran: $(cat "$WORK/commit.out")"
}
nothing_runs() { for _ in $(seq 60); do pgrep -f "^sleep $nap\$" >/dev/null || return 0; sleep 0.05; done; die "something was left running"; }
gone() { wait "$job" 2>/dev/null && die "the commit went through"; nothing_runs; }

# S1 kill -9 of everything; S2 ^C; S2t SIGTERM to the group, and to the gate alone.
for how in "KILL group" "INT group" "TERM group" "TERM gate" "KILL gate"; do
  scene; slow; keep
  commit_in_background
  case $how in
    *group) kill "-${how% *}" -- "-$job" ;;
    *) kill "-${how% *}" "$(pgrep -g "$job" -x git-rfsn | head -n 1)" ;;
  esac
  gone; unchanged
  quick
  run 1 git-rfsn check; has "$ERR" "a.txt:3"; unchanged
  run 0 git-rfsn fix --yes; same "$(git diff -- b.txt | grep -c '^+7 mine')" 1; same "$(sed -n 18p a.txt)" "18 mine"
  run 0 git-rfsn undo; unchanged
done
quick

# S3 the fix and the unstaged work are on one line: the index gets it, the file stays, the patch is kept.
scene; lines | sed '3s/.*/3 mine too/' > a.txt; mine=$(sha256sum a.txt b.txt u.txt); keep
run 1 git commit -qm m; unchanged
run 0 git-rfsn fix --yes; has "$ERR" "left alone"
same "$(sha256sum a.txt b.txt u.txt)" "$mine"
kept_patch=$(printf '%s\n' "$ERR" | sed -n 's/.*the patch is kept in //p'); [ -s "$kept_patch" ] || die "no patch: $ERR"
same "$(git show :a.txt | sed -n 3p)" "3 line x"
run 0 git-rfsn undo; unchanged
# S3n no overlap: both get it, and the commit is of what was staged alone.
scene; run 0 git-rfsn fix --yes; run 0 git commit -qm m
same "$(git show HEAD:a.txt | sed -n 3p)" "3 line x"; same "$(git show HEAD:a.txt | sed -n 18p)" "18 line"
same "$(sed -n 18p a.txt)" "18 mine"; same "$(git status --porcelain)" " M a.txt
 M b.txt
?? u.txt"

# S4 a check that repairs the file itself and calls git add: in a tree of its own, so nothing vanishes here.
scene; keep
slow 'printf "rewritten\n" > a.txt; git add a.txt b.txt; git checkout -- . ; git stash; git reset --hard; rm -f u.txt; echo tried it; exit 9'
run 1 git commit -qm m; has "$ERR" "a.txt:3"; has "$ERR" "does not block"  # it ran, and failed on HEAD too
unchanged; same "$(git stash list)" ""
quick

# S5 commit -- PATH with another file staged.
scene; printf 'd \n' > d.txt; keep
run 1 git commit -qm m -- d.txt; has "$ERR" "d.txt:1"; hasnt "$ERR" "a.txt"; unchanged
run 0 git-rfsn apply; same "$(cat d.txt)" "d"; same "$(git status --porcelain -- d.txt)" ""
run 0 git-rfsn undo; unchanged

# S6 commit -a with an intent to add.
scene; git add -N u.txt; keep
run 1 git commit -qam m; has "$ERR" "a.txt:3"; unchanged
run 0 git-rfsn apply; same "$(sed -n 18p a.txt)" "18 mine"; same "$(git ls-files -s u.txt | cut -c1-10)" "100644 e69"
run 0 git-rfsn undo; unchanged

# S7 an intent to add and a fix that does not fit.
scene; git add -N u.txt; lines | sed '3s/.*/3 mine too/' > a.txt; keep
run 0 git-rfsn fix --yes; has "$ERR" "left alone"; same "$(cat u.txt)" "u"
same "$(git status --porcelain -- u.txt)" " A u.txt"
run 0 git-rfsn undo; unchanged

# S8 no file may grow (as on a full disk): 300,000 unstaged lines are not even copied.
scene; seq 1 300000 > b.txt; keep
(ulimit -f 512; trap '' XFSZ; git commit -qm m) >"$WORK/out" 2>&1 && die "that commit is red"
has "$(cat "$WORK/out")" "a.txt:3"; unchanged
(ulimit -f 0; trap '' XFSZ; git-rfsn fix --yes) >"$WORK/out" 2>&1 && die "nothing can be written"
unchanged
(ulimit -f 0; git-rfsn fix --yes) >"$WORK/out" 2>&1 && die "nothing can be written"
unchanged
run 0 git-rfsn fix --yes; same "$(wc -l < b.txt)" 300000; run 0 git-rfsn undo; unchanged

# S9 an editor saves during the run: the save is neither lost nor committed; what is staged during the run is not let through unseen.
brief=2.$nap
scene; run 0 git-rfsn fix --yes; slow "exec sleep $brief"
commit_in_background "$brief"; printf 'saved\n' > d.txt; printf 'more\n' >> b.txt
wait "$job" || die "the commit failed: $(cat "$WORK/commit.out")"
same "$(cat d.txt)" "saved"; same "$(tail -1 b.txt)" "more"
same "$(git show HEAD:d.txt)" "d"; same "$(git status --porcelain -- d.txt)" " M d.txt"
scene; run 0 git-rfsn fix --yes; printf 'x\n' > d.txt; git add d.txt; head=$(git rev-parse HEAD)
commit_in_background "$brief"; printf 'unseen \n' > d.txt; git add d.txt
wait "$job" && die "what was staged meanwhile went through"
has "$(cat "$WORK/commit.out")" "while it was being checked"
same "$(git rev-parse HEAD)" "$head"; same "$(git show :d.txt)" "unseen "
quick

# S10 unstaged mode, symlink and deletion.
scene; chmod +x b.txt; rm d.txt; ln -sf b.txt a.txt; keep
run 1 git commit -qm m; unchanged
run 0 git-rfsn fix --yes; has "$ERR" "symlink"; same "$(readlink a.txt)" "b.txt"; [ -x b.txt ] || die "b.txt lost its mode"
[ ! -e d.txt ] || die "d.txt came back"
run 0 git-rfsn undo; unchanged
# S10b the tracked file is a directory with untracked files now.
scene; rm a.txt; mkdir -p a.txt/deep; printf 'precious\n' > a.txt/deep/file; printf 'too\n' > a.txt/.hidden; keep
run 1 git commit -qm m; has "$ERR" "a.txt:3"; unchanged
run 0 git-rfsn fix --yes; has "$ERR" "directory"; same "$(cat a.txt/deep/file a.txt/.hidden)" "precious
too"
run 0 git-rfsn undo; unchanged
# and a directory of tracked files is a file
scene; mkdir dir; printf 'bad \n' > dir/x.txt; git add dir; rm -r dir; printf 'mine\n' > dir; keep
run 1 git commit -qm m; unchanged
run 0 git-rfsn fix --yes; same "$(cat dir)" "mine"; same "$(git show :dir/x.txt)" "bad"
run 0 git-rfsn undo; unchanged

# S11 a dirty submodule, submodule.recurse on.
scene; new_repo sub; printf 's\n' > s.txt; git add s.txt; git commit -qm s; cd "$WORK/s$n"
git -c protocol.file.allow=always submodule --quiet add "$WORK/sub" sub; git config submodule.recurse true
git commit -q --no-verify -m sub -- .gitmodules sub
printf 'dirty\n' >> sub/s.txt; printf 'new\n' > sub/untracked; keep
run 1 git commit -qm m; unchanged
run 0 git-rfsn fix --yes; same "$(tail -1 sub/s.txt)" "dirty"; same "$(cat sub/untracked)" "new"
run 0 git-rfsn undo; unchanged

# S12 git rm --cached, the file stays on disk.
scene; git rm -q --cached d.txt; keep
run 1 git commit -qm m; unchanged; run 0 git-rfsn fix --yes; same "$(cat d.txt)" "d"
same "$(git status --porcelain -- d.txt)" "D  d.txt
?? d.txt"
run 0 git-rfsn undo; unchanged

# S13 mixed line ends under every autocrlf: byte for byte, but for the lines of the fix.
for autocrlf in true input false; do
  scene; git config core.autocrlf "$autocrlf"; git config core.safecrlf false
  { seq 1 20 | sed 's/$/ row\r/'; printf 'lf only\n'; } > mixed.txt
  cp mixed.txt mixed.orig; git add mixed.txt; rm mixed.orig; keep
  mixed=$(sha256sum mixed.txt)
  code=0; git commit -qm m >/dev/null 2>&1 || code=$?; same "$code" 1; unchanged
  run 0 git-rfsn fix --yes --only trailing-whitespace
  same "$(sha256sum mixed.txt)" "$mixed"; same "$(sed -n 3p a.txt)" "3 line x"
  run 0 git-rfsn undo; unchanged
  # a fix in the file itself: the other lines keep their ends
  { seq 1 20 | sed 's/$/ row\r/; 4s/row/row  /'; printf 'lf only\n'; } > mixed.txt; git add mixed.txt; keep
  run 0 git-rfsn fix --yes --only trailing-whitespace
  { seq 1 20 | sed 's/$/ row\r/'; printf 'lf only\n'; } > "$WORK/wanted"
  cmp mixed.txt "$WORK/wanted" || die "line ends were rewritten with autocrlf=$autocrlf"
  run 0 git-rfsn undo; unchanged
done
