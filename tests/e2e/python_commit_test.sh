#!/usr/bin/env bash
# A Python repository through real `git commit`, with the real black, flake8, mypy and pytest.
. "$(dirname "$0")/lib.sh"
for tool in black flake8 mypy pytest; do need "$tool"; done
new_repo py
cat > pyproject.toml <<'T'
[project]
name = "shop"
version = "1"
[tool.black]
line-length = 88
[tool.mypy]
strict = true
[tool.pytest.ini_options]
testpaths = ["tests"]
T
printf '[flake8]\nmax-line-length = 88\n' > .flake8
mkdir shop tests
touch shop/__init__.py
printf 'def total(prices: list[int]) -> int:\n    return sum(prices)\n' > shop/cart.py
printf 'from shop.cart import total\n\n\ndef test_total() -> None:\n    assert total([1, 2]) == 3\n' > tests/test_cart.py
git add -A
run 0 git-rfsn init
run 0 git commit -m start
has "$ERR" "✔ rfsn"

# A defect of each kind, staged; unstaged work in the same file and beside it.
printf 'import os\n\n\ndef total( prices: list[int]) -> int:\n    return "x"\n' > shop/cart.py
git add shop/cart.py
printf 'import os\n\n\ndef total( prices: list[int]) -> int:\n    return "x"\n\n\n# mine, not staged\n' > shop/cart.py
echo "untracked" > notes.txt
before=$(tree_digest); index=$(git write-tree)
run 1 git commit -m defects
has "$ERR" "shop/cart.py:1:1"
has "$ERR" "F401"
has "$ERR" "shop/cart.py:4"
has "$ERR" "E201"
has "$ERR" "commit blocked"
same "$(tree_digest)" "$before"
same "$(git write-tree)" "$index"

# mypy sees the whole project, on the staged bytes.
run 1 git-rfsn check --only mypy --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["path"], f["line"], f["code"]) for f in d["findings"] if f["blocking"]]')" "[('shop/cart.py', 5, 'return-value')]"

# The report says which version it was that ran, and so does the evidence of a proof; what was once asked is remembered.
same "$(json "$WORK/r.json" '[r["tool_version"] for r in d["runs"] if r["check"] == "mypy"]')" "['$(mypy --version | cut -d' ' -f2)']"
run 0 git-rfsn fix --only black --format json; printf '%s' "$OUT" > "$WORK/r.json"
same "$(json "$WORK/r.json" '[p["evidence"]["tool_versions"]["black"] for p in d["proposals"]]')" "['$(black --version | grep -oE '[0-9]+\.[0-9.]+[0-9]' | head -1)']"
run 0 git-rfsn detect -v --format json
printf '%s' "$OUT" > "$WORK/d.json"
same "$(json "$WORK/d.json" '[c["tool_version"] for p in d["projects"] for c in p["checks"] if c["id"] == "flake8"]')" "['$(flake8 --version | head -1 | cut -d' ' -f1)']"

# The test fails at the pre-push stage, on the staged code, and names its place.
run 1 git-rfsn check --stage pre-push --only pytest --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["path"], f["line"]) for f in d["findings"]]')" "[('tests/test_cart.py', 5)]"

# Repaired: passes, and the unstaged line is still there, unstaged.
printf 'def total(prices: list[int]) -> int:\n    return sum(prices) + 0\n' > shop/cart.py
git add shop/cart.py
printf 'def total(prices: list[int]) -> int:\n    return sum(prices) + 0\n\n\n# mine, not staged\n' > shop/cart.py
before=$(tree_digest)
run 0 git commit -m repaired
same "$(tree_digest)" "$before"
hasnt "$(git show HEAD:shop/cart.py)" "mine"
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci
