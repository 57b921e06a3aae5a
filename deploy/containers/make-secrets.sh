#!/bin/sh
# The secrets of docker-compose.yml, made once, in volumes only the server or only the clients have:
#
#   /secrets/server   tcp-auth-secret, admin-password (of user admin, used at the first start)
#   /secrets/client   tcp-auth-secret
#
#   make-secrets          makes what is missing; harmless as often as it is run
#   make-secrets renew    a new secret for clients; SIGHUP makes server and clients read it
set -eu
umask 077

random() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# Whole or not at all, and nobody else can read it at any moment.
put() {
  printf '%s\n' "$2" >"$1.new"
  mv "$1.new" "$1"
}

server=/secrets/server
client=/secrets/client

[ -e $server/admin-password ] || put $server/admin-password "$(random 12)"
if [ "${1:-}" = renew ] || [ ! -e $server/tcp-auth-secret ]; then
  put $server/tcp-auth-secret "$(random 32)"
fi
put $client/tcp-auth-secret "$(cat $server/tcp-auth-secret)"

echo 'Sign in as admin; the password: docker-compose exec ops-server cat /etc/ops/secrets/admin-password'
