#!/usr/bin/env bash
# Real bugs in .NET and a scripted model over HTTP/2: right answers are proven, applied and committed, no other is accepted.
# The compiler and its analysers judge: there are no NuGet packages, so no `dotnet test`. All of them: ./dev bench repair --language dotnet.
. "$(dirname "$0")/lib.sh"
. "$RFSN_TEST_SOURCE/tests/support/repair/tools.sh"
repair_briefly dotnet null-dereference missing-using missing-return
