#!/usr/bin/env bash
# A Rust workspace through real `git commit`, with the real rustfmt, clippy, cargo check and cargo test.
. "$(dirname "$0")/lib.sh"
use_tools cargo
need cargo; need rustfmt; need cargo-clippy
new_repo rust
printf '[workspace]\nresolver = "2"\nmembers = ["cart", "tax", "other"]\n' > Cargo.toml
for name in cart tax other; do
  mkdir -p $name/src
  printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' $name > $name/Cargo.toml
done
printf '\n[dependencies]\ntax = { path = "../tax" }\n' >> cart/Cargo.toml
printf 'pub fn total(a: i32, b: i32) -> i32 {\n    a + b + tax::of(a)\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(super::total(1, 2), 3);\n    }\n}\n' > cart/src/lib.rs
printf 'pub fn of(_: i32) -> i32 {\n    0\n}\n' > tax/src/lib.rs
printf 'pub fn one() -> i32 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one_is_one() {\n        assert_eq!(super::one(), 1);\n    }\n}\n' > other/src/lib.rs
printf 'target/\n' > .gitignore
cargo generate-lockfile --offline -q
git add -A
run 0 git-rfsn init
run 0 git commit -m start

# Not formatted: blocked at commit, repaired by the fixer.
printf 'pub fn of(_: i32) -> i32 {\n  0\n}\n' > tax/src/lib.rs
git add -A
before=$(tree_digest)
run 1 git commit -m unformatted
has "$ERR" "tax/src/lib.rs:1  is not formatted"
same "$(tree_digest)" "$before"
run 0 git-rfsn fix --yes
same "$(git show :tax/src/lib.rs | sed -n 2p)" "    0"

# A lint of clippy.
printf 'pub fn of(a: i32) -> i32 {\n    return a * 0;\n}\n' > tax/src/lib.rs
git add -A
run 1 git-rfsn check --stage ci --only clippy --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["path"], f["line"], f["code"]) for f in d["findings"] if f["blocking"])')" "[('tax/src/lib.rs', 2, 'clippy::erasing_op'), ('tax/src/lib.rs', 2, 'clippy::needless_return')]"

# A type error.
printf 'pub fn of(_: i32) -> i32 {\n    "x"\n}\n' > tax/src/lib.rs
git add -A
run 1 git commit -m typed
has "$ERR" "tax/src/lib.rs:2:5"
has "$ERR" "E0308"

# A failing test, in the crate that depends on the change; the crate that does not is not run.
printf 'pub fn of(_: i32) -> i32 {\n    7\n}\n' > tax/src/lib.rs
git add -A
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"])')" "[('cargo-test', 'cart/src/lib.rs', 9)]"
same "$(json "$WORK/r.json" '[a for r in d["runs"] if r["check"] == "cargo-test" for a in r["argv"] if a.startswith("--package")]')" "['--package=cart', '--package=tax']"
run 0 git-rfsn check --stage ci --explain
has "$OUT$ERR" "cart depends on tax"

# A dependency that nobody downloaded is its own reason, with the command.
printf '\n[dependencies]\nnever-downloaded-by-anyone = "1"\n' >> tax/Cargo.toml
git add -A
run 3 git-rfsn check --stage ci --only cargo-check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(r["state"], r["remedy"]) for r in d["runs"]]')" "[('unavailable', 'cargo fetch')]"

# Repaired.
git checkout -q HEAD -- .
printf 'pub fn of(a: i32) -> i32 {\n    a - a\n}\n' > tax/src/lib.rs
printf 'pub fn of(_a: i32) -> i32 {\n    i32::default()\n}\n' > tax/src/lib.rs
git add -A
run 0 git commit -m repaired
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci
