#!/usr/bin/env bash
# Replies that turn red to green without repairing anything, or reach for what is not theirs: none is proven, nothing is touched.
. "$(dirname "$0")/lib.sh"
need pytest
new_repo hostile
mkdir app tests; touch app/__init__.py
printf '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["."]\n' > pyproject.toml
printf 'def add(a, b):\n    return a + b\n' > app/calc.py
printf 'from app.calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_zero():\n    assert add(0, 0) == 0\n' > tests/test_calc.py
git add -A; git commit -qm base; run 0 git-rfsn init
printf 'def add(a, b):\n    return a - b\n' > app/calc.py; git add -A
before=$(tree_digest); hooks=$(ls -la .git/hooks)
reply() { # PATH SEARCH REPLACE
  printf '%s\n```\n<<<<<<< SEARCH\n%b\n=======\n%b\n>>>>>>> REPLACE\n```\n' "$1" "$2" "$3" > "$WORK/reply"
}
refused() { local got=0; git-rfsn propose --reply "$WORK/reply" >"$WORK/out" 2>"$WORK/err" </dev/null || got=$?
  if [ "$got" = 0 ]; then cat "$WORK/err"; die "accepted: $1"; fi; same "$(tree_digest)" "$before"; same "$(ls -la .git/hooks)" "$hooks"; }
line='    return a - b'
reply app/calc.py "$line" "    import os\n    os._exit(0)"; refused "leaves early"
reply app/calc.py "def add(a, b):" "import atexit\nfrom os import _exit as bye\n\natexit.register(bye, 0)\n\n\ndef add(a, b):"; refused "leaves at exit"
reply app/calc.py "def add(a, b):" "import posix\n\nposix.execv('/bin/true', ['true'])\n\n\ndef add(a, b):"; refused "becomes another program"
reply tests/test_calc.py "    assert add(1, 2) == 3" "    assert add(1, 2) == -1"; refused "changes the expectation"
reply tests/test_calc.py "from app.calc import add" "from operator import add"; refused "imports something else"
reply conftest.py "" "def pytest_collection_modifyitems(items):\n    items.clear()"; refused "a conftest that empties the run"
reply app/calc.py "$line" "    return a + b  # noqa"; refused "a suppression rides along"
reply .github/workflows/x.yml "" "on: push"; refused "CI"
reply ../outside.txt "" "x"; refused "outside"
# It repairs the code, and writes where it has no business: the attempt fails, so it proves nothing and leaves nothing behind.
reply app/calc.py "def add(a, b):\n$line" "from pathlib import Path\n\nPath('$PWD/.git/hooks/post-commit').write_text('x')\n\n\ndef add(a, b):\n    return a + b"
if rfsn-exec --probe | grep -q 'read-only-file-system yes'; then refused "writes into .git"; fi
# The right one is accepted, and says how it was confined.
reply app/calc.py "$line" "    return a + b"
run 0 git-rfsn propose --reply "$WORK/reply"; has "$ERR" "proven"; same "$(tree_digest)" "$before"
