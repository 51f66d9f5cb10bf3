#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails unless the end-to-end test of each of the seven languages ran and passed: languages_ran.py JUNIT

JUNIT is what `ctest --output-junit` wrote. A test that was skipped for want of a toolchain is no pass.
"""
import sys
import xml.etree.ElementTree as xml

LANGUAGES = ["python", "node", "go", "rust", "cpp", "java", "dotnet"]


def how_it_ended(case):
    if case is None:
        return "is not among the tests"
    for kind in ("failure", "error", "skipped"):
        if case.find(kind) is not None:
            words = (case.findtext("system-out") or "").strip().splitlines()
            return {"skipped": "was skipped"}.get(kind, "failed") + (f": {words[-1]}" if words else "")
    return "" if case.get("status") == "run" else f"did not run ({case.get('status')})"


def main(report):
    cases = {case.get("name"): case for case in xml.parse(report).getroot().iter("testcase")}
    missing = 0
    for language in LANGUAGES:
        name = f"e2e.{language}_commit"
        ended = how_it_ended(cases.get(name))
        if ended:
            print(f"{name} {ended}", file=sys.stderr)
            missing += 1
    if missing:
        print(f"{missing} of {len(LANGUAGES)} languages were not tested end to end", file=sys.stderr)
        return 1
    print(f"all {len(LANGUAGES)} languages were tested end to end")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
