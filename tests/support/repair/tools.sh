# shellcheck shell=bash
# Sourced after lib.sh by what runs tests/support/repair/run.py.

# repair_tools LANGUAGE: fails, and says why, if its bugs cannot be run here
repair_tools() {
  local tool tools=$RFSN_TEST_SOURCE/build/tools wanted
  case $1 in
    python) wanted="pytest-3 flake8 mypy" ;;
    node) wanted="node" ;;
    go) use_tools go; wanted="go gofmt" ;;
    rust) use_tools cargo; wanted="cargo rustfmt cargo-clippy" ;;
    cpp) wanted="cmake g++ ctest" ;;
    java) wanted="javac mvn" ;;
    dotnet) use_tools dotnet; wanted="dotnet" ;;
  esac
  for tool in $wanted; do command -v "$tool" >/dev/null || { echo "$tool is not installed"; return 1; }; done
  if [ "$1" = java ] && [ ! -d "$tools/m2" ]; then echo "Maven's plugins are not installed (./dev setup)"; return 1; fi
}

# repair ARGUMENTS...: runs it
repair() {
  [ -x "${RFSN_TEST_SERVER:-}" ] || die "RFSN_TEST_SERVER names no scripted server (the target h2_server)"
  /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/repair/run.py" --bin "$RFSN_TEST_BIN" --server "$RFSN_TEST_SERVER" \
    --source "$RFSN_TEST_SOURCE" --work "$WORK/repair" "$@"
}

# repair_briefly LANGUAGE [BUG...]: what a test has time for: every bug (or those named) with a wrong answer and then the right one,
# what is lazy or malicious about it in particular, and a share of what is made for every bug
repair_briefly() {
  local why bug language=$1 bugs=()
  why=$(repair_tools "$language") || skip "$why"
  repair_tools "$language" # once more for what it exports
  for bug in "${@:2}"; do bugs+=(--bug "$language/$bug"); done
  repair --language "$language" "${bugs[@]}" --formats 1 --proofs 0 --sample 14
}
