#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what `git rfsn parse` says of every captured log into the file beside it: accept_parsed.py GIT_RFSN [LOG...]

Read the difference before you keep it: unit_check compares with these files.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

fixtures = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "parsers"


def a_finding_a_line(text):
    head, rest = text.split("[", 1)
    out, decoder, at = [], json.JSONDecoder(), 0
    while rest[at] == "{" or rest[at] == ",":
        at += rest[at] == ","
        end = decoder.raw_decode(rest, at)[1]
        out.append(rest[at:end])
        at = end
    return head + "[" + ("\n" + ",\n".join(out) if out else "") + "\n]}\n"


program = str(pathlib.Path(sys.argv[1]).resolve())
logs = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or sorted(fixtures.glob("*/*.log"))
with tempfile.TemporaryDirectory() as nowhere:
    for log in logs:
        if log.parent.name == "nothing":
            continue
        with open(log, "rb") as stdin:
            done = subprocess.run([program, "parse", log.parent.name], stdin=stdin, capture_output=True, text=True, cwd=nowhere)
        if done.returncode != 0:
            sys.exit(f"{log}: {done.stderr}")
        log.with_suffix(".json").write_text(a_finding_a_line(done.stdout), encoding="utf-8")
