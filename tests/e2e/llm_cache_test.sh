#!/usr/bin/env bash
# Asking a model twice: the second time nothing is asked. What was spent, what is kept, and who may be asked.
source "${BASH_SOURCE%/*}/lib.sh"
need flake8
serve() { # BEHAVIOUR...
  [ -z "$SERVER_PID" ] || { kill "$SERVER_PID"; wait "$SERVER_PID" 2>/dev/null || true; }
  rm -f "$WORK/port" "$WORK/requests"; : > "$WORK/requests"
  /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/llm_server.py" --port-file "$WORK/port" --log "$WORK/requests" "$@" >/dev/null 2>"$WORK/server" &
  SERVER_PID=$!
  for _ in $(seq 200); do [ -s "$WORK/port" ] && break; sleep 0.05; done
  RFSN_LLM_BASE_URL="http://127.0.0.1:$(cat "$WORK/port")/v1"
  export RFSN_LLM_BASE_URL RFSN_LLM_MODEL=test-model
}
requests() { wc -l < "$WORK/requests"; }

import_reply
new_repo r
printf '[flake8]\n' > .flake8; git add .flake8; git commit -qm base
printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
run 0 git-rfsn init

serve good:"$WORK/good"
run 0 git-rfsn llm status; has "$OUT" "enabled   no"; has "$OUT" "test-model"
run 0 git-rfsn llm enable
run 0 git-rfsn llm status; has "$OUT" "enabled   yes"

# A second provider is another place to send code to: it is asked about again.
mkdir -p "$HOME/.config/git-rfsn"
cat > "$HOME/.config/git-rfsn/config.yaml" <<T
llm:
  providers:
    second: {provider: openai, base_url: "http://127.0.0.1:1/v1", model: other}
  order: [second, main]
T
run 0 git-rfsn llm status; has "$OUT" "enabled   no"; has "$OUT" "second"
run 0 git-rfsn llm enable

run 0 git-rfsn propose --format json; same "$(requests)" 1
printf '%s' "$OUT" > "$WORK/report"
same "$(json "$WORK/report" 'd["proposals"][0]["cost"]["input_tokens"]')" 11
same "$(json "$WORK/report" 'd["cost"] == d["proposals"][-1]["cost"]')" True
# Whatever else remembers it: nobody is asked.
run 0 git-rfsn propose; same "$(requests)" 1
run 0 git-rfsn llm stats; has "$OUT" "main"; has "$OUT" "test-model"
run 0 git-rfsn llm stats --format json; printf '%s' "$OUT" > "$WORK/stats"
same "$(json "$WORK/stats" '[r["output_tokens"] for r in d if r["provider"] == "main"][0]')" 7
run 0 git-rfsn cache stats; has "$OUT" "1 of at most 5000 answers"
run 0 git-rfsn cache path; [ "$(stat -c %a "$OUT")" = 600 ] || die "the cache can be read by others"
# A similar question: what answered the other one is proven here, and nobody is asked.
printf 'import os\n\n\ndef f():\n    return 21\n' > a.py; git add a.py
find .git/rfsn -name '*.db*' -delete  # what is remembered by failure would answer first
run 0 git-rfsn propose --format json; same "$(requests)" 1
printf '%s' "$OUT" > "$WORK/similar"
same "$(json "$WORK/similar" '[(p["strategy"], p["proven"], p["cost"]["requests"]) for p in d["proposals"]]')" "[('the answer to a similar question', True, 0)]"
same "$(json "$WORK/similar" '"cost" in d')" False
# One that does not hold for the code as it is now is no answer: the model is asked.
printf 'import os\nimport sys\n\n\ndef f():\n    return 22\n' > a.py; git add a.py
find .git/rfsn -name '*.db*' -delete
run 1 git-rfsn propose --format json; [ "$(requests)" -gt 1 ] || die "nobody was asked"
git reset -q; printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
run 0 git-rfsn cache clear
run 0 git-rfsn cache stats; has "$OUT" "0 of at most 5000 answers"

# One tiny question each; the one that does not run is named.
run 3 git-rfsn llm test; has "$OUT" "main  answered in"; has "$ERR" "asking second"

# A budget holds over processes, and says so.
run 3 git-rfsn llm test --set llm.budget_requests=1; has "$ERR" "budget"
run 0 git-rfsn llm disable
run 3 git-rfsn llm test; has "$ERR" "git rfsn llm enable"

# The repository can name neither endpoint nor provider nor program.
for line in 'base_url: http://127.0.0.1:2/v1' 'key_command: [touch, pwned]' 'provider: command' 'providers: {x: {command: [touch, pwned]}}' 'order: [x]'; do
  printf 'llm:\n  %s\n' "$line" > .rfsn.yaml; git add .rfsn.yaml
  run 2 git-rfsn check; has "$ERR" "may not be set by a repository"
done
