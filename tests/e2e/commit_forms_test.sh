#!/usr/bin/env bash
# Every form of `git commit` through the hook: the verdict is about the bytes that form commits, a fix of an index that git throws away
# is kept and taken afterwards, and no form leaves a phantom change staged.
. "$(dirname "$0")/lib.sh"
new_repo forms
lines() { seq 1 20 | sed 's/$/ line/'; }
lines > a.txt; lines > d.txt; printf 'x\n' > other.txt; git add -A; git commit -qm base
run 0 git-rfsn init
clean() { git reset -q --hard HEAD; rm -f u.txt; }

# -a: judged as git would commit it; the fix is kept, and goes to the work tree only, because nothing was staged.
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all; has "$ERR" "a.txt:3"; has "$ERR" "git rfsn show"
same "$(git status --porcelain)" " M a.txt"
run 0 git-rfsn apply; has "$ERR" "work tree"; hasnt "$ERR" "index and work tree"
same "$(sed -n 3p a.txt)" "3 line"
same "$(git diff --cached --name-only)" ""
run 0 git-rfsn undo
same "$(sed -n 3p a.txt)" "3 line  "
lines | sed '3s/$/  /; 18s/line/mine/' > a.txt
run 1 git commit -qam all
run 0 git-rfsn fix --yes; has "$ERR" "proven"
same "$(sed -n 3p a.txt; sed -n 18p a.txt)" "3 line
18 mine"
run 0 git commit -qam all
same "$(git status --porcelain)" ""
same "$(git show HEAD:a.txt | sed -n 3p)" "3 line"

# What was saved since is kept by a merge; on the same line the file is left alone.
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all
lines | sed '3s/$/  /; 19s/line/later/' > a.txt
run 0 git-rfsn apply; has "$ERR" "merged"
same "$(sed -n 3p a.txt; sed -n 19p a.txt)" "3 line
19 later"
clean
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all
lines | sed '3s/.*/3 rewritten/' > a.txt; mine=$(sha256sum a.txt)
run 0 git-rfsn apply; has "$ERR" "left alone"; has "$ERR" "kept in"
same "$(sha256sum a.txt)" "$mine"
clean

# The index or HEAD moved since: nothing is done.
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all
printf 'y\n' > other.txt; git add other.txt
run 3 git-rfsn apply; has "$ERR" "no longer"
clean
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all
git commit -q --no-verify --allow-empty -m moved; git update-ref HEAD "$(git commit-tree -p HEAD -m x "$(printf '' | git mktree)")"
run 3 git-rfsn apply; has "$ERR" "HEAD"
git update-ref HEAD HEAD~2; clean

# -- PATH with another file staged: the commit is of that path alone, and no reverts stay staged (S5).
printf 'staged\n' > other.txt; git add other.txt
lines | sed '5s/$/ new  /' > d.txt
run 1 git commit -qm paths -- d.txt; has "$ERR" "d.txt:5"; hasnt "$ERR" "other.txt"
same "$(git status --porcelain)" " M d.txt
M  other.txt"
run 0 git-rfsn apply
run 0 git commit -qm paths -- d.txt
same "$(git show --name-only --format=)" "d.txt"
same "$(git status --porcelain)" "M  other.txt"
same "$(git diff HEAD --name-only)" "other.txt"
clean
# The same path staged as it is on disk: entry and file move together.
lines | sed '5s/$/ x  /' > d.txt; git add d.txt
run 1 git commit -qm paths -- d.txt
run 0 git-rfsn apply
same "$(git status --porcelain)" "M  d.txt"
same "$(git show :d.txt | sed -n 5p)" "5 line x"
run 0 git-rfsn undo
same "$(git show :d.txt | sed -n 5p)" "5 line x  "
clean

# -i and -p bring an index of their own as well.
printf 'staged\n' > other.txt; git add other.txt
lines | sed '5s/$/  /' > d.txt
run 1 git commit -qm include -i d.txt; has "$ERR" "d.txt:5"
same "$(git status --porcelain)" " M d.txt
M  other.txt"
clean
lines | sed '2s/$/  /; 18s/$/ mine  /' > a.txt
run_p() { printf 'y\nn\n' | git commit -p -qm hunks; }
status=0; run_p >"$WORK/out" 2>"$WORK/err" || status=$?
same "$status" 1; has "$(cat "$WORK/err")" "a.txt:2"; hasnt "$(cat "$WORK/err")" "a.txt:18"
run 0 git-rfsn apply; has "$ERR" "merged"
same "$(sed -n 2p a.txt; sed -n 18p a.txt)" "2 line
18 line mine  "
clean

# --amend judges what is new against the commit before, merges and picks what they bring.
printf 'more \n' > u.txt; git add u.txt
run 1 git commit -q --amend --no-edit; has "$ERR" "u.txt:1"
run 0 git-rfsn fix --yes; run 0 git commit -q --amend --no-edit
same "$(git show HEAD:u.txt)" "more"
git checkout -q -b side; printf 'side \n' > s.txt; lines | sed '1s/.*/side/' > a.txt; git add -A; git commit -q --no-verify -m side
git checkout -q main; lines | sed '1s/.*/main/' > a.txt; git commit -qam main
git merge -q side >/dev/null 2>&1 && die "that should conflict"
run 3 git-rfsn check; has "$ERR" "a.txt"
lines > a.txt; git add a.txt
run 1 git commit -q --no-edit; has "$ERR" "s.txt:1"
run 0 git-rfsn fix --yes; [ -e .git/MERGE_HEAD ] || die "the merge is gone"
run 0 git commit -q --no-edit; same "$(git log -1 --format=%P | wc -w)" 2
git reset -q --hard HEAD~1
git cherry-pick side >/dev/null 2>&1 && die "that should conflict"
lines > a.txt; git add a.txt
run 1 git -c core.editor=true cherry-pick --continue; has "$ERR" "s.txt:1"
run 0 git-rfsn fix --yes; run 0 git -c core.editor=true cherry-pick --continue
same "$(git show HEAD:s.txt)" "side"
git reset -q --hard HEAD~1; git checkout -q side
git rebase -q main >/dev/null 2>&1 && die "that should conflict"
lines > a.txt; git add a.txt
# `rebase --continue` asks no pre-commit hook; who commits by hand in the middle is asked.
run 1 git commit -qm side; has "$ERR" "s.txt:1"
run 0 git-rfsn fix --yes; run 0 git commit -qm side; run 0 git -c core.editor=true rebase --continue
same "$(git show HEAD:s.txt)" "side"
[ ! -d .git/rebase-merge ] || die "the rebase did not end"
git checkout -q main

cp .git/hooks/pre-commit "$WORK/hook"
# A fixer that is called inside the hook of such a commit: nothing is written into the index that is thrown away.
cat > .git/hooks/pre-commit <<'HOOK'
#!/bin/sh
git-rfsn fix --yes
HOOK
lines | sed '3s/$/  /' > a.txt
run 1 git commit -qam all; has "$ERR" "is kept"; has "$ERR" "git rfsn apply"
same "$(sed -n 3p a.txt)" "3 line  "
run 0 git-rfsn apply
same "$(sed -n 3p a.txt)" "3 line"
# In a plain commit it works on the index that is committed.
lines | sed '3s/$/ twice  /' > a.txt; git add a.txt
run 0 git commit -qm fixed
same "$(git show HEAD:a.txt | sed -n 3p)" "3 line twice"; same "$(git status --porcelain)" ""

# An editor that saves while the checks of a `commit -a` run: the save is neither committed nor lost (S9).
cat > .git/hooks/pre-commit <<'HOOK'
#!/bin/sh
git-rfsn hook pre-commit || exit
printf 'saved meanwhile\n' > other.txt
HOOK
lines > a.txt
run 0 git commit -qam during
same "$(git show HEAD:other.txt)" "x"; same "$(cat other.txt)" "saved meanwhile"; same "$(git status --porcelain)" " M other.txt"

# An apply that was killed: the hook of a plain commit completes it and says so; the one of `commit -a` can't, and says what to type; a
# lock that it left is cleared by the next git-rfsn.
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
  cp "$WORK/hook" .git/hooks/pre-commit; clean
  kill_at() {
    lines | sed '3s/$/ fixed  /' > a.txt; git add a.txt; run 0 git-rfsn fix
    strace -qq -o /dev/null -e "inject=$1:signal=KILL:when=$2" git-rfsn apply >/dev/null 2>&1 </dev/null && die "it was not killed"
    [ -e .git/rfsn/journal ] || die "nothing was begun"
  } 2>/dev/null
  kill_at link 1
  run 1 git commit -qam all; has "$ERR" "interrupted"; has "$ERR" "git rfsn check"
  run 0 git commit -qm plain; has "$ERR" "completed"
  same "$(git show HEAD:a.txt | sed -n 3p)" "3 line fixed"; same "$(git status --porcelain -- a.txt)" ""
  git reset -q --hard HEAD~1
  kill_at rename 2
  [ -e .git/index.lock ] || die "it was not killed with the lock held"
  run 128 git commit -qm locked; has "$ERR" "index.lock"
  run 0 git-rfsn check; has "$ERR" "completed"
  [ ! -e .git/index.lock ] || die "still locked"
  run 0 git commit -qm unlocked; same "$(git show HEAD:a.txt | sed -n 3p)" "3 line fixed"
fi
