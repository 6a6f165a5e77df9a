#!/usr/bin/env bash
# node.sh BUILD_FOLDER PROTO_FOLDER...: the Node client against a running suite; the folders hold what the
# contracts import. Exits 77 with a line that says why where Node or its packages are not to be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/local/packages.sh"
build=$1; shift
skip() { printf 'SKIP: %s\n' "$*"; exit 77; }

command -v npm >/dev/null || (need_packages nodejs npm) ||
  skip "npm is not there and cannot be installed"
# What is installed is kept: by what is locked, so that it is never old.
tools=$build/clients/node-$(sha256sum "$here/node/package-lock.json" | cut -c1-16)
if [ ! -e "$tools/done" ]; then
  mkdir -p "$tools"
  cp "$here/node/package.json" "$here/node/package-lock.json" "$tools"
  (cd "$tools" &&
   timeout 180 npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1) >"$tools/log" 2>&1 ||
    { tail -n 3 "$tools/log"; skip "npm cannot be reached, or does not have what is locked"; }
  touch "$tools/done"
fi
export NODE_PATH=$tools/node_modules
exec "$build/bin/zhibu-with-suite" "$(command -v node)" "$here/node/client.js" \
  "$root/proto" "$@" /usr/include
