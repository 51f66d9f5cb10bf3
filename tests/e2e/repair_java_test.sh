#!/usr/bin/env bash
# Real bugs in Java and a scripted model over HTTP/2: right answers are proven, applied and committed, no other is accepted.
# One of them, Maven takes its time; all of them: ./dev bench repair --language java.
. "$(dirname "$0")/lib.sh"
. "$RFSN_TEST_SOURCE/tests/support/repair/tools.sh"
repair_briefly java sort-order
