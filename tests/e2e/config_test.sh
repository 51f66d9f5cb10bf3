#!/usr/bin/env bash
# Layers and their origins; what a repository may not say; own commands need trust.
. "$(dirname "$0")/lib.sh"
new_repo config
mkdir -p "$HOME/.config/git-rfsn"
printf 'jobs: 3\nllm:\n  model: mine\n' > "$HOME/.config/git-rfsn/config.yaml"
printf 'skip: [check-yaml]\njobs: 2\n' > .rfsn.yaml; git add .rfsn.yaml
run 0 git-rfsn config --show-origin
has "$OUT" "jobs: 2  # repository .rfsn.yaml:2:"
has "$OUT" "llm.model: mine  # user"
RFSN_JOBS=5 run 0 git-rfsn config jobs; same "$OUT" 5
RFSN_JOBS=5 run 0 git-rfsn config jobs --set jobs=6; same "$OUT" 6
RFSN_JBOS=5 run 2 git-rfsn config; has "$ERR" "RFSN_JOBS"
run 2 git-rfsn check --set jobs=many; has "$ERR" "jobs"
bad() { printf '%b' "$1" > .rfsn.yaml; git add .rfsn.yaml; run 2 git-rfsn check; [ -z "$2" ] || has "$ERR" ".rfsn.yaml:$2"; has "$ERR" "$3"; }
bad 'llm:\n  base_url: http://evil\n' 2: llm.base_url
bad 'jobs: 1\njobs: 2\n' 2:1 jobs
bad 'jobs: [1]\n' 1: jobs
bad 'patch:\n  max_lines: 100000\n' 2: patch.max_lines
bad 'checks:\n  flak8:\n    required: true\n' 3: flake8
bad 'skip: [trailing-whitespaces]\n' '' trailing-whitespace
bad 'checks:\n  black:\n    requird: true\n' 3: required

# An own command: refused until it is trusted, asked again when it changes.
printf 'checks:\n  words:\n    run: [sh, -c, "grep -L forbidden a.txt | grep -q a.txt"]\n    files: ["*.txt"]\n    required: true\n' > .rfsn.yaml
printf 'fine\n' > a.txt; git add -A
run 0 git-rfsn init
run 3 git-rfsn check; has "$ERR" "git rfsn trust"
run 0 git-rfsn trust; has "$ERR" "grep -L forbidden"
run 0 git commit -m "with a check of our own"
printf 'forbidden\n' > a.txt; git add -A
run 1 git-rfsn check; has "$ERR" "words"
sed -i 's/grep -L/grep -L -i/' .rfsn.yaml; git add -A
run 3 git-rfsn check; has "$ERR" "git rfsn trust"

# In CI the configuration is the base's: the change cannot switch its own gate off.
printf 'skip: []\n' > .rfsn.yaml; git add -A; git commit -q --no-verify -m base; base=$(git rev-parse HEAD)
printf 'skip: [builtin]\n' > .rfsn.yaml; printf 'bad \n' > b.txt; git add -A; git commit -q --no-verify -m sly
run 1 git-rfsn ci --base "$base"; has "$ERR" "b.txt:1"
GITHUB_ACTIONS=true run 1 git-rfsn ci --base "$base"; has "$OUT" "::error file=b.txt,line=1"

# What a change itself takes from the gate's sight is searched for secrets all the same; what was excluded before is not.
new_repo excluded; printf 'x = 1\n' > a.py; git add -A; git commit -qm base
mkdir conf; printf 'key = "%s%s"\n' '813374126:' 'AALiGW7Ce1ExTGJ0m6_weTuYDYfICX94zIf' > conf/k.py
printf 'exclude: ["conf/**"]\n' > .rfsn.yaml
git add -A; run 1 git-rfsn check --only builtin; has "$ERR" "telegram-bot-token"; has "$ERR" "commit that first"
git rm -rq --cached conf; run 0 git-rfsn check --only builtin; git commit -qm exclude
git add conf; run 0 git-rfsn check --only builtin

# Neither is what was excluded before, when the change alters something else of the configuration.
printf 'key2 = "%s%s"\n' '813374126:' 'AALiGW7Ce1ExTGJ0m6_weTuYDYfICX94zIf' > conf/l.py; printf 'max_file_kb: 400\n' >> .rfsn.yaml
git add -A; run 0 git-rfsn check --only secrets
