#!/usr/bin/env bash
# docker-compose.yml as somebody uses it who has just cloned the repository: built, started, signed in to by the API and
# by a browser, a command on both clients, what the engine says about the fences, the server killed, and nothing left.
#
#   test/containers/smoke-test.sh [--no-build]
#
# Needs a running engine, docker-compose (or the plugin: COMPOSE='docker compose'), `npm ci` and Chromium. It installs
# nothing, uses a project name and ports of its own, and leaves the images ops-server and
# ops-client-demo. Where no engine runs, or no registry of images is there: test/containers/own-engine.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PWD/node_modules/.bin:$PATH

project=ops-smoke-$$
read -r -a compose <<<"${COMPOSE:-docker-compose} -p $project"
# The classic builder is there with every engine.
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0}

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

free_port() {
  node -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })"
}

left() {
  docker ps -aq --filter "label=com.docker.compose.project=$project"
  docker volume ls -q --filter "label=com.docker.compose.project=$project"
  docker network ls -q --filter "label=com.docker.compose.project=$project"
}

end() {
  status=$?
  if [ $status -ne 0 ]; then
    "${compose[@]}" ps || true
    "${compose[@]}" logs --tail 30 || true
  fi
  "${compose[@]}" down -v --timeout 20 >/dev/null 2>&1 || true
  exit $status
}

container() { "${compose[@]}" ps -q "$1"; }

# Until the engine says so of a service, for two minutes at most.
await() {
  local deadline=$((SECONDS + 120))
  until [ "$(docker inspect -f "$2" "$(container "$1")")" = "$3" ]; do
    [ $SECONDS -lt $deadline ] || fail "$1 is not $3: $(docker inspect -f "$2" "$(container "$1")")"
    sleep 0.5
  done
}

for program in docker "${compose[0]}" node; do
  command -v "$program" >/dev/null || fail "$program is missing"
done
docker info >/dev/null || fail 'no engine answers'

OPS_PUBLISH_HTTP=127.0.0.1:$(free_port)
OPS_PUBLISH_TCP=127.0.0.1:$(free_port)
export OPS_PUBLISH_HTTP OPS_PUBLISH_TCP
url=http://localhost:${OPS_PUBLISH_HTTP#*:}

step 'the file is what docker-compose takes'
"${compose[@]}" config --quiet

if [ "${1:-}" != --no-build ]; then
  step 'build'
  SOURCE_COMMIT=${SOURCE_COMMIT:-$(git rev-parse HEAD)} "${compose[@]}" build
fi

step 'no secret, key or user database in the images (S-31)'
for image in ops-server ops-client-demo; do
  found=$(docker run --rm --user 0 --network none --entrypoint find "$image" \
    /etc/ops/secrets /var/lib/ops /var/lib/ops-client /secrets -type f 2>/dev/null || true)
  [ -z "$found" ] || fail "$image has $found"
  if docker image inspect -f '{{.Config.Env}} {{.Config.Cmd}}' "$image" | grep -qiE 'secret|password|token'; then
    fail "$image has a secret in its configuration"
  fi
done

trap end EXIT
step 'up'
"${compose[@]}" up -d --no-build
await ops-server '{{.State.Health.Status}}' healthy
step 'healthy'

step 'what the manual has for every day'
"${compose[@]}" exec -T ops-server ops-server health
"${compose[@]}" exec -T ops-server ops-server audit verify --config /etc/ops/server.toml
timeout -k 2 5 "${compose[@]}" logs -f ops-server >/dev/null || case $? in
  124 | 137) ;;
  *) fail 'no logs' ;;
esac

step 'every service: no root, no capability, no new privileges, a root file system that cannot be written'
for service in ops-secrets ops-server ops-client-1 ops-client-2; do
  fences=$(docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.Privileged}} {{.HostConfig.SecurityOpt}} {{gt .HostConfig.Memory 0}}' "$(container $service)")
  [ "$fences" = '10001:10001 true [ALL] [] false [no-new-privileges:true] true' ] || fail "$service: $fences"
  if docker inspect -f '{{.Config.Env}}' "$(container $service)" | grep -qE '_(SECRET|PASSWORD|TOKEN)='; then
    fail "$service has a secret in its environment"
  fi
done
for service in ops-server ops-client-1; do
  inside=$("${compose[@]}" exec -T "$service" sh -c \
    'id -u; sed -n "s/^CapEff:\s*//p;s/^NoNewPrivs:\s*/nnp=/p" /proc/1/status; stat -c "%a %u" /etc/ops/secrets/*; touch /etc/x 2>&1 || :; touch /etc/ops/secrets/x 2>&1 || :')
  for line in 10001 0000000000000000 nnp=1 '600 10001' 'Read-only file system'; do
    grep -qF "$line" <<<"$inside" || fail "$service, no \"$line\": $inside"
  done
  [ "$(grep -c 'Read-only file system' <<<"$inside")" = 2 ] || fail "$service can write: $inside"
done
if "${compose[@]}" exec -T ops-client-1 ls /etc/ops/secrets | grep -qv '^tcp-auth-secret$'; then
  fail 'a client has more than the secret of the wire'
fi

# From the engine to the test by a pipe: it is in no argument and no environment.
password() { "${compose[@]}" exec -T ops-server cat /etc/ops/secrets/admin-password; }

step "API and browser at $url: both clients online, uptime on both"
password | node test/containers/fleet.ts "$url" 0

step 'kill -9 of the server: it is started again'
before=$(docker inspect -f '{{.State.StartedAt}}' "$(container ops-server)")
# Not by docker kill: what that ended stays ended.
docker run --rm --pid host --user 0 --network none --entrypoint sh ops-server -c \
  'kill -9 "$1"' sh "$(docker inspect -f '{{.State.Pid}}' "$(container ops-server)")"
await ops-server "{{and .State.Running (ne .State.StartedAt \"$before\")}}" true
await ops-server '{{.State.Health.Status}}' healthy
[ "$(docker inspect -f '{{.RestartCount}}' "$(container ops-server)")" = 1 ] || fail 'it was not the engine that started it'

step 'with its data: the earlier results are there, and uptime runs on both again'
password | node test/containers/fleet.ts "$url" 3

step 'a new secret for clients, without a restart'
secret() { "${compose[@]}" exec -T "$1" cat /etc/ops/secrets/tcp-auth-secret; }
before=$(secret ops-server)
"${compose[@]}" run --rm ops-secrets renew >/dev/null
[ "$(secret ops-server)" != "$before" ] || fail 'the secret is the same'
[ "$(secret ops-client-1)" = "$(secret ops-server)" ] || fail 'clients did not get it'
"${compose[@]}" kill -s HUP ops-server ops-client-1 ops-client-2
"${compose[@]}" restart ops-client-1
password | node test/containers/fleet.ts "$url" 6

step 'stop: in order, by SIGTERM'
"${compose[@]}" stop --timeout 20
for service in ops-server ops-client-1 ops-client-2; do
  code=$(docker inspect -f '{{.State.ExitCode}}' "$(container $service)")
  [ "$code" = 0 ] || fail "$service ended with $code"
done

step 'down -v: nothing is left'
"${compose[@]}" down -v
[ -z "$(left)" ] || fail "left behind: $(left)"
step 'all of it works'
