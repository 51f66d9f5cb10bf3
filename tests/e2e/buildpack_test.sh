#!/usr/bin/env bash
# Packs of other people: YAML in the user's folder and in the repository's, a program over JSON; list, lint, explain,
# test and new; the pins of trust.
. "$(dirname "$0")/lib.sh"
PACKS=$RFSN_TEST_SOURCE/tests/fixtures/buildpacks
new_repo packs
run 0 git-rfsn buildpack list
same "$(printf '%s\n' "$OUT" | awk '{print $1}' | tr '\n' ' ')" "python node go rust cpp java dotnet polyrepo "
run 0 git-rfsn buildpack explain go
has "$OUT" "manifest   go.mod  weight 60"
has "$OUT" "image      golang:1"
run 2 git-rfsn buildpack explian go
run 3 git-rfsn buildpack explain nowhere
run 0 git-rfsn buildpack lint "$PACKS/ruby.yaml"
has "$OUT" "ruby: a pack of 3 checks"
run 0 git-rfsn buildpack new lisp
printf '%s\n' "$OUT" > lisp.yaml
run 0 git-rfsn buildpack lint lisp.yaml
rm lisp.yaml

# What is wrong is named with its place.
sed 's/kind: lint/kind: lnt/' "$PACKS/ruby.yaml" > "$WORK/bad.yaml"
run 2 git-rfsn buildpack lint "$WORK/bad.yaml"
has "$ERR" "bad.yaml:"
has "$ERR" "'lnt' is no kind"
sed 's/parser: gcc/parser: gccc/' "$PACKS/ruby.yaml" > "$WORK/bad.yaml"
run 1 git-rfsn buildpack lint "$WORK/bad.yaml"
has "$ERR" "did you mean 'gcc'?"
printf 'schema: 1\nid: go\n' > "$WORK/bad.yaml"
run 2 git-rfsn buildpack lint "$WORK/bad.yaml"
has "$ERR" "extends: go"

# In the repository's folder: not used before it is pinned, and asked about again when it changes.
mkdir -p .rfsn/buildpacks lib
cp "$PACKS/ruby.yaml" .rfsn/buildpacks/
printf 'source "https://rubygems.org"\n' > Gemfile
printf '3.1.2\n' > .ruby-version
printf 'def one\n  1\nend\n' > lib/one.rb
git add -A
run 0 git-rfsn detect --format json
same "$(printf '%s' "$OUT" > "$WORK/d.json"; json "$WORK/d.json" 'd["packs"]')" "[]"
run 0 git-rfsn check
has "$ERR" "git rfsn trust"
run 0 git-rfsn buildpack test .rfsn/buildpacks/ruby.yaml
has "$OUT" "fact   ruby_version = 3.1.2"
has "$OUT" "check  ruby-syntax"
run 0 git-rfsn trust
has "$ERR" "buildpack: .rfsn/buildpacks/ruby.yaml"
run 0 git-rfsn trust --list
has "$OUT" "buildpacks of the repository: trusted"
run 0 git-rfsn detect --format json
same "$(printf '%s' "$OUT" > "$WORK/d.json"; json "$WORK/d.json" '[(p["root"], p["pack"], p["facts"]["ruby_version"]) for p in d["projects"]]')" "[('.', 'ruby', '3.1.2')]"
run 0 git-rfsn buildpack list
has "$OUT" "ruby  Ruby  1.0.0  .rfsn/buildpacks/ruby.yaml"
echo "# changed" >> .rfsn/buildpacks/ruby.yaml
git add -A
run 0 git-rfsn check
has "$ERR" "are not used"
git checkout -q HEAD -- . 2>/dev/null || true
git rm -rqf --cached .rfsn && rm -rf .rfsn

# In the user's folder, with the real Ruby where there is one.
mkdir -p "$HOME/.config/git-rfsn/buildpacks"
cp "$PACKS/ruby.yaml" "$HOME/.config/git-rfsn/buildpacks/"
git add -A
run 0 git-rfsn detect --format json
same "$(printf '%s' "$OUT" > "$WORK/d.json"; json "$WORK/d.json" 'd["packs"]')" "['ruby']"
run 0 git-rfsn detect --format json  # kept: the same
same "$(printf '%s' "$OUT" > "$WORK/d.json"; json "$WORK/d.json" 'd["packs"]')" "['ruby']"
if command -v ruby >/dev/null; then
  run 0 git-rfsn init
  run 0 git commit -qm start
  printf 'def one\n  1\n' > lib/one.rb
  git add -A
  run 1 git commit -qm broken
  has "$ERR" "lib/one.rb:2"
  has "$ERR" "ruby-syntax"
  printf 'def one\n  2\nend\n' > lib/one.rb
  git add -A
  run 0 git commit -qm fixed
fi

# An overlay of a built-in pack says so; one that doesn't is refused.
printf 'schema: 1\nid: go\nextends: go\n+checks: [{id: gofmt, timeout: 5s}]\n' > "$HOME/.config/git-rfsn/buildpacks/go.yaml"
run 0 git-rfsn buildpack list
has "$OUT" "go  Go  1.0.0  $HOME/.config/git-rfsn/buildpacks/go.yaml"
printf 'schema: 1\nid: go\nname: Mine\n' > "$HOME/.config/git-rfsn/buildpacks/go.yaml"
run 2 git-rfsn check
has "$ERR" "extends: go"
rm "$HOME/.config/git-rfsn/buildpacks/go.yaml"

# A program: asked what it is, confined, under a limit; the gate runs what it names.
mkdir "$WORK/bin"
cp "$PACKS/git-rfsn-buildpack-shout" "$WORK/bin/"
export PATH=$PATH:$WORK/bin
run 0 git-rfsn check
printf 'LOUD\nquiet\n' > a.shout
git add -A
run 1 git-rfsn check --only shout --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[f["path"] for f in d["findings"]]')" "['a.shout']"
printf '#!/bin/sh\necho nonsense\n' > "$WORK/bin/git-rfsn-buildpack-shout"
run 3 git-rfsn check
has "$ERR" "its answer is no JSON"
printf '#!/bin/sh\nsleep 60\n' > "$WORK/bin/git-rfsn-buildpack-shout"
run 3 git-rfsn check
has "$ERR" "timed out"
