#!/usr/bin/env bash
# Every test there is: installs what is missing, builds, runs, and ends with what each step took, what
# was skipped and why.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/local/packages.sh

usage() {
  cat <<'END'
tests/run.sh [--quick] [CTEST OPTIONS...]

  --quick   every test in the release build alone: no sanitizers, no fuzzing
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

jobs=$(nproc)
times=()
# timed NAME COMMAND...: runs it and remembers how long it took.
timed() {
  local name=$1 began=$SECONDS; shift
  "$@"
  times+=("$(printf '%5d s  %s' $((SECONDS - began)) "$name")")
}

run_ctest() {  # run_ctest PRESET OPTIONS...
  local preset=$1; shift
  say "Testing ($preset), $SECONDS s so far"
  ctest --test-dir "build/$preset" --output-on-failure -j "$jobs" "$@"
}

# Said however this ends: a reader of the log wants to know most of all where it stopped.
report() {
  local preset log
  say "What took how long"
  printf '%s\n' "${times[@]}" "$(printf '%5d s  together' "$SECONDS")"
  for preset in fuzz asan release; do
    log=build/$preset/Testing/Temporary/LastTest.log
    # Only what this run wrote.
    [ -e "$log" ] && [ "$log" -nt "$began" ] || continue
    awk '/^[0-9]+\/[0-9]+ Test(ing)?: / {name = $NF}
         /^SKIP: / {printf "skipped: %s: %s\n", name, substr($0, 7)}' "$log"
  done
  rm -f "$began"
}
began=$(mktemp)
trap report EXIT

timed "packages" \
  need_packages "${ZHIBU_BUILD_PACKAGES[@]}" "${ZHIBU_TEST_PACKAGES[@]}" "${ZHIBU_BENCH_PACKAGES[@]}"
if $quick; then
  timed "build everything, optimised" build release all
  timed "tests, optimised" run_ctest release --no-tests=error "$@"
  exit
fi

# Once for all three builds that follow.
timed "build messages and stubs" build release zhibu_proto zhibu_stubs zhibu_descriptors
timed "build fuzzers" build fuzz all
timed "fuzzing" run_ctest fuzz --no-tests=error
timed "build everything with sanitizers" build asan all
ASAN_OPTIONS=detect_stack_use_after_return=0:strict_string_checks=1 \
UBSAN_OPTIONS=print_stacktrace=1 ZHIBU_CRASH_ROUNDS=${ZHIBU_ASAN_CRASH_ROUNDS:-3} \
  timed "tests with sanitizers" run_ctest asan --no-tests=error "$@"
# What an optimised build adds: the programs from outside, the crashes and the long comparisons. The
# other tests have just run, under the sanitizers.
timed "build programs, optimised" build release zhibu-registry zhibu-membership zhibu-activity \
  zhibu-reporting zhibu-cli zhibu_data zhibu-bench zhibu_release_tests
timed "tests of the programs, optimised" run_ctest release -L '^release$' --no-tests=ignore "$@"
