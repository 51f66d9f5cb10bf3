#!/usr/bin/env bash
# The way through a model, against a real HTTP server on loopback with replies that are good, malformed, lying, slow and failing.
. "$(dirname "$0")/lib.sh"
need flake8
new_repo model
printf '[flake8]\nmax-line-length = 88\n' > .flake8
printf 'def f():\n    return 1\n' > a.py
git add -A; git commit -qm base
run 0 git-rfsn init
printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
printf 'import os\n\n\ndef f():\n    return 2\n\n\n# mine\n' > a.py

cat > "$WORK/good" <<'T'
The import is not used.

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
printf 'a.py\n<<<<<<< SEARCH\nimport os\n' > "$WORK/malformed"
printf 'b/../../etc/passwd\n```\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n```\n' > "$WORK/escape"
SERVER=$RFSN_TEST_SOURCE/tests/support/llm_server.py
serve() { # arguments of llm_server.py; sets URL
  [ -z "$SERVER_PID" ] || { kill "$SERVER_PID" 2>/dev/null; wait "$SERVER_PID" 2>/dev/null || true; }
  export RFSN_LLM_CACHE=false  # nor answers to similar questions
  rm -f "$WORK/port" "$WORK/requests" .git/rfsn/learn.db*  # nothing remembered: the server is asked
  /usr/bin/python3 "$SERVER" --port-file "$WORK/port" --log "$WORK/requests" "$@" >/dev/null &
  SERVER_PID=$!
  for _ in $(seq 100); do [ -s "$WORK/port" ] && break; sleep 0.05; done
  RFSN_LLM_BASE_URL=http://127.0.0.1:$(cat "$WORK/port")/v1
  export RFSN_LLM_BASE_URL RFSN_LLM_MODEL=scripted
}
requests() { [ -e "$WORK/requests" ] && wc -l < "$WORK/requests" || echo 0; }
before=$(tree_digest); index=$(git write-tree)
unchanged() { same "$(tree_digest)" "$before"; same "$(git write-tree)" "$index"; }

# Not configured: nothing is asked, and it says how; configured but not enabled: the same.
run 3 git-rfsn propose; has "$ERR" "llm.base_url"
serve good:"$WORK/good"
run 3 git-rfsn propose; has "$ERR" "git rfsn llm enable"; same "$(requests)" 0
run 0 git-rfsn llm enable

RFSN_LLM_KEY="sk-planted-$(printf 'k%.0s' $(seq 30))"
export RFSN_LLM_KEY
run 0 git-rfsn propose; has "$ERR" "-import os"; unchanged
same "$(requests)" 1
has "$(cat "$WORK/requests")" "$RFSN_LLM_KEY"
# The key is in the request's header and nowhere else.
if grep -rqF "$RFSN_LLM_KEY" .git "$HOME"; then die "the key was stored"; fi
run 0 git-rfsn show; has "$OUT" "-import os"; hasnt "$OUT" "$RFSN_LLM_KEY"
run 0 git-rfsn apply
same "$(git show :a.py)" "$(printf 'def f():\n    return 2')"
same "$(cat a.py)" "$(printf 'def f():\n    return 2\n\n\n# mine')"
run 0 git-rfsn undo; unchanged

serve good:"$WORK/lying"; run 0 git-rfsn llm enable
run 1 git-rfsn propose; unchanged; same "$(requests)" 2
serve good:"$WORK/malformed"; run 0 git-rfsn llm enable
run 1 git-rfsn propose; unchanged; same "$(requests)" 2
serve good:"$WORK/malformed" good:"$WORK/good"; run 0 git-rfsn llm enable
run 0 git-rfsn propose; unchanged; same "$(requests)" 2
serve good:"$WORK/escape"; run 0 git-rfsn llm enable
run 1 git-rfsn propose; unchanged; has "$ERR" "not proven"
serve status:401; run 0 git-rfsn llm enable
run 3 git-rfsn propose; unchanged; hasnt "$ERR" "$RFSN_LLM_KEY"; same "$(requests)" 1
serve status:500; run 0 git-rfsn llm enable
run 3 git-rfsn propose; unchanged
serve truncated:"$WORK/good"; run 0 git-rfsn llm enable
run 3 git-rfsn propose; unchanged
serve slow:30:"$WORK/good"; run 0 git-rfsn llm enable
run 3 git-rfsn propose --set llm.timeout=1s; unchanged

# Without any endpoint: prompt and --reply.
unset RFSN_LLM_BASE_URL RFSN_LLM_MODEL
run 0 git-rfsn prompt; has "$OUT" "F401"; has "$OUT" "import os"
run 0 git-rfsn propose --reply "$WORK/good"; unchanged
run 1 git-rfsn propose --reply "$WORK/lying"; unchanged
run 3 git-rfsn propose --reply "$WORK/malformed"; unchanged

# A secret in the staged file goes out as a marker.
token="ghp_$(printf 'a1B2c3D4e5%.0s' 1 2 3)Xy12Zw"
printf 'import os\n\n\ndef f():\n    return "%s"\n' "$token" > a.py; git add a.py
run 0 git-rfsn prompt; hasnt "$OUT" "$token"; has "$OUT" "REDACTED"
