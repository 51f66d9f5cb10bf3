#!/usr/bin/env bash
# A change that breaks something on a line it does not touch is red; what was red before is not its fault.
. "$(dirname "$0")/lib.sh"
for tool in flake8 mypy; do need "$tool"; done
new_repo elsewhere
printf '[flake8]\n' > .flake8; printf '[tool.mypy]\nstrict = true\n' > pyproject.toml
printf 'def f():\n    return (1 +\n            2)\n\n\nx = f()\n' > s.py
printf '{\n "a": 1,\n "b": [\n 2\n ],\n "c": 1\n}\n' > j.json
printf 'import os\n\nprint(os.name)\n' > use.py
mkdir pkg; : > pkg/__init__.py
printf 'def add(a: int, b: int) -> int:\n    return a + b\n' > pkg/m.py
printf 'from pkg.m import add\n\nadd(1, 2)\n' > pkg/n.py
git add -A; git commit -qm base; run 0 git-rfsn init
red() { run 1 git-rfsn check "$@" --format json --output "$WORK/r.json"; json "$WORK/r.json" 'sorted({f["tool"] for f in d["findings"] if f["blocking"]})'; }
printf '{\n "a": 1,\n "b": [\n 2\n "c": 1\n}\n' > j.json; git add -A
has "$(red)" "check-json"; git reset -q --hard
printf 'def f():\n    return (1 +\n            2\n\n\nx = f()\n' > s.py; git add -A
has "$(red --skip mypy)" "flake8"; git reset -q --hard
printf 'import os\n' > use.py; git add -A
has "$(red --skip mypy)" "flake8"; git reset -q --hard
# Another file breaks: the type checker sees the whole project, also when its cache is warm.
printf 'def add(a: int, b: str) -> int:\n    return a + int(b)\n' > pkg/m.py; git add -A
has "$(red --only mypy)" "mypy"; has "$(red --only mypy --all)" "mypy"; has "$(red --only mypy)" "mypy"
git commit -q --no-verify -m broken
# Now it is on HEAD: an unrelated change is not blamed for it, and says so.
printf 'import os\n\nprint(os.name, 1)\n' > use.py; git add -A
run 0 git-rfsn check --only mypy; has "$ERR" "already on HEAD"
git mv pkg/n.py pkg/renamed.py
run 0 git-rfsn check --only mypy
run 1 git-rfsn check --only mypy --all

# What stops a tool before it has judged everything, here and on HEAD, is no reason to pass what it has not judged.
if command -v pytest >/dev/null; then
  new_repo stopped
  printf '[project]\nname = "p"\nversion = "1"\n[tool.pytest.ini_options]\n' > pyproject.toml
  printf 'def mul(a, b):\n    return a * b\n' > calc.py; printf 'from calc import mul\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n' > test_calc.py
  printf 'import nowhere_at_all\n' > test_other.py; git add -A; git commit -qm base
  run 0 git-rfsn init
  printf 'def mul(a, b):\n    return a + b\n' > calc.py; sed -i 's/version = "1"/version = "2"/' pyproject.toml; git add -A
  run 3 git-rfsn check --only pytest --stage pre-push; has "$ERR" "has not judged it"
fi
if command -v mypy >/dev/null; then
  new_repo typed
  printf '[mypy]\nstrict = True\n' > mypy.ini; printf 'def f(:\n' > bad.py; printf 'def g() -> int:\n    return 1\n' > ok.py; git add -A; git commit -qm base
  run 0 git-rfsn init
  printf 'def g() -> int:\n    return "s"\n' > ok.py; git add -A
  run 3 git-rfsn check --only mypy; has "$ERR" "has not judged it"
fi
