#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command at a terminal of its own and answers its questions.

usage: at_terminal.py ANSWER... -- COMMAND...
Each answer is typed once a new question (text that ends in ": ") stands at the end of the output. Prints all output; the
exit status is the command's.
"""
import os
import pty
import re
import select
import sys
import time

QUESTION = re.compile(rb"\]\w+[^\n]*: $")
LIMIT = 120


def main():
    split = sys.argv.index("--")
    answers, command = sys.argv[1:split], sys.argv[split + 1:]
    child, fd = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    out, seen, end = b"", 0, time.monotonic() + LIMIT
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], 0.2)
        if ready:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
        elif answers and QUESTION.search(out[seen:]):
            seen = len(out)
            os.write(fd, answers.pop(0).encode() + b"\n")
    sys.stdout.buffer.write(out)
    sys.stdout.flush()
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) if not answers else 99)


main()
