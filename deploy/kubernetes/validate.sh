#!/usr/bin/env bash
# Renders the kustomize base, and a site made from it, and checks them strictly: the shape of every
# object against the Kubernetes schemas, and what the suite demands beyond (schema/policies.js).
# Ends with 0, 1 for a fault, 77 and a line "SKIP: …" where the tools cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/local/packages.sh"

usage() {
  cat <<'END'
deploy/kubernetes/validate.sh [--self-test]

  --self-test  also plants faults into the manifests, one at a time, and demands that each be found
The tools are kept in build/kubernetes (or in $ZHIBU_MANIFEST_TOOLS).
END
}
self_test=false
case ${1:-} in
  '') ;;
  --self-test) self_test=true ;;
  -h|--help) usage; exit 0 ;;
  *) usage >&2; die "unknown option: $1" ;;
esac
skip() { printf 'SKIP: the manifests cannot be checked here: %s\n' "$*"; exit 77; }

tools=${ZHIBU_MANIFEST_TOOLS:-$root/build/kubernetes}
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The release whose packages have a kustomize that renders overlays and a complete schema; the
# machine's own release may be older.
release=trixie
kustomize=$tools/debian/usr/bin/kustomize
swagger=$tools/debian/usr/share/gocode/src/k8s.io/cli-runtime/artifacts/openapi/swagger.json

# mirror FIELD: a field of the machine's own Debian source, so that this asks the same mirror.
mirror() {
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $('"$1"')' |
    awk -v c="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
      '$1 == "Debian" && $2 == c && $3 == "main" {print $4; exit}'
}

# keyring: the key file that the machine's own Debian source is signed by, or nothing.
keyring() {
  local source
  source=$(mirror SOURCESENTRY)
  sed -n 's/^Signed-By: *\(\/.*\)$/\1/p; s/^deb .*signed-by=\([^] ]*\).*/\1/p' "${source%:*}" |
    head -n 1
}

fetch_packages() {
  command -v apt-get >/dev/null || skip "there is no apt-get"
  local uri key apt=$tools/apt
  uri=$(mirror REPO_URI)
  if [ -z "$uri" ] && [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq >/dev/null 2>&1 || true  # a new machine does not know its own mirror yet
    uri=$(mirror REPO_URI)
  fi
  [ -n "$uri" ] || skip "apt knows no mirror of Debian"
  key=$(keyring)
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$work/debs"
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n%s\n' "$uri" "$release" \
    "${key:+Signed-By: $key}" >"$apt/debian.sources"
  : >"$apt/status"
  local options=(
    -o "Dir::Etc::SourceList=$apt/debian.sources" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::State::Status=$apt/status"
    -o "Dir::Cache::Archives=$apt/archives" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache=
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=2
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20
  )
  say "Fetching kustomize and the Kubernetes schemas from Debian's $release"
  { apt-get "${options[@]}" update &&
    (cd "$work/debs" && apt-get "${options[@]}" download kustomize golang-k8s-cli-runtime-dev)
  } >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; skip "Debian's $release is not to be had"; }
  local package
  rm -rf "$tools/debian.new"
  for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$tools/debian.new"; done
  rm -rf "$tools/debian" "$apt"
  mv "$tools/debian.new" "$tools/debian"
}
[ -x "$kustomize" ] && [ -f "$swagger" ] || fetch_packages
[ -x "$kustomize" ] && [ -f "$swagger" ] || die "Debian's $release has moved kustomize or the schemas"

lock=$(sha256sum "$here/schema/package-lock.json" | cut -c1-16)
if [ ! -e "$tools/npm-$lock/done" ]; then
  command -v npm >/dev/null || (need_packages nodejs npm) || skip "npm is not there and cannot be installed"
  say "Installing ajv and js-yaml"
  mkdir -p "$tools/npm-$lock"
  cp "$here/schema/package.json" "$here/schema/package-lock.json" "$tools/npm-$lock"
  (cd "$tools/npm-$lock" &&
   timeout 180 npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1) >"$work/log" 2>&1 ||
    { tail -n 5 "$work/log" >&2; skip "ajv is not to be had from npm"; }
  touch "$tools/npm-$lock/done"
fi
export NODE_PATH=$tools/npm-$lock/node_modules

say "Rendering the base and a site"
"$here/new-site.sh" "$work/site" >/dev/null
"$kustomize" build "$here/base" >"$work/base.yaml"
"$kustomize" build "$work/site" >"$work/site.yaml"

failed=0
printf 'deploy/kubernetes/base\n'
node "$here/schema/check.js" "$swagger" "$work/base.yaml" || failed=1
printf 'a site from deploy/kubernetes/new-site.sh\n'
node "$here/schema/check.js" "$swagger" "$work/site.yaml" --complete || failed=1
if $self_test; then
  printf 'planted faults\n'
  node "$here/schema/check.js" "$swagger" "$work/site.yaml" --self-test || failed=1
fi
[ "$failed" -eq 0 ] || die "the manifests have faults"
