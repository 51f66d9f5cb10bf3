#!/usr/bin/env bash
# The person decides: at a terminal a proposal is applied, thrown away, taken in part or edited; a commit asks only if its user has set it so.
. "$(dirname "$0")/lib.sh"
new_repo decide
printf '%s\n' a b c d e f g h i j k l m n o p > a.txt; git add -A; git commit -qm base
# at_terminal ANSWERS COMMAND: runs it with a terminal of its own, each question answered; its output in $OUT
at_terminal() {
  local answers=$1; shift
  # shellcheck disable=SC2086  # the answers are words
  /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/at_terminal.py" $answers -- "$@" > "$WORK/out" 2>&1 && CODE=0 || CODE=$?
  OUT=$(cat "$WORK/out")
}
stage() { printf '%s\n' 'a ' b c d e f g h i j k l m n o 'p ' > a.txt; git add a.txt; }

stage; index=$(git write-tree)
at_terminal l git-rfsn propose
has "$OUT" "[y]es"; same "$CODE" 0; same "$(git write-tree)" "$index"
at_terminal n git-rfsn propose
has "$OUT" "discarded"; same "$(git write-tree)" "$index"
at_terminal y git-rfsn propose
has "$OUT" "applied"; same "$(git show :a.txt | head -1)" "a"; git rfsn undo >/dev/null 2>&1
same "$(git write-tree)" "$index"

# Edited: proven anew, and it is the edited one that is applied.
cat > "$WORK/editor" <<'T'
#!/bin/sh
sed -i 's/^+a$/+A/; s/^+p$/+P/' "$1"
T
chmod +x "$WORK/editor"; git config core.editor "$WORK/editor"
at_terminal 'e y' git-rfsn propose
has "$OUT" "applied"; same "$(git show :a.txt | head -1)" "A"; same "$(git show :a.txt | tail -1)" "P"
git-rfsn undo >/dev/null 2>&1; same "$(git write-tree)" "$index"

# One hunk of two: the check stays red, so it is not proven, and nothing is applied.
at_terminal 'h y n q' git-rfsn propose
has "$OUT" "take this hunk"; same "$(git write-tree)" "$index"
# Both of them: proven, applied.
at_terminal 'h y y y' git-rfsn propose
has "$OUT" "applied"; same "$(git show :a.txt | tail -1)" "p"; git-rfsn undo >/dev/null 2>&1

# A commit asks nobody by default.
run 0 git-rfsn init
at_terminal '' git commit -m red
hasnt "$OUT" "[y]es"; same "$(git write-tree)" "$index"; [ "$CODE" != 0 ] || die "a red commit went through"
# Set so by its user, it asks; yes commits what is repaired, and what was unstaged stays.
echo mine >> a.txt
at_terminal y env RFSN_COMMIT_TRY=fixers git commit -m repaired
has "$OUT" "[y]es"; same "$CODE" 0; same "$(git show HEAD:a.txt | head -1)" "a"; same "$(tail -1 a.txt)" "mine"
# No answer in time: red, and nothing was changed.
stage; index=$(git write-tree)
at_terminal '' env RFSN_COMMIT_TRY=fixers RFSN_COMMIT_ANSWER_WITHIN=1s git commit -m late
[ "$CODE" != 0 ] || die "a commit that nobody answered for went through"
same "$(git write-tree)" "$index"
# Nobody there: red at once, the proposal is kept.
run 1 env RFSN_COMMIT_TRY=fixers setsid git commit -m nobody
same "$(git write-tree)" "$index"
# Applied unasked, for it is so set; what comes of it is judged again.
run 0 env RFSN_COMMIT_TRY=fixers RFSN_COMMIT_APPLY=fixers setsid git commit -m unasked
same "$(git show HEAD:a.txt | head -1)" "a"
# A repository can't set it.
printf 'commit:\n  try: fixers\n  apply: all\n' > .rfsn.yaml; git add .rfsn.yaml
run 1 git commit -m config; has "$ERR" ".rfsn.yaml:2"
