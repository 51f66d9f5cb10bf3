#!/usr/bin/env bash
# `git rfsn edit FILE < reply`: byte for byte or exit 1 with the reason, and FILE is never touched.
. "$(dirname "$0")/lib.sh"
mkdir "$WORK/edit"; cd "$WORK/edit"
# edit EXIT FILE [OPTION...]: the reply is in ./reply
edit() { local want=$1 got=0; shift
  local before; before=$(sha256sum "$1" 2>&1 || true)
  git-rfsn edit "$@" <reply >out 2>err || got=$?
  [ "$got" = "$want" ] || { cat out err >&2; die "exit $got, wanted $want: edit $*"; }
  same "$(sha256sum "$1" 2>&1 || true)" "$before"
  [ "$want" = 0 ] || { [ ! -s out ] || die "a refusal printed something"; [ -s err ] || die "a refusal without a reason"; }
}
# shellcheck disable=SC2059  # the escapes are meant
is() { printf "$1" | cmp -s - out || { od -c out | head >&2; die "not the bytes expected: $1"; }; }

printf '\xef\xbb\xbfdef f():\r\n\treturn 1\r\n\r\ndef g():\r\n\treturn 1' > f.py
printf 'Here you are:\n\nother/name.py\n```python\n<<<<<<< SEARCH\ndef g():\n\treturn 1\n=======\ndef g():\n\treturn 2\n>>>>>>> REPLACE\n```\nDone.\n' > reply
edit 0 f.py; is '\xef\xbb\xbfdef f():\r\n\treturn 1\r\n\r\ndef g():\r\n\treturn 2'; [ ! -s err ] || die "an exact match says nothing"
edit 0 f.py --format search-replace; edit 1 f.py --format udiff; edit 1 f.py --format apply-patch
printf '<<<<<<< SEARCH\n\treturn 1\n=======\n\treturn 2\n>>>>>>> REPLACE\n' > reply
edit 1 f.py; has "$(cat err)" "2 places"
printf '<<<<<<< SEARCH\nclass X: pass\n=======\n\treturn 1\n>>>>>>> REPLACE\n' > reply
edit 1 f.py; has "$(cat err)" "not in the file"
printf '<<<<<<< SEARCH\ndef g():\nreturn 0\n=======\ndef g():\n\treturn 1\n>>>>>>> REPLACE\n' > reply
edit 0 f.py; has "$(cat err)" "already applied"; cmp -s out f.py || die "already applied must leave the bytes"

# Indentation is brought to the file's, and the level is said.
printf 'class A:\n    def f(self):\n        return 1\n' > a.py
printf '<<<<<<< SEARCH\ndef f(self):\n    return 1\n=======\ndef f(self):\n    return 2\n>>>>>>> REPLACE\n' > reply
edit 0 a.py; is 'class A:\n    def f(self):\n        return 2\n'; has "$(cat err)" "block 1: indentation"

# A unified diff with wrong numbers; apply_patch with an anchor at column 0; a whole file only when asked for.
printf -- '--- a/a.py\n+++ b/a.py\n@@ -70,9 +1,2 @@\n     def f(self):\n-        return 1\n+        return 3\n' > reply
edit 0 a.py; is 'class A:\n    def f(self):\n        return 3\n'
printf 'import a\nx = 1\nimport b\nx = 1\n' > b.py
printf '*** Begin Patch\n*** Update File: b.py\n@@ import b\n-x = 1\n+x = 2\n*** End Patch\n' > reply
edit 0 b.py; is 'import a\nx = 1\nimport b\nx = 2\n'
sed -i 's/@@ import b/@@ import c/' reply; edit 1 b.py; has "$(cat err)" "import c"
printf 'b.py\n```python\ny = 1\n```\n' > reply
edit 1 b.py; edit 0 b.py --format whole-file; is 'y = 1\n'
printf '# ... existing code ...\ny = 1\n' | { printf '<<<<<<< SEARCH\nx = 1\nimport b\n=======\n'; cat; printf '>>>>>>> REPLACE\n'; } > reply
edit 1 b.py; has "$(cat err)" "code left out"

# A file that does not exist is a creation; all or nothing over several blocks.
printf '<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n' > reply
edit 0 none.py; is 'new\n'; [ ! -e none.py ] || die "edit wrote a file"
edit 1 b.py; has "$(cat err)" "new file"
printf '<<<<<<< SEARCH\nimport a\n=======\nimport z\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nnope\n=======\nx\n>>>>>>> REPLACE\n' > reply
edit 1 b.py; has "$(cat err)" "block 2"
printf 'a\0b\n' > bin; printf '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n' > reply
edit 1 bin; has "$(cat err)" "binary"
for reply in '' 'I can not help.' 'x.py\n<<<<<<< SEARCH\na\n' '```\n```' '@@' '*** Begin Patch\n*** End Patch\n' '--- a/x\n+++ b/x\n'; do
  # shellcheck disable=SC2059  # the escapes are meant
  printf -- "$reply" > reply; edit 1 b.py
done
