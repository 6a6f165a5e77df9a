#!/usr/bin/env bash
# Starts the four services from an image once, each in a container of its own with nothing more
# than it gets on Kubernetes (no root, read-only root, no capabilities), and asks `zhibu status`.
# Ends with 0 when all serve, 77 and a line "SKIP: …" where containers cannot run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/local/packages.sh"

usage() {
  cat <<'END'
deploy/image/run_suite.sh [ARCHIVE] [--port N]

  ARCHIVE   what deploy/image/build.sh wrote (default: build/image/zhibu.tar)
  --port N  the first of four ports on 127.0.0.1 (default: the first four free from 17401)
END
}

archive=$root/build/image/zhibu.tar port=
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=${2:?--port needs a number}; shift ;;
    -h|--help) usage; exit 0 ;;
    -*) usage >&2; die "unknown option: $1" ;;
    *) archive=$1 ;;
  esac
  shift
done
skip() { printf 'SKIP: containers cannot run here: %s\n' "$*"; exit 77; }

[ -f "$archive" ] || die "$archive is missing: run deploy/image/build.sh first"
[ "$(id -u)" -eq 0 ] || skip "this needs root, and you are not"
(need_packages podman runc) || skip "podman and runc are not installed and could not be"

. "$here/containers.sh"
use_own_container_storage
trap drop_container_storage EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Loading $archive"
podman load -q -i "$archive" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "podman cannot load $archive"; }
image=$(podman images --format '{{.ID}}' | head -n 1)
[ -n "$image" ] || die "there is no image in $archive"

# As on Kubernetes; the host's network because a bridge would need what this machine may lack.
restrictions=(--network host --read-only --cap-drop all --security-opt no-new-privileges
              --pull never)
# Whether containers run here at all is asked with a program that cannot be at fault itself.
podman run --rm "${restrictions[@]}" "$image" /bin/true >"$work/log" 2>&1 ||
  skip "$(tail -n 1 "$work/log")"

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
if [ -z "$port" ]; then
  for port in $(seq 17401 10 17601) none; do
    [ "$port" = none ] && die "no four free ports between 17401 and 17604"
    taken "$port" || taken $((port + 1)) || taken $((port + 2)) || taken $((port + 3)) || break
  done
fi
registry=127.0.0.1:$port membership=127.0.0.1:$((port + 1))
activity=127.0.0.1:$((port + 2)) reporting=127.0.0.1:$((port + 3))

mkdir "$work/data"
chown 65532:65532 "$work/data"
start() {  # start NAME ADDRESS FLAG...
  local name=$1 address=$2
  shift 2
  podman run -d --name "zhibu-$name" "${restrictions[@]}" -v "$work/data:/data" "$image" \
    "zhibu-$name" --data_dir="/data/$name" --listen="$address" "$@" >/dev/null 2>"$work/log" ||
    { cat "$work/log" >&2; die "zhibu-$name could not be started from the image"; }
}
say "Starting four containers on 127.0.0.1:$port–$((port + 3))"
start registry "$registry" --membership="$membership"
start membership "$membership" --registry="$registry"
start activity "$activity" --registry="$registry" --membership="$membership"
start reporting "$reporting" --registry="$registry" --membership="$membership" \
  --activity="$activity"

# In a container that runs already: with the vfs driver each new one is a copy of the whole image.
ask_status() {
  podman exec -e ZHIBU_TOKEN_FILE=/data/token \
    -e "ZHIBU_REGISTRY=$registry" -e "ZHIBU_MEMBERSHIP=$membership" \
    -e "ZHIBU_ACTIVITY=$activity" -e "ZHIBU_REPORTING=$reporting" zhibu-registry zhibu status
}
show_logs() {
  local name
  for name in registry membership activity reporting; do
    printf -- '--- zhibu-%s\n' "$name" >&2
    podman logs --tail 10 "zhibu-$name" >&2 || true
  done
}

served=false
for _ in $(seq 1 60); do
  for name in registry membership activity reporting; do
    state=$(podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' "zhibu-$name")
    case $state in
      running*) ;;
      *) show_logs; die "zhibu-$name ended by itself (${state#* })" ;;
    esac
  done
  if ask_status >"$work/status" 2>&1; then served=true; break; fi
  sleep 0.5
done
cat "$work/status"
$served || { show_logs; die "not all services serve"; }

say "Stopping"
for name in reporting activity membership registry; do
  podman stop -t 20 "zhibu-$name" >/dev/null 2>&1 || die "zhibu-$name could not be stopped"
  code=$(podman inspect -f '{{.State.ExitCode}}' "zhibu-$name")
  [ "$code" -eq 0 ] || { show_logs; die "zhibu-$name did not stop cleanly (exit code $code)"; }
done
say "The suite ran from the image: four services served, and stopped cleanly"
