# Sourced: a container engine of our own for the length of one script, so that neither the machine's
# engine nor its images are touched, and nothing of ours remains.
# shellcheck shell=bash

# use_own_container_storage: makes the folder $work and points buildah and podman at it. The vfs
# driver needs neither fuse nor an overlay file system; cgroupfs and runc need no systemd; the limits
# are named because an engine that may not raise limits fails on its own defaults.
use_own_container_storage() {
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/zhibu-image.XXXXXX")
  cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
static_dir = "$work/libpod"
volume_path = "$work/volumes"
tmp_dir = "$work/run/libpod"
END
  cat >"$work/storage.conf" <<END
[storage]
driver = "vfs"
graphroot = "$work/storage"
runroot = "$work/run/storage"
END
  export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
  export BUILDAH_ISOLATION=chroot
}

# why_no_layers: makes an image of one small file and throws it away. Where that cannot be done, such
# as in a chroot, whose root is no mount that an engine could make private, it prints the engine's
# reason and fails.
why_no_layers() (
  use_own_container_storage
  trap drop_container_storage EXIT
  echo probe >"$work/probe"
  tar -C "$work" -cf "$work/probe.tar" probe
  {
    container=$(buildah from scratch) &&
    buildah add -q "$container" "$work/probe.tar" / &&
    buildah commit -q "$container" localhost/zhibu-probe
  } >"$work/log" 2>&1 || { tail -n 1 "$work/log" | tail -c 120; exit 1; }
)

# drop_container_storage: ends what runs in it and removes it. For a trap on EXIT.
drop_container_storage() {
  trap - EXIT
  [ -n "${work:-}" ] || return 0
  # Storage first: the engines keep mounts there that a plain rm would trip over.
  if command -v podman >/dev/null; then podman rm -fa -t 5 >/dev/null 2>&1 || true; fi
  if command -v buildah >/dev/null; then buildah rm -a >/dev/null 2>&1 || true; fi
  local mount
  while read -r mount; do umount -l "$mount" 2>/dev/null || true
  done < <(awk -v w="$work/" 'index($2, w) == 1 {print $2}' /proc/mounts | sort -r)
  rm -rf "$work"
}
