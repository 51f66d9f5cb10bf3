#!/usr/bin/env bash
# peers.sh BIN [ROUNDS]: a commit's built-in checks against git itself and against other runners, in repositories of seven kinds. In every
# round each program runs once, in turn; medians are compared, and processor time beside them, which a busy machine does not stretch.
# git-rfsn runs all its built-ins and the secret scan; prek its eight own hooks; lefthook has none, and starts /bin/true eight times.
#   a 12 files, 1 staged    b 5,000 files, 50 staged    bu b with unstaged changes in 15 others
#   c1 100,000 files, 1 staged    c1k 1,000 staged    c1u c1 with an unstaged change elsewhere    d all files of b
# RFSN_BENCH_LARGE=0 leaves out the large ones. The peers are installed from PyPI by name into a directory of their own, or found in the
# virtual environment that RFSN_BENCH_PEERS names.
set -euo pipefail
BIN=$(cd "$1" && pwd) ROUNDS=${2:-15}
work=$(mktemp -d "${TMPDIR:-/tmp}/rfsn-peers.XXXXXX")
trap 'rm -rf "$work"' EXIT
large=${RFSN_BENCH_LARGE:-1} venv=${RFSN_BENCH_PEERS:-}
for name in $(compgen -e | grep -E '^(GIT_|RFSN_)' || true); do unset "$name"; done
if [ -z "$venv" ]; then
  venv=$work/venv; python3 -m venv "$venv"; "$venv/bin/pip" install -q --disable-pip-version-check prek lefthook
fi
prek=$venv/bin/prek
# The native program, not the script before it.
lefthook=$(find "$venv" -type f -path '*linux*' -name 'lefthook*' -perm -100 | grep "$(uname -m | sed 's/aarch64/arm64/')" | head -1)
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C PATH=$BIN:$PATH
export GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@example.org GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@example.org

cat > "$work/make.py" <<'P'
import sys
hooks = ["trailing-whitespace", "end-of-file-fixer", "check-yaml", "check-json", "check-toml", "check-merge-conflict", "check-added-large-files", "detect-private-key"]
ext = ["py", "js", "go", "rs", "cpp", "md", "yaml", "json", "toml", "txt"]
words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon".split()
seed = 12345
def some(limit):
    global seed
    seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
    return (seed >> 33) % limit
def line():
    return " ".join(words[some(20)] for _ in range(4 + some(6)))
def body(number, kind):
    count = 10 + some(40)
    if kind == "json": return "{\n" + ",\n".join(f'  "k{i}": "{line()}"' for i in range(count)) + "\n}\n"
    if kind == "yaml": return "".join(f"k{i}:\n  - {line()}\n  - v: {some(1000)}\n" for i in range(count // 2))
    if kind == "toml": return "".join(f'k{i} = "{line()}"\n' for i in range(count))
    mark = {"py": "# ", "md": "", "txt": ""}.get(kind, "// ")
    return f"{mark}file {number}\n" + "".join(f"{mark}{line()}\n" for _ in range(count))
def path(number, files):
    kind = ext[number % 10]
    return f"f{number}.{kind}" if files < 100 else f"pkg{number // 1000:03d}/m{(number // 50) % 20:02d}/f{number:06d}.{kind}"
def edit(files, numbers):
    for number in numbers:
        name = path(number, files); kind = name.rsplit(".", 1)[1]; text = open(name).read(); again = text.count("edited")
        if kind == "json": text = text.replace("{\n", '{\n  "edited_%d": 1,\n' % again, 1)
        elif kind == "toml": text += "edited_%d = 1\n" % again
        elif kind == "yaml": text += "edited_%d: 1\n" % again
        else: text += {"py": "# ", "md": "", "txt": ""}.get(kind, "// ") + "edited\n"
        open(name, "w").write(text)
def make(files):
    out = sys.stdout.buffer
    def put(name, text):
        text = text.encode(); out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text))
    out.write(b"commit refs/heads/main\ncommitter b <b@example.org> 1700000000 +0000\ndata 4\nbase\n")
    put(".pre-commit-config.yaml", "repos:\n  - repo: builtin\n    hooks:\n" + "".join(f"      - id: {hook}\n" for hook in hooks))
    for name, which in (("lefthook.yml", "staged_files"), ("lefthook-all.yml", "all_files")):
        put(name, "output: [summary]\npre-commit:\n  parallel: true\n  commands:\n" + "".join(f'    {hook}:\n      glob: "*"\n      run: /bin/true {{{which}}}\n' for hook in hooks))
    for number in range(files): put(path(number, files), body(number, ext[number % 10]))
    out.write(b"\ndone\n")
if sys.argv[1] == "make": make(int(sys.argv[2]))
else: edit(int(sys.argv[2]), eval(sys.argv[3]))
P
repo() { # NAME FILES
  git init -q -b main "$work/$1"
  (cd "$work/$1"; git config gc.auto 0; python3 "$work/make.py" make "$2" | git fast-import --quiet --done; git reset -q --hard main)
}
edit() { (cd "$work/$1"; python3 "$work/make.py" edit "$2" "$3"); }
kinds="a b bu d"
repo a 12; edit a 12 '[0]'; git -C "$work/a" add -A
repo b 5000; edit b 5000 'range(0, 4850, 97)'; git -C "$work/b" add -A
cp -a "$work/b" "$work/bu"; edit bu 5000 'list(range(5, 1000, 101)) + list(range(0, 401, 97))'
ln -s b "$work/d"
if [ "$large" = 1 ]; then
  kinds="a b bu c1 c1k c1u d"
  repo c1 100000; cp -a "$work/c1" "$work/c1k"; cp -a "$work/c1" "$work/c1u"
  edit c1 100000 '[50000]'; edit c1k 100000 'range(0, 97000, 97)'; edit c1u 100000 '[50000]'
  for kind in c1 c1k c1u; do git -C "$work/$kind" add -A; done
  edit c1u 100000 '[60001]'
fi
sleep 2  # or git takes the files of this second for racily clean and reads them again
for kind in $kinds; do git -C "$work/$kind" update-index -q --refresh || true; done

cat > "$work/measure.py" <<'P'
import os, statistics, subprocess, sys, time
work, rounds, prek, lefthook, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5].split()
null = os.open("/dev/null", os.O_RDWR)
def once(words, env):
    start = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, env, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
    _, status, used = os.wait4(pid, 0)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, os.waitstatus_to_exitcode(status)
print(f"{'':5s} {'git diff --cached':>18s} {'git-rfsn':>18s} {'prek':>18s} {'lefthook':>18s}   (median ms wall, processor ms; x = of git's wall / processor)")
for kind in kinds:
    os.chdir(f"{work}/{kind}")
    every = kind == "d"
    env = dict(os.environ, **({"LEFTHOOK_CONFIG": "lefthook-all.yml"} if every else {}))
    programs = {
        "git": ["git", "diff", "--cached"],
        "rfsn": ["git-rfsn", "check", "-q", "--only", "builtin"] + (["--all"] if every else []),
        "prek": [prek, "run"] + (["--all-files"] if every else []),
        "lefthook": [lefthook, "run", "pre-commit", "--no-auto-install"] + (["--force"] if every else []),
    }
    taken = {name: [] for name in programs}
    for number in range(rounds + 2):
        for name, words in programs.items():
            wall, used, code = once(words, env)
            if code != 0: sys.exit(f"{kind}: {' '.join(words)} ended with {code}")
            if number >= 2: taken[name].append((wall, used))
    median = {name: [statistics.median(pair[i] for pair in all) for i in (0, 1)] for name, all in taken.items()}
    cells = [f"{median['git'][0]*1e3:9.1f} {median['git'][1]*1e3:8.1f}"]
    for name in ("rfsn", "prek", "lefthook"):
        cells.append(f"{median[name][0]*1e3:9.1f} {median[name][1]*1e3:8.1f} {median[name][0]/median['git'][0]:6.2f}x/{median[name][1]/max(median['git'][1], 1e-4):.2f}x")
    print(f"{kind:5s} " + "  ".join(cells), flush=True)
P
"$prek" --version; "$lefthook" version; git --version
python3 "$work/measure.py" "$work" "$ROUNDS" "$prek" "$lefthook" "$kinds"
