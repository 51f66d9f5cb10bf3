#!/usr/bin/env bash
# What `./dev try` shows, on its sample and on a repository.
. "$(dirname "$0")/lib.sh"
need black; need flake8; command -v clang-format >/dev/null || need clang-format-14
run 0 bash "$RFSN_TEST_SOURCE/tests/support/try.sh" "$RFSN_TEST_BIN"
for words in "commit blocked" "app/shapes.py" "native/add.cpp" "web/site.json" "web/site.yaml" "F401" "proposal" "proven" "applied" "undone"; do
  has "$OUT$ERR" "$words"
done
has "$OUT" "+    return \"unstaged work in progress\""
new_repo mine
printf 'bad \n' > a.txt; git add a.txt; printf 'bad \nunstaged\n' > a.txt
before=$(tree_digest); index=$(git write-tree)
run 0 bash "$RFSN_TEST_SOURCE/tests/support/try.sh" "$RFSN_TEST_BIN" "$PWD"
has "$OUT$ERR" "a.txt:1"; has "$OUT$ERR" "proposal"
same "$(tree_digest)" "$before"; same "$(git write-tree)" "$index"
run 0 git-rfsn trust --list; has "$OUT" "not trusted"
