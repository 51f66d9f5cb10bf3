#!/usr/bin/env bash
# Odd repositories and odd files: a clear word each, and nothing lost.
. "$(dirname "$0")/lib.sh"
mkdir "$WORK/plain"; cd "$WORK/plain"
run 3 git-rfsn check; has "$ERR" "not a git repository"
git init -q --bare "$WORK/bare.git"; cd "$WORK/bare.git"
run 3 git-rfsn check; has "$ERR" "bare"

git init -q "$WORK/unborn"; cd "$WORK/unborn"
run 0 git-rfsn check
printf 'x \n' > a.txt; git add a.txt
run 1 git-rfsn check; has "$ERR" "a.txt:1"
run 0 git-rfsn fix --yes
same "$(git show :a.txt | od -c | head -1)" "$(printf 'x\n' | od -c | head -1)"
git commit -qm one
run 0 git-rfsn check -q; same "$ERR" ""

# Names with everything in them, binary, empty, symlink, submodule.
printf 'bad \n' > $'a b\n\x1b[31m.txt'; printf 'bad \n' > "$(printf 'inv\xffalid.txt')"; printf 'bad \n' > '-rf.txt'
printf '\0\1\2 \n' > binary.bin; : > empty.txt; ln -s /etc/passwd link
git init -q "$WORK/sub"; git -C "$WORK/sub" commit -q --allow-empty -m s
git -c protocol.file.allow=always submodule add -q "$WORK/sub" module
git add -A
run 1 git-rfsn check
hasnt "$ERR" $'\x1b'
has "$ERR" 'a b\x0a'
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sum(f["blocking"] for f in d["findings"])')" 3
run 0 git-rfsn fix --yes
same "$(git cat-file -p ':-rf.txt')" "bad"
run 0 git-rfsn check
git commit -qm odd

# 100 MB: judged in time, as a large file.
head -c 104857600 /dev/zero > huge.bin; git add huge.bin
run 1 git-rfsn check --only check-added-large-files; has "$ERR" "huge.bin"
git rm -q --cached huge.bin; rm huge.bin

# Broken YAML, TOML and JSON name their line.
printf 'a: [1\nb: 2\n' > a.yaml; printf 'x =\n' > b.toml; printf '{"a": 1, "a": 2}\n' > c.json; git add -A
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["path"], f["tool"]) for f in d["findings"])')" "[('a.yaml', 'check-yaml'), ('b.toml', 'check-toml'), ('c.json', 'check-json')]"
git rm -q --cached a.yaml b.toml c.json

# A broken configuration is an error with its place; an unmerged index too.
printf 'skp: [a]\n' > .rfsn.yaml; git add .rfsn.yaml
run 2 git-rfsn check; has "$ERR" ".rfsn.yaml:1:1"; has "$ERR" "skip"
git rm -q --cached .rfsn.yaml; rm .rfsn.yaml
git checkout -q -b other; echo other > a.txt; git commit -qam other
git checkout -q main; echo main > a.txt; git commit -qam main
git merge other >/dev/null 2>&1 && die "the merge did not conflict"
run 3 git-rfsn check; has "$ERR" "a.txt"; has "$ERR" "unmerged"
git merge --abort
run 2 git-rfsn check --only nonsense; has "$ERR" "nonsense"
