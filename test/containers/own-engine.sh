#!/usr/bin/env bash
# smoke-test.sh in an engine of its own, for a machine on which none runs and from which no registry of images can be
# reached: the two base images are made by mmdebstrap and the Node and npm of this machine, under the names the Dockerfile
# asks for. Afterwards the engine, its images and its rules in the firewall are gone.
#
#   test/containers/own-engine.sh
#
# Needs root, `apt-get install docker.io docker-compose mmdebstrap iptables chromium-headless-shell`, `npm ci`, and what the build of the
# images needs: a mirror of Debian and the registry of npm. Takes ten minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}
[ $# = 0 ] || {
  printf '%s\n' 'own-engine.sh takes no arguments' >&2
  exit 2
}
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

[ "$(id -u)" = 0 ] || fail 'only root can start an engine'
for program in docker dockerd docker-compose mmdebstrap iptables-save npm; do
  command -v "$program" >/dev/null || fail "$program is missing"
done
node=$(readlink -f "$root/node_modules/.bin/node") || fail 'npm ci comes first'
! iptables-save | grep -q DOCKER || fail 'an engine runs here: use smoke-test.sh'

work=$(mktemp -d /tmp/ops-engine.XXXXXX)
export DOCKER_HOST=unix://$work/sock
forwards=$(cat /proc/sys/net/ipv4/ip_forward)
policy=$(iptables -S FORWARD | sed -n 's/^-P FORWARD //p')

end() {
  status=$?
  trap - EXIT INT TERM
  if [ -s "$work/pid" ]; then
    pid=$(cat "$work/pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      [ -d "/proc/$pid" ] || break
      sleep 0.2
    done
  fi
  # It leaves its chains, its bridge and the settings it needed.
  iptables-save | grep -vE 'DOCKER|docker0|10\.213\.0\.' | iptables-restore || true
  [ -z "$policy" ] || iptables -P FORWARD "$policy"
  printf '%s\n' "$forwards" >/proc/sys/net/ipv4/ip_forward
  ip link delete docker0 2>/dev/null || true
  awk -v at="$work/" 'index($2, at) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n 1 umount || true
  [ "$status" = 0 ] || tail -n 20 "$work/log" >&2 || true
  rm -rf --one-file-system "$work"
  [ ! -e "$work" ] || status=1
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

step 'engine'
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" --host "$DOCKER_HOST" \
  --default-ulimit nofile=4096:4096 --bip 10.213.0.1/24 >"$work/log" 2>&1 &
for _ in $(seq 100); do
  ! docker info >/dev/null 2>&1 || break
  sleep 0.2
done
docker info >/dev/null 2>&1 || fail 'the engine did not start'

step 'base images'
mmdebstrap --quiet --variant=minbase --include=ca-certificates,libatomic1,libstdc++6 bookworm "$work/base.tar"
# The authorities this machine trusts: between it and the registry there may be a proxy with one of its own.
mkdir "$work/base" "$work/node"
cp /etc/ssl/certs/ca-certificates.crt "$work/base/"
printf '%s\n' 'FROM scratch' 'ADD base.tar /' 'COPY ca-certificates.crt /etc/ssl/certs/' 'CMD ["bash"]' >"$work/base/Dockerfile"
mv "$work/base.tar" "$work/base/"
cp "$node" "$work/node/node"
cp -R "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/node/npm"
printf '%s\n' 'FROM debian:bookworm-slim' 'COPY node /usr/local/bin/node' 'COPY npm /usr/local/lib/node_modules/npm' \
  'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm' \
  'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' >"$work/node/Dockerfile"
export DOCKER_BUILDKIT=0
docker build --quiet --tag debian:bookworm-slim "$work/base" >/dev/null
docker build --quiet --tag node:26-bookworm-slim "$work/node" >/dev/null
rm -r "$work/base" "$work/node"

"$here/smoke-test.sh"
left=$(docker ps -aq && docker volume ls -q && docker network ls -q --filter type=custom)
[ -z "$left" ] || fail "left behind: $left"
step 'and the engine is taken away again'
