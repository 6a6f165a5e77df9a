#!/usr/bin/env bash
# python.sh BUILD_FOLDER PROTO_FOLDER...: the Python client against a running suite; the folders hold what
# the contracts import. Exits 77 with a line that says why where Debian's Python packages are not to be
# had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/local/packages.sh"
build=$1; shift
folders=("${@/#/-I}")
skip() { printf 'SKIP: %s\n' "$*"; exit 77; }

(need_packages python3 python3-grpcio python3-protobuf protobuf-compiler-grpc) ||
  skip "python3-grpcio and python3-protobuf are not there and cannot be installed"
python=/usr/bin/python3  # the one that Debian's packages are for
"$python" -c 'import grpc, google.protobuf' || skip "$python cannot load grpc"

gen=$build/clients/python
rm -rf "$gen"
mkdir -p "$gen"
cd "$root/proto"
mapfile -t contracts < <(find zhibu -name '*.proto' | sort)
# What the contracts import, and what stands in the details of a refusal.
mapfile -t imported < <(sed -n 's/^import "\(google\/[^p][^"]*\)";/\1/p' "${contracts[@]}" |
  sort -u)
protoc -I. "${folders[@]}" -I/usr/include --python_out="$gen" --grpc_out="$gen" \
  --plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin \
  "${contracts[@]}" "${imported[@]}" google/rpc/status.proto google/rpc/error_details.proto
exec "$build/bin/zhibu-with-suite" "$python" "$here/python/client.py" "$gen"
