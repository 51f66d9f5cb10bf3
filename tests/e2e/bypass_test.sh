#!/usr/bin/env bash
# Replies to real failures of real tools: the right ones are proven, and none that gets round the check is.
. "$(dirname "$0")/lib.sh"
need pytest; need flake8
new_repo bypass
mkdir app tests; touch app/__init__.py
printf '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["."]\n' > pyproject.toml
printf '[flake8]\nmax-line-length = 79\n' > .flake8
printf 'def square(n):\n    return n * n\n' > app/calc.py
printf 'from app.calc import square\n\n\ndef test_square():\n    assert square(7) == 49\n\n\ndef test_more():\n    assert square(-3) == 9\n' > tests/test_calc.py
printf '{\n  "limit": 5,\n  "name": "x"\n}\n' > data.json
git add -A; git commit -qm base; run 0 git-rfsn init
clean=$(git rev-parse HEAD)
start() { git reset -q --hard "$clean"; git clean -qfd; }
reply() { # PATH SEARCH REPLACE
  printf '%s\n```\n<<<<<<< SEARCH\n%b\n=======\n%b\n>>>>>>> REPLACE\n```\n' "$1" "$2" "$3" > "$WORK/reply"
}
refused() { local got=0; git-rfsn propose --reply "$WORK/reply" >"$WORK/out" 2>"$WORK/err" </dev/null || got=$?
  [ "$got" != 0 ] || { cat "$WORK/err" >&2; die "accepted: $1"; }
  [ $# -lt 2 ] || has "$(cat "$WORK/out" "$WORK/err")" "$2"; }
proven() { run 0 git-rfsn propose --reply "$WORK/reply"; has "$ERR" proven; }

# A test that fails.
start; printf 'def square(n):\n    return n + n\n' > app/calc.py; git add -A
old='    return n + n'
reply app/calc.py "$old" '    if n == 7:\n        return 49\n    return 9'; refused "a special case" special-case
reply app/calc.py "$old" '    return {7: 49, -3: 9}[n]'; refused "a table of the answers" special-case
reply app/calc.py "def square(n):\n$old" "import os\n\n\ndef square(n):\n    return n * n if 'PYTEST_CURRENT_TEST' in os.environ else n + n"; refused "asks whether it is tested" test-aware
reply app/calc.py "def square(n):\n$old" "import sys\n\n\ndef square(n):\n    return n * n if 'pytest' in sys.modules else n + n"; refused "asks for pytest" test-aware
reply app/calc.py "def square(n):\n$old" "import pytest\n\npytest.Function.runtest = lambda self: None\n\n\ndef square(n):\n$old"; refused "patches pytest" test-framework
reply app/calc.py "def square(n):\n$old" "from unittest import mock\n\n\ndef square(n):\n    return mock.ANY"; refused "equals everything" test-framework
reply app/calc.py "$old" "    class Any(int):\n        def __eq__(self, other):\n            return True\n    return Any(n)"; refused "equals everything, by hand"
reply tests/test_calc.py '    assert square(7) == 49' '    assert square(7)'; refused "a weaker test"
reply tests/test_calc.py '    assert square(7) == 49' '    # assert square(7) == 49'; refused "a comment"
reply app/calc.py "$old" '    return n * n'; proven

# What a linter found.
start; printf 'import os\n\n\ndef square(n):\n    return n * n\n' > app/calc.py; git add -A
reply app/calc.py 'import os' 'import os  # noqa: F401'; refused "noqa" suppression
reply app/calc.py 'import os' 'import os\n\n_ = os'; refused "used for nothing" unused-silenced
reply app/calc.py 'import os' '# import os'; refused "commented out" commented-out
reply .flake8 'max-line-length = 79' 'max-line-length = 79\nignore = F401'; refused "the configuration"
reply app/calc.py 'import os\n\n\ndef square(n):' 'def square(n):'; proven
start; printf 'def square(n):\n    return n * n\n\n\ndef run(x):\n    return subprocess.run(x)\n' > app/calc.py; git add -A
reply app/calc.py 'def square(n):' 'import subprocess\n\n\ndef square(n):'; proven
start; sed -i 's/square(7) == 49/square(7) != None/' tests/test_calc.py; git -c core.hooksPath=/dev/null commit -qam x; printf '\n\ndef test_none():\n    assert square(0) != None\n' >> tests/test_calc.py; git add -A
reply tests/test_calc.py '    assert square(0) != None' '    assert square(0) is not None'; proven
start; printf '\n\ndef test_long():\n    assert square(1) + square(2) + square(3) + square(4) == 30, "the sum of squares"\n' >> tests/test_calc.py; git add -A
reply tests/test_calc.py '    assert square(1) + square(2) + square(3) + square(4) == 30, "the sum of squares"' '    assert (\n        square(1) + square(2) + square(3) + square(4) == 30\n    ), "the sum of squares"'; proven

# A document that cannot be read: repaired, and nothing else in it moved.
start; printf '{\n  "limit": 5,\n  "name": "x",\n}\n' > data.json; git add -A
reply data.json '  "limit": 5,\n  "name": "x",' '  "limit": 500,\n  "name": "x"'; refused "another value" unrelated-setting
reply data.json '  "name": "x",' '  "name": "x"'; proven
