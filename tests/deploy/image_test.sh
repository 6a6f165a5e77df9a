#!/usr/bin/env bash
# image_test.sh BUILD_FOLDER: builds the image from these programs and runs the suite from it once.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "$(id -u)" -ne 0 ]; then
  echo "SKIP: the image's files need owners that only root can give"
  exit 77
fi
archive=$1/image/zhibu.tar
deploy/image/build.sh "$1" "$archive"
exec deploy/image/run_suite.sh "$archive"
