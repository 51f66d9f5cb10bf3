#!/usr/bin/env bash
# What was proven once is tried before a model is asked; what was thrown away is not; forgetting changes no verdict.
. "$(dirname "$0")/lib.sh"
need flake8
new_repo learn
printf '[flake8]\nmax-line-length = 88\n' > .flake8
printf 'def f():\n    return 1\n' > a.py
git add -A; git commit -qm base
run 0 git-rfsn init
run 0 git-rfsn stats; has "$OUT" "nothing was tried"
cat > "$WORK/good" <<'T'
a.py
```python
<<<<<<< SEARCH
import os


def f():
=======
def f():
>>>>>>> REPLACE
```
T
printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
run 0 git-rfsn propose --reply "$WORK/good"; has "$ERR" "proven"
run 0 git-rfsn apply; git commit -qm fixed

# The same mistake again, in a file that has grown since. No endpoint is configured: nothing could have been asked.
printf 'import os\n\n\ndef f():\n    return 2\n\n\ndef g():\n    return 3\n' > a.py; git add a.py
run 1 git-rfsn check
run 0 git-rfsn propose; has "$ERR" "remembered"; has "$ERR" "proven"
run 0 git-rfsn apply
same "$(git show :a.py | head -1)" "def f():"
same "$(git show :a.py | tail -1)" "    return 3"
git commit -qm again
run 0 git-rfsn stats; has "$OUT" "remembered"; has "$OUT" "1 applied"
run 0 git-rfsn stats --format json
same "$(json "$WORK/out" 'sorted(a["arm"] for a in d["arms"])')" "['pasted', 'remembered']"

# Thrown away: not tried again.
printf 'import os\n\n\ndef f():\n    return 2\n\n\ndef h():\n    return 4\n' > a.py; git add a.py
run 0 git-rfsn propose; run 0 git-rfsn discard
run 3 git-rfsn propose; has "$ERR" "llm.base_url"

# Every database gone: the verdict is the same, only what is tried first is forgotten.
git-rfsn check >"$WORK/with" 2>&1 && die "it should block"
rm -rf .git/rfsn "$HOME/.cache/git-rfsn"
git-rfsn check >"$WORK/without" 2>&1 && die "it should block"
same "$(sed 's/ · [0-9.]* *m\?s.*//' "$WORK/with" | head -3)" "$(sed 's/ · [0-9.]* *m\?s.*//' "$WORK/without" | head -3)"
run 0 git-rfsn propose --reply "$WORK/good"; has "$ERR" "proven"
