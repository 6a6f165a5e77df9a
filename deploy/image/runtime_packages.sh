#!/usr/bin/env bash
# Prints the Debian packages that the shared libraries of the given programs come from, one a line.
# Asked anew at every build, so that the list never falls behind what the programs link.
set -euo pipefail

fail() { printf 'zhibu: %s\n' "$*" >&2; exit 1; }
[ $# -gt 0 ] || fail "runtime_packages.sh needs at least one program"

for program in "$@"; do
  libraries=$(ldd "$program") || fail "$program is not a dynamically linked program"
  if grep -q 'not found' <<<"$libraries"; then
    fail "$program lacks $(awk '/not found/ {print $1; exit}' <<<"$libraries") on this machine"
  fi
  # "libz.so.1 => /lib/… (0x…)" and, for the loader, "/lib64/ld-linux… (0x…)".
  awk '$2 == "=>" {print $3} $1 ~ /^\// {print $1}' <<<"$libraries"
done | sort -u | while read -r library; do
  # dpkg knows a file under the path it was packed with, and /lib is /usr/lib by now.
  found=
  for path in "$library" "/usr$library" "${library#/usr}" "$(readlink -f "$library")"; do
    found=$(dpkg-query -S "$path" 2>/dev/null | head -n 1 | cut -d: -f1) && [ -n "$found" ] && break
  done
  [ -n "$found" ] || fail "$library belongs to no Debian package, so it cannot be put into an image"
  echo "$found"
done | sort -u
