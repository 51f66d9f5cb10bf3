#!/usr/bin/env bash
# One repository, several languages: each change is the business of the packs that own its files, and of no other.
. "$(dirname "$0")/lib.sh"
for tool in black flake8; do need "$tool"; done
command -v clang-format >/dev/null || need clang-format-14
new_repo poly
mkdir -p backend native/src docs
printf '[project]\nname = "b"\n[tool.black]\n' > backend/pyproject.toml
printf '[flake8]\n' > backend/.flake8
printf 'x = 1\n' > backend/a.py
printf 'cmake_minimum_required(VERSION 3.16)\nproject(n CXX)\n' > native/CMakeLists.txt
printf 'BasedOnStyle: Google\n' > native/.clang-format
printf 'int x;\n' > native/src/n.cpp
printf 'words\n' > docs/a.md
git add -A
run 0 git-rfsn init
run 0 git commit -m start
run 0 git-rfsn detect --format json
printf '%s' "$OUT" > "$WORK/d.json"
same "$(json "$WORK/d.json" 'd["packs"]')" "['python', 'cpp', 'polyrepo']"
same "$(json "$WORK/d.json" '[(p["root"], p["pack"]) for p in d["projects"]]')" "[('backend', 'python'), ('native', 'cpp')]"

# A defect in each; each is found by its own tools, in its own place.
printf 'import os\nx  = 1\n' > backend/a.py
printf 'int  x;\n' > native/src/n.cpp
git add -A
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted({(f["tool"], f["path"]) for f in d["findings"] if f["blocking"]})')" "[('black', 'backend/a.py'), ('clang-format', 'native/src/n.cpp'), ('flake8', 'backend/a.py')]"
same "$(json "$WORK/r.json" 'sorted({r["project"] for r in d["runs"] if r["pack"] in ("python", "cpp")})')" "['backend', 'native']"

# A change in one language starts nothing of another.
git checkout -q HEAD -- .
printf 'x = 2\n' > backend/a.py
git add -A
run 0 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted({r["pack"] for r in d["runs"]} - {"builtin"})')" "['python']"
printf 'more words\n' > docs/a.md
git reset -q --hard
printf 'more words\n' > docs/a.md
git add -A
run 0 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted({r["pack"] for r in d["runs"]} - {"builtin"})')" "[]"
