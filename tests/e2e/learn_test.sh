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

# Several answers at once: the right one among wrong and malformed ones is proven, the wrong ones are not.
cat > "$WORK/lying" <<'T'
a.py
```python
<<<<<<< SEARCH
    return 2
=======
    return 3
>>>>>>> REPLACE
```
T
git-rfsn undo >/dev/null 2>&1 || true
rm -rf .git/rfsn; printf 'import os\n\n\ndef f():\n    return 2\n\n\ndef h():\n    return 5\n' > a.py; git add a.py
/usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/llm_server.py" --port-file "$WORK/port" --log "$WORK/requests" \
  good:"$WORK/lying" malformed good:"$WORK/good" >/dev/null 2>&1 &
SERVER_PID=$!
for _ in $(seq 100); do [ -s "$WORK/port" ] && break; sleep 0.05; done
RFSN_LLM_BASE_URL=http://127.0.0.1:$(cat "$WORK/port")/v1
export RFSN_LLM_BASE_URL RFSN_LLM_MODEL=scripted RFSN_LLM_CANDIDATES=3 RFSN_LLM_ATTEMPTS=1
run 0 git-rfsn llm enable
run 0 git-rfsn propose; has "$ERR" "proven"; has "$ERR" "no usable edit"
same "$(wc -l < "$WORK/requests")" 3
same "$(sed 's/.*"temperature": *\([0-9.]*\).*/\1/' "$WORK/requests" | sort -u | wc -l)" 3
# Asked again with nothing remembered of failures: the proven answer is known, and nothing goes out.
rm -f .git/rfsn/learn.db*
run 0 git-rfsn propose; has "$ERR" "proven"
same "$(wc -l < "$WORK/requests")" 3
