#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line itself: version, help, usage errors, completions, the man page, raw passing.
. "$(dirname "$0")/lib.sh"

run 0 git-rfsn --version
same "$OUT" "git-rfsn 0.1.0"; same "$ERR" ""
run 0 git-rfsn -C / --version
same "$OUT" "git-rfsn 0.1.0"
# Neither a repository nor a HOME is needed, and a stream that can't be written is no success.
run 0 env -i "$RFSN_TEST_BIN/git-rfsn" --version
run 3 sh -c 'exec git-rfsn --version >/dev/full'
run 3 sh -c 'exec git-rfsn -h >/dev/full'
has "$ERR" "can't write to stdout"
run 0 sh -c 'git-rfsn -h <&- 2>&-'
has "$OUT" "commands:"

# Help goes to stdout, through git too, for every command.
run 0 git rfsn -h
has "$OUT" "usage: git rfsn"; same "$ERR" ""
for command in $(git-rfsn -h | sed -n '/^commands:/,/^options/s/^  \([a-z]*\) .*/\1/p'); do
  run 0 git-rfsn "$command" -h
  has "$OUT" "usage: git rfsn "; has "$OUT" "$command"
  run 0 git-rfsn help "$command"
  same "$OUT" "$(git-rfsn "$command" --help)"
done

# Usage errors: exit 2, on stderr, with the nearest name.
run 2 git-rfsn chekc
same "$OUT" ""; has "$ERR" "did you mean 'check'?"
run 2 git-rfsn check --al
has "$ERR" "did you mean '--all'?"
run 2 git-rfsn check --all --range a..b
run 2 git-rfsn check --jobs none
run 2 git-rfsn help nothing
run 2 git-rfsn -C "$WORK/none" check
has "$ERR" "can't enter"
run 2 git-rfsn check --format jsonn
has "$ERR" "did you mean 'json'?"

# -C is where the command runs.
new_repo here
cd /
run 0 git-rfsn -C "$WORK" -C here check
run 0 git-rfsn check -C "$WORK/here"

# Every command that help names has something behind it.
cd "$WORK/here"
for command in $(git-rfsn -h | sed -n '/^commands:/,/^options/s/^  \([a-z]*\) .*/\1/p'); do
  case $command in hook|parse|edit|scan|propose) continue ;; esac
  git-rfsn "$command" </dev/null >"$WORK/out" 2>"$WORK/err" || true
  hasnt "$(cat "$WORK/err")" "has no handler"
done

# builtin passes on what it does not know.
printf 'a  \n' >f.md
run 1 git-rfsn builtin trailing-whitespace --markdown-linebreak-ext=txt f.md
same "$(cat f.md)" "a"
run 2 git-rfsn builtin trailing-whitespace --bogus f.md

# Completions and the man page come out of the program.
for shell in bash zsh fish; do
  run 0 git-rfsn completion "$shell"
  has "$OUT" "rfsn"
done
git-rfsn completion bash | bash -n
run 0 git-rfsn completion man
has "$OUT" ".Dt GIT-RFSN 1"
mkdir -p "$WORK/man/man1"
git-rfsn completion man >"$WORK/man/man1/git-rfsn.1"
if command -v man >/dev/null; then
  run 0 env MANPATH="$WORK/man" MANPAGER=cat PAGER=cat git rfsn --help
  has "$OUT" "a gate in front of every commit"
fi
echo ok
