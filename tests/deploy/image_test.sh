#!/usr/bin/env bash
# image_test.sh BUILD_FOLDER: builds the image from these programs and runs the suite from it once.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/local/packages.sh
. deploy/image/containers.sh
skip() { printf 'SKIP: no image can be made here: %s\n' "$*"; exit 77; }

[ "$(id -u)" -eq 0 ] || skip "its files need owners that only root can give"
(need_packages mmdebstrap buildah) || skip "mmdebstrap and buildah are not there and cannot be installed"
reason=$(why_no_layers) || skip "$reason"
archive=$1/image/zhibu.tar
deploy/image/build.sh "$1" "$archive"
exec deploy/image/run_suite.sh "$archive"
