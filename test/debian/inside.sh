#!/bin/sh
# Run by run.sh in a fresh Debian without systemd as the first process. What the packages say in their README.Debian is
# done to the letter; only `systemctl start` is ours, and starts the programs as their units say.
set -eu
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive HOME=/test/home

step() { printf '== %s\n' "$1"; }
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  for file in /test/*.out; do printf -- '-- %s\n%s\n' "$file" "$(tail -n 20 "$file")" >&2; done
  exit 1
}
same() { [ "$1" = "$2" ] || fail "$3: expected <$2>, found <$1>"; }
rights() { stat -c '%a %U:%G' "$1"; }

# What differs after anything was ever installed, and nothing else may: the state of dpkg and its log, the lock of adduser,
# and the copies the tools for users keep.
ALLOWED=' (/run/adduser|/var/lib/dpkg(/(updates|info|status|status-old|lock|lock-frontend))?|/var/log/dpkg\.log|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-)$'

# Every file there is, with kind, rights and owner; the contents below /etc; the words of dpkg about us.
everything() {
  find / -xdev \( -path /proc -o -path /test \) -prune -o -printf '%y %m %u:%g %p\n' | sort | grep -vE "$ALLOWED"
  find /etc -xdev -type f -exec sha256sum {} + | sort -k 2 | grep -vE "$ALLOWED"
  dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n'
}

# systemctl start|stop UNIT: its command, as its user, in its directory, with its environment and its credentials.
systemctl() {
  case "$1 $2" in
    'start ops-server' | 'start ops-client') start "$2" ;;
    *) fail "systemctl $*" ;;
  esac
}
start() {
  unit=/usr/lib/systemd/system/$1.service
  value() { sed -n "s/^$1=//p" "$unit"; }
  condition=$(value ConditionPathExists)
  [ -z "$condition" ] || [ -e "$condition" ] || fail "$1 would not be started: there is no $condition"
  user=$(value User)
  credentials=/run/credentials/$1.service
  install -d -m 0755 /run/credentials
  install -d -m 0500 -o "$user" "$credentials"
  for credential in $(value LoadCredential); do
    install -m 0400 -o "$user" "${credential#*:}" "$credentials/${credential%%:*}"
  done
  # shellcheck disable=SC2046 # a list of words
  (cd "$(value WorkingDirectory)" && exec setpriv --reuid="$user" --regid="$(value Group)" --clear-groups --no-new-privs \
    env -i PATH="$PATH" $(value Environment) $(value ExecStart)) >"/test/$1.out" 2>&1 &
  echo $! >"/test/$1.pid"
}
# They end in order, with status 0, and what systemd had lent them goes with them.
stop() {
  kill "$(cat "/test/$1.pid")"
  wait "$(cat "/test/$1.pid")" || fail "$1 did not end with 0"
  rm -rf "/run/credentials/$1.service"
  rmdir --ignore-fail-on-non-empty /run/credentials
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
  systemctl start ops-server
  said ops-server '^ops-server listening'
  systemctl start ops-client
  said ops-client '^ops-client connected'
}
stop_both() {
  stop ops-client
  stop ops-server
}

# instructions PACKAGE PATTERN: the commands of its README.Debian that match, each of which must be there.
instructions() {
  found=$(sed -n 's/^    \(.*[^ ]\)/\1/p' "/usr/share/doc/$1/README.Debian" | grep -E "$2") || fail "$1 does not say $2"
  printf '%s\n' "$found"
}

# app_is STATUS VERSION: waits until opsctl shows it so.
app_is() {
  tries=0
  until [ "$(opsctl apps hello | awk '$1 == "hello" { print $3, $4 }')" = "$1 $2" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "hello is not $1 $2: $(opsctl apps hello)"
    sleep 0.2
  done
}

install -d "$HOME"
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
  grep -q "/usr/share/doc/$unit/README.Debian" /test/dpkg.out || fail "no word of what to do with $unit"
done

step 'server and client up, by their instructions'
# Done by the package itself where there is systemd.
systemctl start ops-server
said ops-server '^ops-server listening'
eval "$(instructions ops-server 'client-secret|systemctl')"
said ops-client '^ops-client connected'
same "$(ps -o user= -C ops-server) $(ps -o user= -C ops-client)" 'ops ops-client' 'whose processes they are'

step 'signed in, the host is there, a command runs on it'
eval "$(instructions ops-server '^opsctl login')" >/test/login.out
id=$(cat /var/lib/ops-client/client-id)
opsctl hosts --status online >/test/hosts.out
grep -q "$(hostname)" /test/hosts.out || fail 'the host is not there'
opsctl run --all --yes -- uptime >/test/run.out 2>&1 || fail 'uptime did not run'
grep -q 'load average' /test/run.out || fail 'there is no output of uptime'
grep -q '1/1  1 ok' /test/run.out || fail 'uptime did not end well'

step 'an application: found, updated, started, updated again, restarted'
eval "$(instructions ops-client srv/ops-apps)"
cat >/test/functions <<'END'
run_service() { exec "./bin/$APP_NAME"; }
fetch_version() {
  mkdir "$2/bin"
  printf '#!/bin/sh\n# %s\nexec sleep 7654321\n' "$1" >"$2/bin/$APP_NAME"
  chmod 755 "$2/bin/$APP_NAME"
}
END
sed -i -e '/^# >>> edit/,/^# <<< edit/{//!d}' -e '/^# >>> edit/r /test/functions' /srv/ops-apps/hello/hello.sh
app_is Stopped -
for words in 'update 1.0.0' start 'update 2.0.0' restart; do
  # shellcheck disable=SC2086 # a version is the last word
  set -- $words
  opsctl apps "$1" hello "$id" ${2:+"$2"} >/test/app.out 2>&1 || fail "$words failed"
done
app_is Running 2.0.0
same "$(ps -o user= -C sleep -ww | sort -u)" ops-client 'whose process the application is'

step 'the log of commands, kept longer by logrotate'
log=/var/log/ops-client/commands.log
grep -q '"uptime"' "$log" || fail "uptime is not in $log"
eval "$(instructions ops-client logrotate)"
logrotate -d -s /test/logrotate.state /etc/logrotate.d/ops-client >/test/logrotate.out 2>&1 || fail 'logrotate'
grep -q "considering log $log" /test/logrotate.out || fail 'logrotate does not know the log'
! grep -qi 'error' /test/logrotate.out || fail 'logrotate finds an error'
logrotate -f -s /test/logrotate.state /etc/logrotate.d/ops-client >/test/logrotate.out 2>&1 || fail 'logrotate'
zcat "$log"-*.gz | grep -q '"uptime"' || fail 'logrotate did not put the log aside'
opsctl run --all --yes -- whoami >/test/run.out 2>&1 || fail 'whoami did not run'
tries=0
until grep -qs '"whoami" completed' "$log"; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || fail 'nothing is written to the log any more'
  sleep 0.1
done
! grep -q '"uptime"' "$log" || fail 'the log was not begun anew'
same "$(rights "$log")" '600 ops-client:ops-client' "$log"
stop_both

step 'upgrade'
echo 'labels = { env = "test" }' >>/etc/ops/client.toml
secret=$(cat /etc/ops/tcp-auth-secret)
password=$(cat /etc/ops/admin-password)
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
grep -q '"env"' /test/hosts.out || fail "the host does not show its label"
opsctl history --json >/test/history.out
grep -q '"uptime"' /test/history.out || fail 'the history is gone'
app_is Running 2.0.0

step 'the application: stopped, and taken away by whom it belongs to'
opsctl apps stop hello "$id" >/test/app.out 2>&1 || fail 'stop failed'
app_is Stopped 2.0.0
stop_both
same "$(ps -o pid=,comm= -u ops,ops-client || true)" '' 'processes that are left'
rm -r /srv/ops-apps/hello
rm /etc/logrotate.d/ops-client

step 'remove'
dpkg -r ops-server ops-client opsctl >/test/dpkg.out 2>&1 || fail 'dpkg failed'
for file in /usr/bin/ops-server /usr/bin/ops-client /usr/bin/opsctl /usr/lib/systemd/system/ops-server.service; do
  [ ! -e "$file" ] || fail "$file is still there"
done
for file in /etc/ops/tcp-auth-secret /etc/ops/server.toml /var/lib/ops/ops.db /var/lib/ops-client/client-id; do
  [ -e "$file" ] || fail "$file is gone"
done

step 'purge: nothing is left, and nothing gone'
dpkg -P ops-server ops-client opsctl >/test/dpkg.out 2>&1 || fail 'dpkg failed'
everything >/test/after
printf '%s\n' "$before" | diff - /test/after || fail 'something is left, or gone'
printf 'installed, used, upgraded, removed and purged without a trace\n'
