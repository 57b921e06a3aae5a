#!/bin/sh
# Run by run.sh in a fresh Debian without systemd as the first process: the programs are started here as their units say.
set -eu
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive HOME=/root

step() { printf '== %s\n' "$1"; }
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  for file in /test/*.out; do printf -- '-- %s\n%s\n' "$file" "$(tail -n 20 "$file")" >&2; done
  exit 1
}
same() { [ "$1" = "$2" ] || fail "$3: expected <$2>, found <$1>"; }
rights() { stat -c '%a %U:%G' "$1"; }

# What may change in a system whenever anything is installed.
everything() {
  find / -xdev \( -path /proc -o -path /test -o -path /tmp -o -path /root -o -path /var/lib/dpkg -o -path /var/log \
    -o -path /var/cache -o -path /run \) -prune -o -print | grep -vxE '/etc/(passwd|group|shadow|gshadow|subuid|subgid)-' | sort
  find /var/log /var/lib/dpkg/info -name '*ops*'
  cat /etc/passwd /etc/group /etc/shadow /etc/gshadow
}

# start UNIT: its command, as its user, in its directory, with its environment and its credentials.
start() {
  unit=/usr/lib/systemd/system/$1.service
  value() { sed -n "s/^$1=//p" "$unit"; }
  user=$(value User)
  credentials=/run/credentials/$1.service
  install -d -m 0755 /run/credentials
  rm -rf "$credentials"
  install -d -m 0500 -o "$user" "$credentials"
  for credential in $(value LoadCredential); do
    install -m 0400 -o "$user" "${credential#*:}" "$credentials/${credential%%:*}"
  done
  # shellcheck disable=SC2046 # a list of words
  (cd "$(value WorkingDirectory)" && exec setpriv --reuid="$user" --regid="$(value Group)" --clear-groups --no-new-privs \
    env -i PATH="$PATH" $(value Environment) $(value ExecStart)) >"/test/$1.out" 2>&1 &
  pid=$!
}
# said NAME PATTERN: waits for a line of it.
said() {
  tries=0
  until grep -qs "$2" "/test/$1.out"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "$1 did not say $2"
    sleep 0.1
  done
}
start_both() {
  start ops-server
  server=$pid
  said ops-server '^ops-server listening'
  start ops-client
  client=$pid
  said ops-client '^ops-client connected'
}
# They end in order, with status 0.
stop_both() {
  kill "$client"
  wait "$client" || fail 'ops-client did not end with 0'
  kill "$server"
  wait "$server" || fail 'ops-server did not end with 0'
}

before=$(everything)

step 'install 0.9.0'
dpkg -i /test/old/*.deb >/test/dpkg.out 2>&1 || fail 'dpkg failed'
same "$(rights /etc/ops/server.toml)" '640 root:ops' server.toml
same "$(rights /etc/ops/client.toml)" '640 root:ops-client' client.toml
same "$(rights /etc/ops/tcp-auth-secret)" '600 root:root' tcp-auth-secret
same "$(rights /etc/ops/admin-password)" '600 root:root' admin-password
same "$(wc -c </etc/ops/tcp-auth-secret)" 65 'length of the secret'
same "$(rights /var/lib/ops)" '700 ops:ops' /var/lib/ops
same "$(rights /var/lib/ops-client)" '700 ops-client:ops-client' /var/lib/ops-client
same "$(rights /srv/ops-apps)" '755 ops-client:ops-client' /srv/ops-apps
for unit in ops-server ops-client; do
  [ -L "/etc/systemd/system/multi-user.target.wants/$unit.service" ] || fail "$unit is not enabled"
done
grep -q 'sign in as admin' /test/dpkg.out || fail 'no word of how to sign in'

step 'run'
install -m 0600 /etc/ops/tcp-auth-secret /etc/ops/client-secret
echo 'labels = { env = "test" }' >>/etc/ops/client.toml
start_both
install -m 0600 /etc/ops/admin-password /root/password
opsctl login --username admin --password-file /root/password >/dev/null
opsctl hosts --json >/test/hosts.out
grep -q '"env"' /test/hosts.out || fail "the host does not show its label: $(cat /test/hosts.out)"
opsctl run --all --yes -- date >/test/run.out 2>&1 || fail 'date did not run'
grep -q '1/1  1 ok' /test/run.out || fail 'date did not end well'
stop_both

step 'upgrade'
secret=$(cat /etc/ops/tcp-auth-secret)
password=$(cat /etc/ops/admin-password)
id=$(cat /var/lib/ops-client/client-id)
dpkg -i --force-confold /test/new/*.deb >/test/dpkg.out 2>&1 || fail 'dpkg failed'
same "$(cat /etc/ops/tcp-auth-secret)" "$secret" 'secret after the upgrade'
same "$(cat /etc/ops/admin-password)" "$password" 'password after the upgrade'
grep -q '^labels' /etc/ops/client.toml || fail 'what was changed in client.toml is gone'
! grep -q 'of 0.9.0' /etc/ops/server.toml || fail 'server.toml, which nobody changed, is the old one'
same "$(rights /etc/ops/server.toml)" '640 root:ops' 'server.toml after the upgrade'
start_both
same "$(cat /var/lib/ops-client/client-id)" "$id" 'id of the client after the upgrade'
opsctl hosts --json >/test/hosts.out || fail 'the session did not survive the upgrade'
grep -q "$id" /test/hosts.out || fail 'the host is another one'
opsctl history --json >/test/history.out
grep -q '"date"' /test/history.out || fail 'the history is gone'
stop_both

step 'remove'
dpkg -r ops-server ops-client opsctl >/test/dpkg.out 2>&1 || fail 'dpkg failed'
for file in /usr/bin/ops-server /usr/bin/ops-client /usr/bin/opsctl /usr/lib/systemd/system/ops-server.service; do
  [ ! -e "$file" ] || fail "$file is still there"
done
for file in /etc/ops/tcp-auth-secret /etc/ops/server.toml /var/lib/ops/ops.db /var/lib/ops-client/client-id; do
  [ -e "$file" ] || fail "$file is gone"
done

step 'purge'
dpkg -P ops-server ops-client opsctl >/test/dpkg.out 2>&1 || fail 'dpkg failed'
everything >/test/after
printf '%s\n' "$before" | diff - /test/after || fail 'something is left, or gone'
printf 'installed, upgraded, removed and purged without a trace\n'
