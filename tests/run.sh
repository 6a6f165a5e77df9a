#!/usr/bin/env bash
# Every test there is: installs what is missing, builds, runs, and ends with ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/local/packages.sh

usage() {
  cat <<'END'
tests/run.sh [--quick] [CTEST OPTIONS...]

  --quick   the release build's tests alone: no sanitizers, no fuzzing
Anything else goes to ctest, such as -R membership.
END
}

quick=false
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=true; shift ;;
    -h|--help) usage; exit 0 ;;
    *) break ;;
  esac
done

need_packages "${ZHIBU_BUILD_PACKAGES[@]}" "${ZHIBU_TEST_PACKAGES[@]}" "${ZHIBU_BENCH_PACKAGES[@]}"
jobs=$(nproc)
started=$SECONDS

run_ctest() {  # run_ctest PRESET OPTIONS...
  local preset=$1; shift
  say "Testing ($preset), $((SECONDS - started)) s so far"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" "$@"
}

if ! $quick; then
  build fuzz all
  run_ctest fuzz
  build asan all
  ASAN_OPTIONS=detect_stack_use_after_return=0:strict_string_checks=1 \
  UBSAN_OPTIONS=print_stacktrace=1 ZHIBU_CRASH_ROUNDS=${ZHIBU_ASAN_CRASH_ROUNDS:-3} \
    run_ctest asan "$@"
fi
build release all
run_ctest release "$@"
