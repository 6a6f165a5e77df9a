#!/usr/bin/env bash
# The whole suite on one machine, with an example county: installs what is missing, builds, starts the
# four services on loopback, imports the county through the public API and shows what it knows.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/local/packages.sh

usage() {
  cat <<'END'
deploy/local/run.sh [--once] [--fresh] [--data DIR] [--county r1|r2] [--port N]

  --once        stop again when everything was shown
  --fresh       begin with an empty data folder
  --data DIR    where everything is kept (default: data)
  --county K    the example county: r1 (default) or r2
  --port N      the first of four ports on 127.0.0.1 (default: 7401)
END
}

once=false fresh=false data=data county=r1 port=7401
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=true ;;
    --fresh) fresh=true ;;
    --data) data=${2:?--data needs a folder}; shift ;;
    --county) county=${2:?--county needs r1 or r2}; shift ;;
    --port) port=${2:?--port needs a number}; shift ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; die "unknown option: $1" ;;
  esac
  shift
done
case $county in r1|r2) ;; *) die "--county is r1 or r2" ;; esac
root=jyj-dw  # the bureau committee, in both example counties

need_packages "${ZHIBU_BUILD_PACKAGES[@]}"
# Built even where it was built before: that takes a second, and nobody runs yesterday's programs.
build app zhibu-registry zhibu-membership zhibu-activity zhibu-reporting zhibu-cli zhibu_data
bin=$PWD/build/app/bin

if $fresh; then
  # Only a folder that is ours is emptied.
  if [ -e "$data" ] && [ ! -e "$data/.zhibu" ] && [ -n "$(ls -A "$data")" ]; then
    die "$data is not a zhibu data folder; it was left alone"
  fi
  rm -rf "$data"
fi
mkdir -p "$data/log"
touch "$data/.zhibu"
data=$(cd "$data" && pwd)

export ZHIBU_REGISTRY=127.0.0.1:$port ZHIBU_MEMBERSHIP=127.0.0.1:$((port + 1))
export ZHIBU_ACTIVITY=127.0.0.1:$((port + 2)) ZHIBU_REPORTING=127.0.0.1:$((port + 3))
export ZHIBU_TOKEN_FILE=$data/token

pids=()
stop() {
  trap - EXIT HUP INT TERM
  [ ${#pids[@]} -eq 0 ] && return
  say "Stopping"
  kill -TERM "${pids[@]}" 2>/dev/null || true
  wait "${pids[@]}" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

start() {  # start NAME PORT
  # Services take their own settings from ZHIBU_* too, so they get only what is theirs.
  # 75: its store failed, as on a full disk, and may be opened again.
  (
    trap 'kill -TERM "$service" 2>/dev/null; wait "$service"; exit' TERM
    while true; do
      env -u ZHIBU_TOKEN_FILE "$bin/zhibu-$1" --data_dir="$data/$1" --listen="127.0.0.1:$2" \
        >>"$data/log/$1.log" 2>&1 &
      service=$!
      ended=0
      wait "$service" || ended=$?
      [ "$ended" -eq 75 ] || exit "$ended"
      sleep 1
    done
  ) &
  pids+=($!)
}
say "Starting four services on 127.0.0.1:$port–$((port + 3)), data in $data"
start registry "$port"
start membership $((port + 1))
start activity $((port + 2))
start reporting $((port + 3))

for attempt in $(seq 1 100); do
  for pid in "${pids[@]}"; do
    kill -0 "$pid" 2>/dev/null || {
      tail -n 3 "$data"/log/*.log >&2
      die "a service could not start; its log is in $data/log"
    }
  done
  "$bin/zhibu" status >/dev/null 2>&1 && break
  [ "$attempt" -eq 100 ] && die "the services did not become ready; their logs are in $data/log"
  sleep 0.1
done

if [ ! -e "$data/imported" ]; then
  say "Generating the example county $county"
  rm -rf "$data/example"
  "$bin/zhibu" generate "$county" "$data/example"
  say "Importing it through the public API"
  "$bin/zhibu" import "$data/example"
  echo "$county" > "$data/imported"
fi

echo
"$bin/zhibu" report basic "$root"
echo
"$bin/zhibu" report owed "$root" --open-only --limit 20
echo
cat <<END
试试：
  export ZHIBU_TOKEN_FILE=$data/token
  build/app/bin/zhibu org tree $root
  build/app/bin/zhibu due $root
  build/app/bin/zhibu verify --data $data
END
$once && exit 0
say "Running until Ctrl-C"
# Ends also when a service does.
wait -n "${pids[@]}" || true
die "a service has stopped; its log is in $data/log"
