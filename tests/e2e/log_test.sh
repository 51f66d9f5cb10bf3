#!/usr/bin/env bash
# RFSN_LOG: one JSON object a line, with a run id, no secret, off by default.
. "$(dirname "$0")/lib.sh"
new_repo log
printf 'x\n' > a.txt; git add a.txt
run 0 git-rfsn check
[ ! -e "$HOME/.local/state/git-rfsn/log.jsonl" ] || die "logged without being asked"
RFSN_LOG=debug run 0 git-rfsn check
/usr/bin/python3 - "$HOME/.local/state/git-rfsn/log.jsonl" <<'P'
import json, re, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(lines) >= 3, lines
for line in lines:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), line
    assert line["level"] and line["logger"] and "message" in line and line["run"], line
assert len({line["run"] for line in lines}) == 1
assert any("duration_ms" in json.dumps(line) for line in lines)
P
same "$(stat -c %a "$HOME/.local/state/git-rfsn/log.jsonl")" 600
