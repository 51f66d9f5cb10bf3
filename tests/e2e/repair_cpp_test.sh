#!/usr/bin/env bash
# Real bugs in C++ and a scripted model over HTTP/2: right answers are proven, applied and committed, no other is accepted.
. "$(dirname "$0")/lib.sh"
. "$RFSN_TEST_SOURCE/tests/support/repair/tools.sh"
repair_briefly cpp
