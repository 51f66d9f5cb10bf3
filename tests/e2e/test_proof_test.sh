#!/usr/bin/env bash
# Of 40 true tests and 40 tautologies that come with a change, the proof tells which are which.
. "$(dirname "$0")/lib.sh"
need pytest-3
new_repo proof
mkdir tests
printf 'def area(w, h):\n    return w + h\n' > shapes.py
printf '[tool.pytest.ini_options]\npythonpath = ["."]\n' > pyproject.toml
printf 'from shapes import area\n\n\ndef test_old():\n    assert area(2, 2) == 4\n' > tests/test_shapes.py
git add -A; git commit -qm base
run 0 git-rfsn init
printf 'def area(w, h):\n    return w * h\n' > shapes.py
{
  cat tests/test_shapes.py
  for n in $(seq 3 42); do printf '\n\ndef test_true_%d():\n    assert area(%d, 3) == %d\n' "$n" "$n" $((n * 3)); done
  for n in $(seq 3 42); do printf '\n\ndef test_empty_%d():\n    assert area(%d, 3) is not None\n' "$n" "$n"; done
} > tests/new.py
mv tests/new.py tests/test_shapes.py
git add -A
run 0 git-rfsn check --stage ci --only pytest --format json
named=$(json "$WORK/out" '" ".join(sorted(f["message"].split()[0] for f in d["findings"] if f["code"] == "proves-nothing"))')
same "$named" "$(for n in $(seq 3 42); do echo "test_empty_$n"; done | sort | tr '\n' ' ' | sed 's/ $//')"
same "$(json "$WORK/out" 'any(f["blocking"] for f in d["findings"])')" False
same "$(json "$WORK/out" '[f["line"] for f in d["findings"] if f["message"].startswith("test_empty_3 ")]')" "[$(grep -n 'test_empty_3()' tests/test_shapes.py | cut -d: -f1)]"

# Tests alone, and code alone: there is nothing to compare.
git commit -qm both --no-verify
printf '\n\ndef test_more():\n    assert area(1, 1) == 1\n' >> tests/test_shapes.py; git add -A
run 0 git-rfsn check --stage ci --only pytest; hasnt "$ERR" "proves nothing"

# A test that does not even load without the change is a true one.
printf 'def area(w, h):\n    return w * h\n\n\ndef half(x):\n    return x / 2\n' > shapes.py
printf 'from shapes import half\n\n\ndef test_half():\n    assert half(4) == 2\n' > tests/test_half.py; git add -A
run 0 git-rfsn check --stage ci --only pytest; hasnt "$ERR" "test_half passes"
