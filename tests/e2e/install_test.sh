#!/usr/bin/env bash
# An installed gate: three programs, man page, completions; `git rfsn --help` works; it can be moved.
. "$(dirname "$0")/lib.sh"
build=$(dirname "$RFSN_TEST_BIN")
[ -e "$build/cmake_install.cmake" ] || skip "the programs under test are not in a build tree"
need man
run 0 cmake --install "$build" --prefix "$WORK/first"
mv "$WORK/first" "$WORK/moved"
PATH=$WORK/moved/bin:/usr/bin:/bin
for file in bin/git-rfsn libexec/git-rfsn/rfsn-net libexec/git-rfsn/rfsn-exec share/man/man1/git-rfsn.1 \
  share/bash-completion/completions/git-rfsn share/zsh/site-functions/_git-rfsn share/fish/vendor_completions.d/git-rfsn.fish; do
  [ -s "$WORK/moved/$file" ] || die "not installed: $file"
done
new_repo installed
MANPATH=$WORK/moved/share/man run 0 git rfsn --help; has "$OUT" "git-rfsn"
run 0 git rfsn -h; has "$OUT" "check"
run 0 git rfsn --version; has "$OUT" "git-rfsn "
printf 'bad \n' > a.txt; git add a.txt
run 1 git rfsn; has "$ERR" "a.txt:1"
run 0 git rfsn doctor; has "$OUT" "moved/libexec/git-rfsn/rfsn-exec"; has "$OUT" "moved/libexec/git-rfsn/rfsn-net"
