#!/usr/bin/env bash
# A TypeScript project through real `git commit`, with the real prettier, eslint, tsc and vitest out of its own
# node_modules; then node's own runner and mocha.
. "$(dirname "$0")/lib.sh"
use_tools node
need node; need npm
MODULES=$RFSN_TEST_SOURCE/build/tools/node/node_modules
[ -e "$MODULES/.bin/vitest" ] || skip "the JavaScript tools are not installed (./dev setup)"
new_repo node
cat > package.json <<'T'
{
  "name": "shop",
  "private": true,
  "type": "module",
  "main": "src/cart.ts",
  "scripts": { "test": "vitest run" },
  "devDependencies": { "eslint": "9", "prettier": "3", "typescript": "5", "vitest": "3" }
}
T
printf '{}\n' > package-lock.json
printf '{}\n' > .prettierrc
printf 'node_modules\n' > .gitignore
printf 'package-lock.json\n' > .prettierignore
printf '{\n  "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022", "skipLibCheck": true, "types": [] },\n  "include": ["src/cart.ts"]\n}\n' > tsconfig.json
printf 'export default [\n  {\n    files: ["**/*.js"],\n    rules: { "no-undef": "error", "no-unused-vars": "error" },\n  },\n];\n' > eslint.config.js
mkdir src
printf 'export function total(a: number, b: number): number {\n  return a + b;\n}\n' > src/cart.ts
printf 'import { expect, test } from "vitest";\nimport { total } from "./cart";\n\ntest("adds", () => {\n  expect(total(1, 2)).toBe(3);\n});\n' > src/cart.test.ts
printf 'import { expect, test } from "vitest";\n\ntest("stands", () => {\n  expect(1).toBe(1);\n});\n' > src/other.test.ts
printf 'export const one = 1;\n' > src/one.js
"$MODULES/.bin/prettier" --log-level error --write .
git add -A
run 0 git-rfsn init

# What it depends on is not installed: said so, with the command, and nothing is downloaded.
run 3 git-rfsn check --stage ci --only eslint --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(r["state"], r["remedy"]) for r in d["runs"]]')" "[('unavailable', 'npm ci')]"
[ ! -e node_modules ] || die "something was installed"
ln -s "$MODULES" node_modules
run 0 git commit -m start

# A format error and a lint error.
printf 'export const one = undefinedName;\nconst two = 2\n' > src/one.js
git add -A
before=$(tree_digest)
run 1 git commit -m defects
same "$(tree_digest)" "$before"
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["tool"], f["path"], f["line"] or 0, f["code"] or "") for f in d["findings"] if f["blocking"])')" "[('eslint', 'src/one.js', 1, 'no-undef'), ('eslint', 'src/one.js', 2, 'no-unused-vars'), ('prettier', 'src/one.js', 0, '')]"

# A type error.
printf 'export const one = 1;\n' > src/one.js
printf 'export function total(a: number, b: number): number {\n  return "x";\n}\n' > src/cart.ts
git add -A
run 1 git commit -m types
has "$ERR" "src/cart.ts:2:3"
has "$ERR" "TS2322"

# A failing test: the one that belongs to the file, and only that.
printf 'export function total(a: number, b: number): number {\n  return a - b;\n}\n' > src/cart.ts
git add -A
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"])')" "[('vitest', 'src/cart.test.ts', 5)]"
same "$(json "$WORK/r.json" '[r["tests"] for r in d["runs"] if r["check"] == "vitest"]')" "[1]"
run 0 git-rfsn check --stage ci --explain
has "$OUT$ERR" "src/cart.test.ts by the name of src/cart.ts"

# Repaired; a change of package.json means all tests.
printf 'export function total(a: number, b: number): number {\n  return b + a;\n}\n' > src/cart.ts
git add -A
run 0 git commit -m repaired
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci
sed -i 's/"private": true/"private": true,\n  "license": "MIT"/' package.json
git add -A
run 0 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[r["tests"] for r in d["runs"] if r["check"] == "vitest"]')" "[2]"
run 0 git-rfsn check --stage ci --explain
has "$OUT$ERR" "all tests: package.json is staged"

# node's own runner.
new_repo runner
printf '{\n  "name": "r",\n  "main": "a.js",\n  "scripts": { "test": "node --test" }\n}\n' > package.json
printf 'exports.one = () => 2;\n' > a.js
printf 'const test = require("node:test");\nconst assert = require("node:assert");\nconst { one } = require("./a.js");\n\ntest("one", () => {\n  assert.strictEqual(one(), 1);\n});\n' > a.test.js
git add -A
run 0 git-rfsn init
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"]]')" "[('node-test', 'a.test.js', 6)]"
printf 'exports.one = () => 1;\n' > a.js
git add -A
run 0 git-rfsn check --stage ci

# mocha.
new_repo mocha
printf '{\n  "name": "m",\n  "main": "a.js",\n  "scripts": { "test": "mocha" },\n  "devDependencies": { "mocha": "11" }\n}\n' > package.json
printf 'node_modules\n' > .gitignore
printf 'exports.one = () => 2;\n' > a.js
mkdir test
printf 'const assert = require("node:assert");\nconst { one } = require("../a.js");\n\ndescribe("a", () => {\n  it("is one", () => {\n    assert.strictEqual(one(), 1);\n  });\n});\n' > test/a.js
git add -A
ln -s "$MODULES" node_modules
run 0 git-rfsn init
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"]]')" "[('mocha', 'test/a.js', 6)]"
printf 'exports.one = () => 1;\n' > a.js
git add -A
run 0 git-rfsn check --stage ci

# A workspace: the tests of the member that changed and of the member that depends on it, not of the third.
new_repo members
printf '{\n  "name": "root",\n  "private": true,\n  "workspaces": ["packages/*"],\n  "scripts": { "test": "node --test" }\n}\n' > package.json
for member in core web apart; do
  mkdir -p "packages/$member"
  printf 'const test = require("node:test");\nconst assert = require("node:assert");\nconst { one } = require("../core/a.js");\n\ntest("one in %s", () => {\n  assert.strictEqual(one(), 1);\n});\n' "$member" > "packages/$member/$member.test.js"
done
printf '{\n  "name": "@m/core",\n  "main": "a.js"\n}\n' > packages/core/package.json
printf '{\n  "name": "web",\n  "dependencies": { "@m/core": "*" }\n}\n' > packages/web/package.json
printf '{\n  "name": "apart"\n}\n' > packages/apart/package.json
printf 'exports.one = () => 1;\n' > packages/core/a.js
printf 'node_modules\n' > .gitignore; mkdir node_modules
git add -A
run 0 git-rfsn init
git commit -q --no-verify -m start
printf 'exports.one = () => 2;\n' > packages/core/a.js
git add -A
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted(f["path"] for f in d["findings"] if f["tool"] == "node-test" and f["blocking"])')" "['packages/core/core.test.js', 'packages/web/web.test.js']"
has "$(json "$WORK/r.json" '[r["planned_because"] for r in d["runs"] if r["check"] == "node-test"]')" "web depends on @m/core"
# The root has no test of its own: its members' scripts are run, of those that the change reaches.
sed -i '/"scripts"/d; s/"workspaces": .*/"workspaces": ["packages\/*"]/' package.json
for member in core web apart; do
  sed -i 's/^  "name"/  "scripts": { "test": "node --test" },\n  "name"/' "packages/$member/package.json"
done
printf 'exports.one = () => 1;\n' > packages/core/a.js
ln -sfn ../packages/core node_modules/core
git add -A; git commit -q --no-verify -m scripts
printf 'exports.one = () => 3;\n' > packages/core/a.js
git add -A
run 1 git-rfsn check --stage ci --only workspace-test --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[a for a in d["runs"][0]["argv"] if a.startswith("--workspace")]')" "['--workspace=@m/core', '--workspace=web']"
