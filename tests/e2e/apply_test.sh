#!/usr/bin/env bash
# Propose, apply, undo: what was proven is what is applied; unstaged work stays; a killed apply is completed by the next command.
. "$(dirname "$0")/lib.sh"
new_repo apply
seq 1 20 | sed 's/$/ line/' > a.txt; printf 'x\n' > other.txt; git add -A; git commit -qm base
seq 1 20 | sed 's/$/ line/; 3s/$/  /' > a.txt; git add a.txt
seq 1 20 | sed 's/$/ line/; 3s/$/  /; 18s/line/mine/' > a.txt
run 1 git-rfsn check; has "$ERR" "a.txt:3"
before=$(tree_digest); index=$(git write-tree)
run 0 git-rfsn fix; has "$ERR" "proven"
same "$(tree_digest)" "$before"; same "$(git write-tree)" "$index"

# Anything else staged since: that tree was never checked, so nothing is done.
printf 'y\n' > other.txt; git add other.txt
run 3 git-rfsn apply; has "$ERR" "no longer"
git reset -q other.txt; git checkout -q other.txt
run 0 git-rfsn apply; has "$ERR" "undo"
same "$(git show :a.txt | sed -n 3p)" "3 line"
same "$(sed -n 18p a.txt)" "18 mine"
same "$(git diff --stat | tail -1 | tr -d ' ')" "1filechanged,1insertion(+),1deletion(-)"
run 0 git-rfsn undo
same "$(tree_digest)" "$before"; same "$(git write-tree)" "$index"
run 3 git-rfsn undo; has "$ERR" "nothing to undo"

# The same line is being worked on: the index gets the fix, the file is left alone, the patch is kept.
seq 1 20 | sed 's/$/ line/; 3s/.*/3 mine too/' > a.txt; mine=$(sha256sum a.txt)
run 0 git-rfsn fix --yes; has "$ERR" "left alone"
same "$(sha256sum a.txt)" "$mine"
same "$(git show :a.txt | sed -n 3p)" "3 line"
run 0 git-rfsn undo; same "$(sha256sum a.txt)" "$mine"; same "$(git write-tree)" "$index"

# Discarded: not applied by accident.
run 0 git-rfsn fix
run 0 git-rfsn discard
run 3 git-rfsn apply
run 0 git-rfsn show --all; has "$OUT" "discarded"

# commit -a hands the hook an index of its own: nothing is applied into it.
git checkout -q a.txt 2>/dev/null || true
run 0 git-rfsn init
printf 'bad \n' > other.txt
run 1 git commit -am all; has "$ERR" "other.txt:1"
same "$(git show :other.txt)" "x"

# Killed at every system call that writes: the next command leaves all as before or all applied.
if command -v strace >/dev/null; then
  git checkout -q other.txt
  run 0 git-rfsn fix
  before=$(tree_digest); index=$(git write-tree)
  done_tree=; done_index=
  for call in rename fsync pwrite64; do
    for n in 1 2 3 4 6 8 11; do
      strace -f -qq -o /dev/null -e inject=$call:signal=KILL:when=$n git-rfsn apply >/dev/null 2>&1 </dev/null || true
      run 0 git-rfsn detect
      if [ "$(git write-tree)" = "$index" ]; then
        same "$(tree_digest)" "$before"
      else
        done_index=${done_index:-$(git write-tree)}; done_tree=${done_tree:-$(tree_digest)}
        same "$(git write-tree)" "$done_index"; same "$(tree_digest)" "$done_tree"
        run 0 git-rfsn undo
        same "$(git write-tree)" "$index"; same "$(tree_digest)" "$before"
        run 0 git-rfsn fix
      fi
    done
  done
  [ -n "$done_index" ] || die "no apply was ever completed"
fi
