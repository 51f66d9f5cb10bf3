#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""instants.py COUNT SEED COMMAND...: starts the command COUNT times, prepared by `prepare`, and ends it at a random instant.

Reads lines on stdin: after each kill it prints "killed HOW MICROSECONDS" and waits for a line before it goes on, so that the test can look
at what is left. HOW: TERM or KILL to the program, KILL to it and all it has started at once (a PID namespace of its own, where allowed).
"""
import os
import random
import signal
import subprocess
import sys
import time

count, seed, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
chance = random.Random(seed)
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def wrapper():
    for words in (["unshare", "--pid", "--fork", "--kill-child=KILL"], ["unshare", "-Ur", "--pid", "--fork", "--kill-child=KILL"]):
        try:
            if subprocess.run(words + ["true"], **quiet).returncode == 0:
                return words
        except OSError:
            pass
    return []


def started_by(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


space = wrapper()
longest = 0.0
for number in range(count):
    print("prepare", flush=True)
    if not sys.stdin.readline():
        sys.exit(1)
    if number < 3:  # how long it takes when nobody interferes
        start = time.monotonic()
        subprocess.run(command, **quiet)
        longest = max(longest, time.monotonic() - start)
        print("whole 0", flush=True)
        if not sys.stdin.readline():
            sys.exit(1)
        continue
    how = chance.choice(["TERM", "KILL", "KILL-ALL"])
    delay = chance.uniform(0, longest * 1.05)
    whole = how == "KILL-ALL" and space
    child = subprocess.Popen((space if whole else []) + command, **quiet)
    start = time.monotonic()
    while time.monotonic() - start < delay and child.poll() is None:
        time.sleep(0.0005)
    if child.poll() is None:
        target = child.pid
        if whole:
            inner = started_by(child.pid)
            target = inner[0] if inner else child.pid
        try:
            os.kill(target, signal.SIGTERM if how == "TERM" else signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()
    print(f"{how} {int(delay * 1e6)}", flush=True)
    if not sys.stdin.readline():
        sys.exit(1)
