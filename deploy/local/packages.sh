# Sourced by the scripts that need something from Debian: says what is missing and installs it.
# shellcheck shell=bash

# What building the programs needs. Every package is named; recommended ones are not wanted.
ZHIBU_BUILD_PACKAGES=(
  g++ cmake ninja-build ccache pkg-config
  libgrpc++-dev libgrpc-dev protobuf-compiler-grpc   # RPC, and its code generator
  libprotobuf-dev libprotoc-dev protobuf-compiler    # contracts
  libabsl-dev librocksdb-dev libssl-dev              # base library, store, cryptography
  libicu-dev                                         # titles to pinyin
  golang-github-gogo-googleapis-dev grpc-proto       # google.rpc, google.type and grpc.health protos
  libgoogle-common-protos-java                       # google.api protos
)
# What the tests need beside it.
ZHIBU_TEST_PACKAGES=(
  libgtest-dev libgmock-dev
  clang libclang-rt-14-dev                           # libFuzzer
  python3 python3-grpcio python3-protobuf            # a client in another language
)
# What the benchmarks need beside it.
ZHIBU_BENCH_PACKAGES=(postgresql-15 postgresql-client-15)

# say WORDS: what is being done, on standard error so that results can be piped.
say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
# die WORDS: one clear sentence, then out.
die() { printf 'zhibu: %s\n' "$*" >&2; exit 1; }

# need_packages NAME...: installs those that are missing, as root or by sudo.
need_packages() {
  command -v dpkg-query >/dev/null || die "this script installs Debian packages, and this is not Debian"
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" = 'install ok installed' ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and only root can install them: ${missing[*]}"
    root=(sudo)
  fi
  # Tests that run side by side may each need something, and apt lets in only one.
  local lock
  exec {lock}>"${TMPDIR:-/tmp}/zhibu-packages-$(id -u).lock"
  flock "$lock"
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${root[@]}" apt-get update -qq || die "apt-get update failed: is a Debian mirror to be reached?"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || die "apt-get could not install: ${missing[*]}"
  exec {lock}>&-
}

# build PRESET TARGET...: configures and builds; shows compiler output only where it fails.
build() {
  local preset=$1; shift
  local log
  log=$(mktemp)
  say "Building ($preset)"
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2; rm -f "$log"; die "the build could not be configured"
  fi
  if [ -t 2 ]; then
    cmake --build --preset "$preset" --target "$@" 2>&1 | tee "$log" |
      while IFS= read -r line; do
        case $line in \[*) printf '\r\033[K    %.70s' "$line" >&2 ;; esac
      done
    local result=${PIPESTATUS[0]}
    printf '\r\033[K' >&2
  else
    local result=0
    cmake --build --preset "$preset" --target "$@" >"$log" 2>&1 || result=$?
  fi
  if [ "$result" -ne 0 ]; then
    grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" | tail -n 60 >&2; rm -f "$log"; die "the build failed"
  fi
  rm -f "$log"
}
