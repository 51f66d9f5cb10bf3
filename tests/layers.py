#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the house to its storeys: includes point down only, and what belongs to one room stays there.

usage: layers.py SOURCE_DIR
"""
import pathlib
import re
import sys

STOREYS = [
    {"base"},
    {"model", "net"},
    {"git", "cache", "config", "observe"},
    {"edit", "policy", "secrets", "buildpack", "isolate"},
    {"report", "check", "patch", "llm", "learn"},
    {"gate"},
    {"cli"},
]
RANK = {folder: i for i, storey in enumerate(STOREYS) for folder in storey}
NOT_LAYERED = {"embed", "link", "exec"}
# header or name -> folders that may use it
ROOMS = [
    (r'#include <git2', {"git"}),
    (r'#include <CLI/', {"cli"}),
    (r'#include <curl/', {"net"}),
    (r'#include <sqlite3', {"base"}),
    (r'#include <(yaml\.h|toml\+\+|expat)', {"base"}),
    (r'#include <spdlog', {"observe"}),
    (r'#include <yaml-cpp', set()),
    (r'\b(std::)?(secure_)?getenv\s*\(|\benviron\b', {"base", "net"}),
    (r'\bstd::regex\b|#include <regex>', set()),
    (r'(?<![\w.>:])(system|popen|exit|_exit)\s*\(', set()),
    (r'\bgit_(checkout|stash|status)_\w+\s*\(|\bgit_index_write\w*\s*\(', set()),
]
MAX_LINES = 700


def strip(text):
    """Comments and string literals out, lines kept, so that words in them do not count."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r'(?<!#include )"(\\.|[^"\\\n])*"', '""', text)


def main(root):
    src = root / "src"
    problems = []
    files = sorted(p for p in src.rglob("*") if p.suffix in {".cpp", ".hpp", ".c", ".h"})
    if len(files) < 20:
        problems.append(f"{src}: only {len(files)} files found; is this the right directory?")
    for path in files:
        rel = path.relative_to(src)
        raw = path.read_text(encoding="utf-8")
        text = strip(raw)
        lines = raw.count("\n")
        if lines > MAX_LINES:
            problems.append(f"src/{rel}: {lines} lines; the limit is {MAX_LINES}")
        if str(rel) == "main.cpp":
            if lines > 40:
                problems.append(f"src/main.cpp: {lines} lines; the limit is 40")
            continue
        folder = rel.parts[0]
        if folder in NOT_LAYERED:
            continue
        if folder not in RANK:
            problems.append(f"src/{rel}: folder '{folder}' is in no storey")
            continue
        for number, line in enumerate(text.split("\n"), 1):
            include = re.match(r'\s*#include "([^"]+)"', line)
            if include:
                target = include.group(1).split("/")[0]
                if target not in RANK:
                    problems.append(f"src/{rel}:{number}: include of '{include.group(1)}' is not rooted at src/")
                elif target != folder and RANK[target] >= RANK[folder]:
                    problems.append(f"src/{rel}:{number}: {folder} may not include {target} (arrows point down, siblings never meet)")
            for pattern, allowed in ROOMS:
                if folder not in allowed and re.search(pattern, line):
                    problems.append(f"src/{rel}:{number}: {pattern!r} belongs to {sorted(allowed) or 'no folder'}")
    print("\n".join(problems) or f"{len(files)} files, all in their storeys")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
