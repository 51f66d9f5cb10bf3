#!/usr/bin/env bash
# What CI asks after the tests: a language whose end-to-end test was skipped, failed or is not there is red.
. "$(dirname "$0")/lib.sh"
need ctest
cd "$WORK"
tests() { # LANGUAGE=COMMAND...: writes a test of each, runs them
  : > CTestTestfile.cmake
  for pair; do
    printf 'add_test(e2e.%s_commit sh -c "%s")\nset_tests_properties(e2e.%s_commit PROPERTIES SKIP_RETURN_CODE 77)\n' \
      "${pair%%=*}" "${pair#*=}" "${pair%%=*}" >> CTestTestfile.cmake
  done
  ctest --output-junit "$WORK/tests.xml" >/dev/null || true
}
ask() { run "$1" /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/languages_ran.py" "$WORK/tests.xml"; }
six=(python=true node=true go=true rust=true cpp=true java=true)
tests "${six[@]}" dotnet=true; ask 0; has "$OUT" "all 7"
tests "${six[@]}" "dotnet=echo SKIPPED: dotnet is not installed && exit 77"; ask 1; has "$ERR" "e2e.dotnet_commit was skipped: SKIPPED: dotnet"
tests "${six[@]}" dotnet=false; ask 1; has "$ERR" "e2e.dotnet_commit failed"
tests "${six[@]}"; ask 1; has "$ERR" "e2e.dotnet_commit is not among the tests"
