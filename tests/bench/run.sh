#!/usr/bin/env bash
# run.sh BIN [RUNS]: ratios, each pair measured in turn in one run of hyperfine on this machine. Absolute times are noise here.
set -euo pipefail
BIN=$1 RUNS=${2:-40}
work=$(mktemp -d "${TMPDIR:-/tmp}/rfsn-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C PATH=$BIN:$PATH
export GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@example.org GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@example.org
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE || true
large=${RFSN_BENCH_LARGE:-1}
unset RFSN_BENCH_LARGE  # the gate takes RFSN_* for its settings

# pair NAME LIMIT OURS PEER: medians of both and their ratio; exit status 0 either way, the table says what holds.
pair() {
  hyperfine -N --warmup 5 --runs "$RUNS" --style none --export-json "$work/pair.json" "$3" "$4" >/dev/null 2>"$work/hyperfine" || { cat "$work/hyperfine" >&2; exit 1; }
  python3 - "$work/pair.json" "$1" "$2" <<'P'
import json, sys
ours, peer = json.load(open(sys.argv[1]))["results"]
ratio = ours["median"] / peer["median"]
print(f"{sys.argv[2]:44s} {ours['median']*1e3:8.2f} ms {peer['median']*1e3:8.2f} ms  {ratio:5.2f} x  (min/min {ours['min']/peer['min']:.2f} x, limit {sys.argv[3]} x)")
P
}

repo() { # NAME FILES STAGED
  git init -q -b main "$work/$1"
  python3 - "$2" <<'P' | git -C "$work/$1" fast-import --quiet --done
import sys
n = int(sys.argv[1]); out = sys.stdout.buffer
ext = ["py", "js", "go", "rs", "cpp", "md", "yaml", "json", "toml", "txt"]
out.write(b"commit refs/heads/main\ncommitter b <b@example.org> 1700000000 +0000\ndata 4\nbase\n")
for i in range(n):
    e = ext[i % 10]
    body = {"json": '{\n  "a": %d\n}\n' % i, "yaml": "a: %d\n" % i, "toml": "a = %d\n" % i}.get(e, "// %d\n" % i + "// words and words again\n" * 30).encode()
    path = (f"f{i}.{e}" if n < 100 else f"pkg{i//1000:03d}/m{(i//50)%20:02d}/f{i:06d}.{e}").encode()
    out.write(b"M 100644 inline %s\ndata %d\n" % (path, len(body)) + body + b"\n")
    if n > 5000 and i % 50 == 0:
        name, text = [("package.json", '{"name":"p%d","dependencies":{"x":"1"}}'), ("pyproject.toml", '[project]\nname = "p%d"'), ("go.mod", "module m%d"),
                      ("Cargo.toml", '[package]\nname = "c%d"'), ("pom.xml", "<project><artifactId>a%d</artifactId></project>")][i // 50 % 5]
        text = (text % i + "\n").encode()
        out.write(b"M 100644 inline %s/%s\ndata %d\n" % (path.rpartition(b"/")[0], name.encode(), len(text)) + text + b"\n")
out.write(b"\ndone\n")
P
  git -C "$work/$1" reset -q --hard main
  git -C "$work/$1" ls-files -- '*.md' '*.txt' > "$work/list"
  head -n "$3" "$work/list" | while read -r f; do echo "an edited line" >> "$work/$1/$f"; done
  git -C "$work/$1" add -A
}

printf 'int main() { return 0; }\n' > "$work/empty.cpp"
g++ -O2 -static -o "$work/empty" "$work/empty.cpp"
printf '%-44s %11s %11s\n' "" "git-rfsn" "peer"
pair "git-rfsn --version / an empty static program" 2 "git-rfsn --version" "$work/empty"
cd "$work"; repo a 12 1; cd "$work/a"
pair "12 files, 1 staged / git diff --cached" 2 "git-rfsn check -q --only builtin" "git diff --cached"
cd "$work"; repo b 5000 50; cd "$work/b"
pair "5,000 files, 50 staged / git diff --cached" 2 "git-rfsn check -q --only builtin" "git diff --cached"
# A whole-tree check that does nothing, so that what is measured is its place: an overlay; the same with unstaged work in 15
# files; a shadow tree, where namespaces are denied (for that user namespace, by its own limit).
printf 'checks:\n  nothing:\n    run: ["true"]\n' > .rfsn.yaml; git add .rfsn.yaml
git-rfsn init >/dev/null 2>&1; git-rfsn trust >/dev/null 2>&1
pair "5,000 files, a check over an overlay / git status" - "git-rfsn check -q --only nothing" "git --no-optional-locks status --porcelain"
git ls-files -- '*.py' > "$work/list"
head -n 15 "$work/list" | while read -r f; do echo "unstaged" >> "$f"; done
pair "the same, 15 files unstaged / git status" - "git-rfsn check -q --only nothing" "git --no-optional-locks status --porcelain"
printf '#!/bin/sh\necho 0 >/proc/sys/user/max_mnt_namespaces\nexec "$@"\n' > "$work/denied"; chmod +x "$work/denied"
if unshare -Ur "$work/denied" true 2>/dev/null; then
  pair "the same in a shadow tree / git status" - "unshare -Ur $work/denied git-rfsn check -q --only nothing" "git --no-optional-locks status --porcelain"
fi
if [ "$large" = 1 ]; then
  # Two thousand manifests: what is measured is a tree whose detection is kept; the first one is told beside it.
  cd "$work"; repo c 100000 1; cd "$work/c"
  pair "100,000 files, 1 staged / git diff --cached" 1.5 "git-rfsn check -q --only builtin" "git diff --cached"
  start=$(date +%s%N); git-rfsn detect --format json >/dev/null; first=$(( ($(date +%s%N) - start) / 1000000 ))
  pair "100,000 files, detect (first: $first ms) / git ls-files" 2 "git-rfsn detect --format json" "git ls-files"
fi
