#!/usr/bin/env bash
# Builds the image of the suite from programs that are already built, needing no image registry: a
# base system made by mmdebstrap with the libraries that the programs link, and the programs and
# their data on top. The result is one OCI archive with all entry points. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/local/packages.sh"

usage() {
  cat <<'END'
deploy/image/build.sh [BUILD_FOLDER [ARCHIVE]]

  BUILD_FOLDER  a finished build, with bin/ and share/zhibu/ in it (default: build/app)
  ARCHIVE       the OCI archive to write (default: build/image/zhibu.tar)
END
}
case ${1:-} in -h|--help) usage; exit 0 ;; esac
[ $# -le 2 ] || { usage >&2; die "too many arguments"; }
build=${1:-$root/build/app}
archive=${2:-$root/build/image/zhibu.tar}

programs=(zhibu-registry zhibu-membership zhibu-activity zhibu-reporting zhibu)
for program in "${programs[@]}"; do
  [ -x "$build/bin/$program" ] || die "$build/bin/$program is missing: build the suite first"
done
[ -d "$build/share/zhibu" ] || die "$build/share/zhibu is missing: build the target zhibu_data first"
[ "$(id -u)" -eq 0 ] || die "the image's files need owners that only root can give: run this as root"
build=$(cd "$build" && pwd)
mkdir -p "$(dirname "$archive")"
archive=$(cd "$(dirname "$archive")" && pwd)/$(basename "$archive")

need_packages mmdebstrap buildah
. "$here/containers.sh"
use_own_container_storage
trap drop_container_storage EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

version=$(sed -n 's/^project(zhibu VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
[ -n "$version" ] || die "CMakeLists.txt does not say the version"
revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
# Every file of the image bears the time of the commit, so that the same commit on the same packages
# gives the same image.
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

say "Finding the libraries of ${#programs[@]} programs"
packages=$("$here/runtime_packages.sh" "${programs[@]/#/$build/bin/}")
say "Needs $(wc -l <<<"$packages") packages: $(tr '\n' ' ' <<<"$packages")"

say "Making a base system of $(. /etc/os-release && echo "$PRETTY_NAME")"
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --mode=root --variant=minbase --include="$(paste -sd, <<<"$packages")" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='printf "zhibu:x:65532:65532::/data:/usr/sbin/nologin\n" >> "$1/etc/passwd"' \
  --customize-hook='printf "zhibu:x:65532:\n" >> "$1/etc/group"' \
  --customize-hook='mkdir "$1/data" && chown 65532:65532 "$1/data" && chmod 0700 "$1/data"' \
  "$codename" "$work/base.tar" >"$work/log" 2>&1 ||
  { tail -n 15 "$work/log" >&2; die "mmdebstrap could not make the base system"; }

say "Adding the programs and their data"
mkdir -p "$work/suite/usr/bin" "$work/suite/usr/share"
cp "${programs[@]/#/$build/bin/}" "$work/suite/usr/bin/"
cp -r "$build/share/zhibu" "$work/suite/usr/share/"
chmod -R u=rwX,go=rX "$work/suite"
tar -C "$work/suite" --sort=name --owner=0 --group=0 --numeric-owner \
  --mtime="@$SOURCE_DATE_EPOCH" -cf "$work/suite.tar" usr

{
  container=$(buildah from scratch) &&
  buildah add -q "$container" "$work/base.tar" / &&
  buildah add -q "$container" "$work/suite.tar" / &&
  buildah config --user 65532:65532 --workingdir /data \
    --env PATH=/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 \
    --cmd '["zhibu", "help"]' --stop-signal SIGTERM \
    --label org.opencontainers.image.title=zhibu \
    --label "org.opencontainers.image.version=$version" \
    --label "org.opencontainers.image.revision=$revision" \
    --label org.opencontainers.image.licenses=Apache-2.0 "$container" &&
  buildah commit -q --timestamp "$SOURCE_DATE_EPOCH" "$container" "localhost/zhibu:$version" &&
  rm -f "$archive" &&
  buildah push -q "localhost/zhibu:$version" "oci-archive:$archive:localhost/zhibu:$version"
} >"$work/log" 2>&1 || { tail -n 15 "$work/log" >&2; die "buildah could not make the image"; }

say "Wrote $archive: localhost/zhibu:$version, $(du -h "$archive" | cut -f1)"
