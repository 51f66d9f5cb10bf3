#!/usr/bin/env bash
# A C++ repository through real `git commit`, with the real clang-format, CMake, compiler and CTest.
. "$(dirname "$0")/lib.sh"
need cmake; need g++; command -v clang-format >/dev/null || need clang-format-14
new_repo cpp
cat > CMakeLists.txt <<'T'
cmake_minimum_required(VERSION 3.16)
project(sum CXX)
enable_testing()
add_library(sum sum.cpp)
add_executable(sum_test sum_test.cpp)
target_link_libraries(sum_test sum)
add_test(NAME sum_test COMMAND sum_test)
T
printf 'BasedOnStyle: Google\n' > .clang-format
printf 'int sum(int a, int b);\n' > sum.h
printf '#include "sum.h"\n\nint sum(int a, int b) { return a + b; }\n' > sum.cpp
printf '#include "sum.h"\n\nint main() { return sum(1, 2) == 3 ? 0 : 1; }\n' > sum_test.cpp
git add -A
run 0 git-rfsn init
run 0 git commit -m start

# Not formatted: blocked at commit, repaired by the fixer, unstaged work kept.
printf '#include "sum.h"\n\nint sum(int a,int b){return b+a;}\n' > sum.cpp
git add sum.cpp
printf '#include "sum.h"\n\nint sum(int a,int b){return b+a;}\n// mine, not staged\n' > sum.cpp
run 1 git commit -m unformatted
has "$ERR" "sum.cpp:3"
run 0 git-rfsn fix --yes
same "$(git show :sum.cpp | sed -n 3p)" "int sum(int a, int b) { return b + a; }"
has "$(cat sum.cpp)" "// mine, not staged"
hasnt "$(git show :sum.cpp)" "mine"
run 0 git-rfsn undo
same "$(git show :sum.cpp | sed -n 3p)" "int sum(int a,int b){return b+a;}"
run 0 git-rfsn fix
has "$ERR" "+int sum(int a, int b)"
run 0 git-rfsn apply
before=$(tree_digest)
run 0 git commit -m formatted
same "$(tree_digest)" "$before"

# Does not compile: the build names file and line; the work tree gets no build directory.
printf '#include "sum.h"\n\nint sum(int a, int b) { return a + c; }\n' > sum.cpp
git add sum.cpp
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["path"], f["line"]) for f in d["findings"] if f["tool"] == "cmake-build" and f["blocking"]]')" "[('sum.cpp', 3)]"
[ ! -e build ] || die "a build directory appeared in the work tree"

# Compiles, but the test fails; then repaired.
printf '#include "sum.h"\n\nint sum(int a, int b) { return a - b; }\n' > sum.cpp
git add sum.cpp
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((r["check"], r["state"]) for r in d["runs"] if r["kind"] in ("build", "test"))')" "[('cmake-build', 'passed'), ('ctest', 'blocked')]"
printf '#include "sum.h"\n\nint sum(int a, int b) { return (a + b); }\n' > sum.cpp
git add sum.cpp
run 0 git-rfsn check --stage ci

# A header is looked at through one source that includes it, and only one, whatever else includes it.
if command -v clang-tidy >/dev/null || command -v clang-tidy-14 >/dev/null || command -v clang-tidy-19 >/dev/null; then
  git commit -q --no-verify -m repaired
  printf 'Checks: "-*,modernize-use-nullptr"\nWarningsAsErrors: "*"\n' > .clang-tidy
  git add -A; git commit -q --no-verify -m tidy
  printf 'int sum(int a, int b);\ninline int* none() { return 0; }\n' > sum.h
  git add sum.h
  run 1 git-rfsn check --stage ci --only clang-tidy --format json --output "$WORK/r.json"
  same "$(json "$WORK/r.json" '[(f["path"], f["line"], f["code"]) for f in d["findings"] if f["blocking"]]')" "[('sum.h', 2, 'modernize-use-nullptr')]"
  same "$(json "$WORK/r.json" '[a for a in d["runs"][0]["argv"] if a.endswith(".cpp")]')" "['sum.cpp']"
  has "$(json "$WORK/r.json" 'd["runs"][0]["planned_because"]')" "sum.h through sum.cpp"
  printf 'int alone();\n' > alone.h; git reset -q --hard; printf 'int alone();\n' > alone.h; git add alone.h
  run 0 git-rfsn check --stage ci --only clang-tidy --format json --output "$WORK/r.json"
  same "$(json "$WORK/r.json" '[(r["state"], r["reason"]) for r in d["runs"]]')" "[('skipped', 'no source file includes alone.h')]"
fi
