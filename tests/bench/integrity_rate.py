#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many files the integrity rules flag on the way from one release of a package to the next.

usage: integrity_rate.py BIN DIRECTORY [-v]

DIRECTORY holds ECOSYSTEM/PACKAGE/0 and .../1, unpacked by hand from two releases (pip download, npm pack, go mod
download, cargo, maven's sources): nothing is fetched here. Each pair becomes a commit and a staged change in a
repository of its own, and BIN/git-rfsn judges it as it would before a commit."""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile


def git(repo, *args):
    env = dict(os.environ, HOME=repo, GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@example.org",
               GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.org")
    return subprocess.run(["git", "-C", repo, *args], env=env, check=True, capture_output=True).stdout


def fill(repo, source):
    for name in os.listdir(repo):
        if name != ".git":
            path = os.path.join(repo, name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
    shutil.copytree(source, repo, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    git(repo, "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "add", "-A", "-f")


def judge(program, package):
    with tempfile.TemporaryDirectory() as repo:
        git(repo, "init", "-q")
        fill(repo, os.path.join(package, "0"))
        git(repo, "commit", "-q", "--allow-empty", "-m", "before")
        fill(repo, os.path.join(package, "1"))
        changed = len([name for name in git(repo, "diff", "--cached", "--name-only", "-z").split(b"\0") if name])
        run = subprocess.run([program, "check", "--only", "integrity", "--format", "json"], cwd=repo, capture_output=True,
                             env=dict(os.environ, HOME=repo), stdin=subprocess.DEVNULL)
        if run.returncode not in (0, 1):
            sys.exit(f"{package}: exit {run.returncode}: {run.stderr.decode(errors='replace')}")
        return changed, [f for f in json.loads(run.stdout)["findings"] if f["blocking"]]


def main():
    program, root = os.path.join(os.path.abspath(sys.argv[1]), "git-rfsn"), sys.argv[2]
    files, flagged, packages = collections.Counter(), collections.Counter(), collections.Counter()
    rules = collections.Counter()
    for ecosystem in sorted(os.listdir(root)):
        for name in sorted(os.listdir(os.path.join(root, ecosystem))):
            package = os.path.join(root, ecosystem, name)
            if not os.path.isdir(os.path.join(package, "1")):
                continue
            changed, findings = judge(program, package)
            packages[ecosystem] += 1
            files[ecosystem] += changed
            flagged[ecosystem] += len({f["path"] for f in findings})
            rules.update({(f["path"], f["code"]): f["code"] for f in findings}.values())
            for finding in findings if "-v" in sys.argv else []:
                print(f"{ecosystem}/{name}: {finding['path']}:{finding.get('line') or 0}: {finding['code']}: {finding['message'][:300]}")
    for ecosystem in files:
        share = 100 * flagged[ecosystem] / max(1, files[ecosystem])
        print(f"{ecosystem:8} {packages[ecosystem]:4} packages {files[ecosystem]:6} changed files {flagged[ecosystem]:4} flagged {share:5.2f} %")
    total, bad = sum(files.values()), sum(flagged.values())
    print(f"{'all':8} {sum(packages.values()):4} packages {total:6} changed files {bad:4} flagged {100 * bad / max(1, total):5.2f} %")
    print("by rule:", ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))


main()
