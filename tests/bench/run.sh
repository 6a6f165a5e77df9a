#!/usr/bin/env bash
# Builds and runs the benchmarks; options go to zhibu-bench (--quick, --json=FILE).
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/local/packages.sh
need_packages "${ZHIBU_BUILD_PACKAGES[@]}" "${ZHIBU_TEST_PACKAGES[@]}" "${ZHIBU_BENCH_PACKAGES[@]}"
build release all
exec build/release/bin/zhibu-bench "$@"
