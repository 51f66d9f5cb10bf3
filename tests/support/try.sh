#!/usr/bin/env bash
# try.sh BIN [REPO]: the gate on a sample that is made on the spot, or, changing none of its files, on REPO. Called by ./dev try.
set -euo pipefail
BIN=$1 REPO=${2:-}
export PATH=$BIN:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/rfsn-try.XXXXXX")
trap 'rm -rf "$work"' EXIT
# What is trusted and cached for this trial is forgotten with it; a configured model stays configured.
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '\033[2m$ %s\033[0m\n' "$*"; "$@" || status=$?; }

model_ready() { git rfsn llm status 2>/dev/null | grep -q '^enabled *yes'; }
propose() {
  if model_ready; then
    step "A proposal, from the configured model"
    show git rfsn propose
  else
    step "A proposal, from the tools' own fixers (no model is configured and enabled: git rfsn llm status)"
    show git rfsn fix
  fi
}

if [ -n "$REPO" ]; then
  cd "$REPO"
  git rfsn trust >/dev/null
  step "What was found"
  show git rfsn detect
  step "The gate, on what is staged"
  status=0; show git rfsn check -v
  if [ "$status" = 1 ]; then propose; fi
  step "Nothing of $REPO was changed. Next: git rfsn show, git rfsn apply, git rfsn init"
  exit 0
fi

export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE || true
mkdir -p "$HOME"
git config --global user.name sample; git config --global user.email sample@example.org
git config --global init.defaultBranch main
git init -q "$work/sample"; cd "$work/sample"

mkdir -p app native web
cat > pyproject.toml <<'T'
[project]
name = "sample"
version = "1.0"

[tool.black]
line-length = 88
T
printf '[flake8]\nmax-line-length = 88\n' > .flake8
printf 'def area(width, height):\n    return width * height\n' > app/shapes.py
printf 'BasedOnStyle: Google\n' > native/.clang-format
printf 'int add(int a, int b) { return a + b; }\n' > native/add.cpp
printf 'name: sample\nports:\n  - 80\n' > web/site.yaml
git add -A; git commit -q -m "a clean start"

# Staged defects ...
printf 'import os\n\n\ndef area( width,height ):\n    return width*height   \n\n\ndef half(x):\n    return x / 2\n' > app/shapes.py
printf 'int add(int a,int b){return a+b;}\n' > native/add.cpp
printf '{"port": 80,}\n' > web/site.json
printf 'name: sample\nports:\n  - 80\n  - 443   \n' > web/site.yaml
git add -A
# ... and unstaged work beside them, in one of the same files.
printf '\n\ndef mine(x):\n    return "unstaged work in progress"\n' >> app/shapes.py
printf 'notes nobody has added\n' > notes.txt

step "A sample repository: staged defects in Python, C++, JSON and YAML, unstaged work beside them"
show git status --short
step "git rfsn init: from now on every commit is gated"
show git rfsn init
step "git commit"
status=0; show git commit -m "defects"
echo "(git commit ended with $status)"
propose
step "Before"
show git status --short
show cat app/shapes.py
step "git rfsn apply"
show git rfsn apply
step "After: the index is repaired, the unstaged work is still unstaged"
show git status --short
show git diff --cached --stat
show git diff
step "git rfsn undo"
show git rfsn undo
show git status --short
step "That was it. In your own repository: ./dev install, then git rfsn init"
