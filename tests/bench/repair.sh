#!/usr/bin/env bash
# repair.sh [ARGUMENTS of tests/support/repair/run.py]: every bug of tests/fixtures/repair with every answer of the scripted model,
# over HTTP/2 and TLS, and the table of what was accepted. RFSN_TEST_BIN, RFSN_TEST_SOURCE and RFSN_TEST_SERVER as for the tests.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../support/repair/tools.sh"
languages=()
case " $* " in *" --language "*) chosen= ;; *) chosen="python node go rust cpp java dotnet" ;; esac
for language in $chosen; do
  if why=$(repair_tools "$language"); then languages+=(--language "$language"); else echo "SKIPPED: $language: $why"; fi
done
for language in go cargo dotnet; do use_tools "$language"; done
repair "${languages[@]}" "$@"
