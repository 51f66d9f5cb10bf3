#!/usr/bin/env bash
# The third door: the real pre-commit runs our hook from .pre-commit-hooks.yaml.
. "$(dirname "$0")/lib.sh"
need pre-commit
mkdir "$WORK/hookrepo"; cp "$RFSN_TEST_SOURCE/.pre-commit-hooks.yaml" "$WORK/hookrepo/"
git -C "$WORK/hookrepo" init -q; git -C "$WORK/hookrepo" add -A; git -C "$WORK/hookrepo" commit -qm hooks
new_repo user
cat > .pre-commit-config.yaml <<T
repos:
  - repo: $WORK/hookrepo
    rev: $(git -C "$WORK/hookrepo" rev-parse HEAD)
    hooks:
      - id: git-rfsn
T
git add -A; git commit -qm config
run 0 pre-commit install
printf 'bad \n' > a.txt; git add a.txt
run 1 git commit -m bad; has "$ERR$OUT" "a.txt:1"
printf 'good\n' > a.txt; git add a.txt; printf 'good\nunstaged \n' > a.txt
run 0 git commit -m good
same "$(cat a.txt)" "$(printf 'good\nunstaged ')"
