#!/usr/bin/env bash
# Makes a site's overlay: the kustomize base, and tokens and a key that are this site's alone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  cat <<'END'
deploy/kubernetes/new-site.sh FOLDER [IMAGE:TAG]

  FOLDER     a new folder; keep it out of version control and back it up: without
             membership.key nobody can read the ID numbers that are stored
  IMAGE:TAG  the image as the site's own registry has it
END
}
fail() { printf 'zhibu: %s\n' "$*" >&2; exit 1; }

case ${1:-} in -h|--help) usage; exit 0 ;; '') usage >&2; fail "a folder is needed" ;; esac
site=$1 image=${2:-}
[ ! -e "$site" ] || fail "$site exists already, and its tokens were left alone"
case $image in
  '') ;;
  *:latest) fail "an image needs a version, and \"latest\" is none" ;;
  */*:* | *:*) [[ ${image##*/} == *:* ]] || fail "$image has no tag" ;;
  *) fail "$image has no tag" ;;
esac

umask 077
mkdir -p "$site"
site=$(cd "$site" && pwd)
# 256 bits, as hexadecimal digits.
secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

principal() {  # principal NAME FILE ROLE...: a token, and who it stands for
  local name=$1 file=$2 role
  shift 2
  secret >"$site/$file"
  printf 'principals {\n  name: "%s"\n  token_sha256: "%s"\n' "$name" \
    "$(sha256sum "$site/$file" | cut -d' ' -f1)"
  for role in "$@"; do printf '  roles: %s\n' "$role"; done
  printf '  scope_organisation: "organisations/-"\n}\n'
}
{
  echo '# Who may call (zhibu.policy.v1.Principals): hashes only. Add a site'"'"'s accounts here.'
  principal site-administrator client.token \
    ROLE_CLERK ROLE_APPROVER ROLE_READER ROLE_AUDITOR ROLE_ADMINISTRATOR
  for service in registry membership activity reporting; do
    principal "service-$service" "$service.token" ROLE_SERVICE
  done
} >"$site/principals.textproto"
secret >"$site/membership.key"
echo '*' >"$site/.gitignore"

{
  cat <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: zhibu
resources:
  - $(realpath --relative-to="$site" "$here/base")
# A pod to run the command line in; take it out where nobody works from inside the cluster.
components:
  - $(realpath --relative-to="$site" "$here/client")
# The names get a hash of the content, so that a change of tokens restarts the pods that use them.
configMapGenerator:
  - name: zhibu-principals
    files: [principals.textproto]
secretGenerator:
  - name: zhibu-client-token
    files: [token=client.token]
  - name: zhibu-registry-token
    files: [token=registry.token]
  - name: zhibu-membership-token
    files: [token=membership.token]
  - name: zhibu-activity-token
    files: [token=activity.token]
  - name: zhibu-reporting-token
    files: [token=reporting.token]
  - name: zhibu-membership-key
    files: [key=membership.key]
END
  # Components come before the images of an overlay, so theirs is named here too.
  image=${image:-localhost/zhibu:$(sed -n 's/^ *newTag: //p' "$here/base/kustomization.yaml")}
  cat <<END
images:
  - name: zhibu
    newName: ${image%:*}
    newTag: "${image##*:}"
  - name: localhost/zhibu
    newName: ${image%:*}
    newTag: "${image##*:}"
END
} >"$site/kustomization.yaml"
printf 'Made %s. Look at it, then: kubectl apply -k %s\n' "$site" "$site"
