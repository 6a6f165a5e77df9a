#!/usr/bin/env bash
# buf.sh GOOGLEAPIS GOOGLE_API: lints the contracts with buf and holds them against the baseline. Exits 77 with a
# line that says why where buf is not to be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
googleapis=${1:-/usr/share/gocode/src/github.com/gogo/googleapis}
googleapi=${2:?the folder of google/api}
version=1.50.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zhibu/buf-$version

skip() { echo "SKIP: $1"; exit 77; }
buf=$cache/node_modules/.bin/buf
if ! [ -x "$buf" ]; then
  command -v npm > /dev/null && command -v node > /dev/null || skip "npm is not installed"
  mkdir -p "$cache"
  timeout 180 npm install --fetch-retries=1 --prefix "$cache" --no-audit --no-fund --silent "@bufbuild/buf@$version" \
    > "$cache/install.log" 2>&1 || skip "npm cannot install @bufbuild/buf@$version"
fi
"$buf" --version > /dev/null 2>&1 || skip "buf does not run on this machine"

# buf wants every import in its workspace; google's are the packaged ones.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp proto/buf.yaml "$work"
cp -r proto/zhibu "$work"
for name in rpc/error_details rpc/status type/date; do
  mkdir -p "$work/google/$(dirname $name)"
  cp "$googleapis/google/$name.proto" "$work/google/$name.proto"
done
mkdir -p "$work/google/api"
cp "$googleapi"/google/api/{field_behavior,resource}.proto "$work/google/api"
# buf refuses files without source_code_info, which the baseline leaves out; an empty one (bytes 4a 00
# at the end of each file) is enough.
node -e '
const input = require("fs").readFileSync(process.argv[1]);
const varint = n => { const b = []; do { b.push(n & 127 | (n > 127 ? 128 : 0)); n >>= 7; } while (n); return b; };
const out = [];
for (let at = 0; at < input.length;) {
  let size = 0, shift = 0, byte;
  ++at;  // every field of the set is a file
  do { byte = input[at++]; size |= (byte & 127) << shift; shift += 7; } while (byte & 128);
  out.push(Buffer.from([10, ...varint(size + 2)]), input.subarray(at, at + size), Buffer.from([0x4a, 0]));
  at += size;
}
require("fs").writeFileSync(process.argv[2], Buffer.concat(out));
' proto/baseline.binpb "$work/baseline.binpb"
cd "$work"
"$buf" lint
"$buf" breaking --against baseline.binpb --exclude-imports
echo "buf: the contracts pass lint and break nothing"
