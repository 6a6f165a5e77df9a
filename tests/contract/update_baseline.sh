#!/usr/bin/env bash
# Takes the contracts as they are into proto/baseline.binpb, against which every later build is held.
# Only ever to add: what an integrator relies on is not taken back within v1.
set -euo pipefail
cd "$(dirname "$0")/../.."
googleapis=${ZHIBU_GOOGLEAPIS:-/usr/share/gocode/src/github.com/gogo/googleapis}
api=$(mktemp -d)
trap 'rm -rf "$api"' EXIT
(cd "$api" && cmake -E tar xf "${ZHIBU_GOOGLE_API_JAR:-/usr/share/java/proto-google-common-protos.jar}" \
  -- google/api/field_behavior.proto google/api/resource.proto)
cd proto
# shellcheck disable=SC2046  # the names of contracts have no spaces
protoc -I. -I"$googleapis" -I"$api" -I/usr/include --include_imports \
  --descriptor_set_out=baseline.binpb $(find zhibu -name '*.proto' | sort)
echo "proto/baseline.binpb: $(wc -c < baseline.binpb) bytes"
