#!/usr/bin/env bash
# Audits of dependencies: never unasked, at the stage ci or by name; their findings block; a tool that is missing says how
# to get it. The tools here say what real ones said (tests/fixtures/parsers); nothing is asked of a registry.
. "$(dirname "$0")/lib.sh"
new_repo audited
mkdir "$WORK/bin"; export PATH=$WORK/bin:$PATH
said=$RFSN_TEST_SOURCE/tests/fixtures/parsers
# tool NAME LOG EXIT FILE: it says that of a tree with FILE; of HEAD, which has none, nothing is known to be wrong.
tool() {
  printf '#!/bin/sh\n[ -e %s ] || { cat %s; exit 0; }\ncat %s\nexit %s\n' "$4" "$said/${2%%/*}/clean.log" "$said/$2" "$3" > "$WORK/bin/$1"
  chmod +x "$WORK/bin/$1"
}
tool npm npm-audit/npm-10.log 1 package.json
tool cargo-audit cargo-audit/one.log 1 Cargo.toml
printf '{\n  "name": "a",\n  "main": "a.js",\n  "dependencies": { "lodash": "4.17.11" }\n}\n' > package.json
echo '{}' > package-lock.json
echo 'flask==0.5' > requirements.txt
printf '[package]\nname = "c"\nversion = "1.0.0"\n' > Cargo.toml; echo 'version = 3' > Cargo.lock
git add -A
state() { json "$WORK/r.json" '[(r["state"], r["findings"], r["remedy"]) for r in d["runs"] if r["check"] == "'"$1"'"]'; }

# Nobody asked.
rm -f "$WORK/r.json"; code=0
git-rfsn check --stage ci --format json --output "$WORK/r.json" --set checks.npm-test.enabled=false >/dev/null 2>&1 || code=$?
same "$(json "$WORK/r.json" 'd["exit_code"]')" "$code"  # which of the other tools are here decides
same "$(state npm-audit)$(state cargo-audit)$(state pip-audit)$(state osv-scanner)" "[][][][]"

run 1 git-rfsn check --only npm-audit --format json --output "$WORK/r.json"
same "$(state npm-audit)" "[('blocked', 2, '')]"
same "$(json "$WORK/r.json" '[(f["code"], f["message"]) for f in d["findings"]][0]')" "('GHSA-35jh-r3h4-6jhm', 'lodash: Command Injection in lodash')"
# Switched on for good, at the stage ci; a warning about maintenance does not block.
run 1 git-rfsn check --stage ci --only security --set checks.cargo-audit.enabled=true --format json --output "$WORK/r.json"
same "$(state cargo-audit)" "[('blocked', 1, '')]"
same "$(state npm-audit)" "[]"
run 1 git-rfsn check --only npm-audit,cargo-audit --format json --output "$WORK/r.json"

# Clean.
tool npm npm-audit/clean.log 0 package.json
run 0 git-rfsn check --only npm-audit --format json --output "$WORK/r.json"; same "$(state npm-audit)" "[('passed', 0, '')]"
# No registry to be reached: an error, never green.
printf '#!/bin/sh\necho "{\\"error\\": {\\"code\\": \\"ENOAUDIT\\"}}"; exit 1\n' > "$WORK/bin/npm"
run 3 git-rfsn check --only npm-audit --format json --output "$WORK/r.json"; has "$(state npm-audit)" "'error'"
# Missing.
if ! command -v pip-audit >/dev/null; then
  run 3 git-rfsn check --only pip-audit --format json --output "$WORK/r.json"
  same "$(state pip-audit)" "[('unavailable', 0, 'pip install pip-audit')]"
fi
tool pip-audit pip-audit/two.log 1 requirements.txt
run 1 git-rfsn check --only pip-audit --format json --output "$WORK/r.json"; same "$(state pip-audit)" "[('blocked', 2, '')]"
