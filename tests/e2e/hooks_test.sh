#!/usr/bin/env bash
# init and uninstall: core.hooksPath, linked worktrees, an earlier hook, pre-push, pre-merge-commit, a binary that has moved.
. "$(dirname "$0")/lib.sh"
new_repo hooks
printf '#!/bin/sh\necho earlier >> "%s/earlier"\nexit ${EARLIER:-0}\n' "$WORK" > .git/hooks/pre-commit
chmod 0751 .git/hooks/pre-commit
before=$(stat -c '%a' .git/hooks/pre-commit; sha256sum .git/hooks/pre-commit)
run 0 git-rfsn init --hook pre-commit --hook pre-push --hook pre-merge-commit
run 0 git-rfsn init --hook pre-commit
printf 'good\n' > a.txt; git add a.txt
run 0 git commit -m good
same "$(cat "$WORK/earlier")" "earlier"
printf 'bad \n' > b.txt; git add b.txt
run 1 git commit -m bad; has "$ERR" "b.txt:1"
printf 'good\n' > b.txt; git add b.txt
EARLIER=1 run 1 git commit -m "the earlier hook says no"

# A linked worktree is gated by the same hook, on its own index.
git commit -qm b
git worktree add -q "$WORK/linked"; cd "$WORK/linked"
printf 'bad \n' > c.txt; git add c.txt
run 1 git commit -m bad; has "$ERR" "c.txt:1"
cd "$WORK/hooks"

# A merge runs pre-merge-commit on what the merge brings.
git checkout -q -b side; printf 'bad \n' > side.txt; git add -A; git commit -q --no-verify -m side
git checkout -q main; printf 'x\n' > main.txt; git add -A; git commit -q -m main
run 1 git merge --no-edit side; has "$ERR" "side.txt:1"
git merge --abort

# pre-push judges what is pushed.
git init -q --bare "$WORK/remote.git"; git remote add origin "$WORK/remote.git"
run 0 git push origin main
printf 'bad \n' > p.txt; git add -A; git commit -q --no-verify -m p
run 1 git push origin main; has "$ERR" "p.txt:1"
run 1 git push origin main:refs/heads/new; has "$ERR" "p.txt:1"
git reset -q --hard HEAD~1
run 0 git push origin main:refs/heads/new
run 0 git push origin :refs/heads/new

# The binary is gone: fail closed, and say how to repair it.
cp "$RFSN_TEST_BIN/git-rfsn" "$WORK/moved"; cp "$RFSN_TEST_BIN/rfsn-exec" "$WORK/"
run 0 "$WORK/moved" init
rm "$WORK/moved"
printf 'z\n' > z.txt; git add z.txt
PATH=/usr/bin:/bin run 1 git commit -m z; has "$ERR" "git rfsn init"
run 0 git commit -m "found on PATH instead"
run 0 git-rfsn uninstall
same "$(stat -c '%a' .git/hooks/pre-commit; sha256sum .git/hooks/pre-commit)" "$before"
[ ! -e .git/hooks/pre-push ] || die "pre-push is still there"

# core.hooksPath: inside the repository it is honoured, outside it is refused unless asked for.
git config core.hooksPath .githooks
run 0 git-rfsn init; [ -x .githooks/pre-commit ] || die "not where git looks"
printf 'bad \n' > q.txt; git add q.txt
run 1 git commit -m q; has "$ERR" "q.txt:1"
run 0 git-rfsn uninstall; [ ! -e .githooks/pre-commit ] || die "still there"
git config core.hooksPath "$WORK/shared"
run 3 git-rfsn init; has "$ERR" "$WORK/shared"
run 0 git-rfsn init --shared-hooks; [ -x "$WORK/shared/pre-commit" ] || die "not installed"
