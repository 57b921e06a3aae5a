#!/bin/sh
# Installs ops-client on this host, and removes it again. The server hands it out at /install.sh; it is the same for
# everybody and holds no address and no secret. The console shows the whole command ("Add host").
#
#   sh install.sh install --from URL --server HOST --port N --sums SHA256 [OPTION …]
#   sh install.sh uninstall [--prefix DIR] [--keep-data]
#
#   --from URL             http(s)://HOST:PORT of the console, from which ops-client is fetched
#   --server HOST          the server, as this host reaches it
#   --port N               its TCP port
#   --sums SHA256          checksum of the list of checksums: what is fetched is checked before anything of it runs
#   --token-file FILE      enrolment token; the host then gets a key of its own. The file is removed when it has
#   --secret-file FILE     or the secret all clients share
#   --tls-fingerprint FP   the link is encrypted, and the certificate must be this one: sha256:HEX
#   --tls                  the link is encrypted, and the authorities of this host decide
#   --ca FILE              authority (PEM) for an https URL
#   --monitor-only         this host refuses every command and every action on an application
#   --user NAME            as root: run as this user (default ops-client, made if it is missing)
#   --prefix DIR           everything beneath DIR, without a service
#   --no-start             do not start it
#   --keep-data            on uninstall: keep identity, key and history of this host
#
# As root: /opt/ops-client, /etc/ops-client, /var/lib/ops-client and a systemd service. Otherwise everything beneath
# ~/.local/share/ops-client and a service of this user, where there is one; what it cannot do without root is to read
# what this user may not.
#
# Nothing happens before the last line is read, so a download that was cut off does nothing.

set -eu
umask 077

say() { # Chinese, English
  case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    zh*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$2" ;;
  esac
}

die() {
  say "$1" "$2" >&2
  exit 1
}

usage() {
  sed -n '2,/^# Nothing happens/p' "$0" 2>/dev/null | sed 's/^# \{0,1\}//;$d' >&2 || true
  exit 2
}

plain() { # option, value: only what can mean nothing else in a file or a command
  case $2 in
    '' | *[!A-Za-z0-9._:-]* | -*) die "$1 的值无效：$2" "$1: not a valid value: $2" ;;
  esac
}

readable() { # option, file
  if [ -f "$2" ] && [ -r "$2" ]; then return; fi
  die "$1：无法读取文件 $2" "$1: cannot read the file $2"
}

has() { command -v "$1" >/dev/null 2>&1; }

sum_of() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    die '需要 sha256sum、shasum 或 openssl' 'sha256sum, shasum or openssl is needed'
  fi
}

fetch() { # path, file
  if has curl; then
    curl --fail --silent --show-error --connect-timeout 10 --retry 2 --proto '=http,https' \
      ${ca:+--cacert "$ca"} --output "$2" "$from$1"
  elif has wget; then
    wget -q -T 30 ${ca:+--ca-certificate="$ca"} -O "$2" "$from$1"
  else
    die '需要 curl 或 wget' 'curl or wget is needed'
  fi || die "下载失败：$from$1" "Could not be fetched: $from$1"
}

check() { # file, sum
  [ "$(sum_of "$1")" = "$2" ] || die "校验和不符，未安装任何内容：${1##*/}" \
    "The checksum is wrong, nothing was installed: ${1##*/}"
}

# Where everything is: by who we are, or beneath a prefix.
layout() {
  service=none
  owner=
  if [ -n "$prefix" ]; then
    case $prefix in /*) ;; *) die '--prefix 须为绝对路径' '--prefix must be an absolute path' ;; esac
    program=$prefix/program config=$prefix/client.toml data=$prefix/data logs=$prefix/logs
  elif [ "$(id -u)" = 0 ]; then
    program=/opt/ops-client config=/etc/ops-client/client.toml data=/var/lib/ops-client logs=/var/log/ops-client
    owner=$user
    unit=/etc/systemd/system/ops-client.service
    if [ -d /run/systemd/system ]; then service=system; fi
  else
    prefix=${XDG_DATA_HOME:-$HOME/.local/share}/ops-client
    program=$prefix/program config=$prefix/client.toml data=$prefix/data logs=$prefix/logs
    unit=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/ops-client.service
    if has systemctl && systemctl --user show-environment >/dev/null 2>&1; then service=user; fi
  fi
  case $program$config$data$logs in
    *[!A-Za-z0-9._:/@+-]*) die '安装路径只能包含字母、数字和 . _ : / @ + -' \
      'The paths may only hold letters, digits and . _ : / @ + -' ;;
  esac
  secret=${config%/*}/secret
  pid_file=$data/ops-client.pid
}

ctl() {
  if [ "$service" = user ]; then systemctl --user "$@"; else systemctl "$@"; fi
}

# The process we started without a service: its number is only believed while it stands in our directory.
running_pid() {
  [ -f "$pid_file" ] || return 1
  pid=$(cat "$pid_file")
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(cd "$data" && pwd -P)" ] || return 1
  printf '%s' "$pid"
}

stop_client() {
  if [ "$service" != none ] && [ -f "$unit" ]; then ctl stop ops-client.service || true; fi
  if pid=$(running_pid); then
    kill "$pid"
    waited=0
    while [ -d "/proc/$pid" ] && [ "$waited" -lt 15 ]; do
      sleep 1
      waited=$((waited + 1))
    done
    if [ -d "/proc/$pid" ]; then die "ops-client（进程 $pid）没有停止" "ops-client (process $pid) does not stop"; fi
  fi
  rm -f "$pid_file"
}

# For this host, by the list of the server.
fetch_program() { # directory to work in
  case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) machine=x64 ;;
    Linux-aarch64 | Linux-arm64) machine=arm64 ;;
    *) die "没有适用于 $(uname -sm) 的 ops-client" "There is no ops-client for $(uname -sm)" ;;
  esac
  fetch /download/SHA256SUMS "$1/SHA256SUMS"
  check "$1/SHA256SUMS" "$sums"
  line=$(grep -E "^[0-9a-f]{64}  ops-client-[0-9A-Za-z.+-]+-linux-$machine\.tar\.gz\$" "$1/SHA256SUMS" | head -n 1) ||
    line=
  [ -n "$line" ] || die "服务端没有 linux-$machine 的 ops-client：请在服务端运行 npm run build" \
    "The server has no ops-client for linux-$machine: run npm run build there"
  archive=${line##* }
  say "下载 $archive" "Fetching $archive"
  fetch "/download/$archive" "$1/$archive"
  check "$1/$archive" "${line%% *}"
  mkdir "$1/unpacked"
  tar -xzof "$1/$archive" -C "$1/unpacked"
  fresh=$1/unpacked/${archive%.tar.gz}
  chmod -R u+rwX,go+rX,go-w "$fresh"
  "$fresh/bin/ops-client" --version >"$1/version" 2>&1 || die \
    "ops-client 无法在本机运行（需要 glibc 2.28 或更高版本）：$(head -n 3 "$1/version")" \
    "ops-client does not start here (it needs glibc 2.28 or later): $(head -n 3 "$1/version")"
}

make_user() {
  [ -n "$owner" ] || return 0
  id "$owner" >/dev/null 2>&1 && return 0
  if has useradd; then
    useradd --system --home-dir "$data" --shell /usr/sbin/nologin "$owner"
  elif has adduser; then
    adduser -S -D -H -h "$data" -s /sbin/nologin "$owner"
  else
    die "无法创建用户 $owner" "The user $owner cannot be made"
  fi
}

write_config() {
  mkdir -p "${config%/*}" "$data" "$logs"
  {
    printf '# %s\n[client]\n' 'Written by install.sh. Every setting: client-config.example.toml'
    printf 'server_host = "%s"\nserver_port = %s\n' "$server" "$port"
    printf 'client_id_file = "%s/client_id"\ndata_dir = "%s/state"\nlog_dir = "%s"\n' "$data" "$data" "$logs"
    printf 'command_log_file = "%s/commands.log"\napps_base_dir = "%s/apps"\n' "$logs" "$data"
    if [ -n "$tls" ]; then printf 'tls = true\n'; fi
    if [ -n "$fingerprint" ]; then printf 'tls_fingerprint = "%s"\n' "$fingerprint"; fi
    if [ -n "$monitor" ]; then printf 'readonly = true\n'; fi
  } >"$config.partial"
  mv "$config.partial" "$config"
  if [ -n "$secret_file" ]; then
    cat "$secret_file" >"$secret.partial"
    mv "$secret.partial" "$secret"
  fi
  if [ -n "$owner" ]; then
    chown root:"$(id -gn "$owner")" "${config%/*}" "$config"
    chmod 750 "${config%/*}"
    chmod 640 "$config"
    if [ -f "$secret" ]; then chown "$owner" "$secret"; fi
    chown -R "$owner" "$data" "$logs"
  fi
}

# Runs ops-client as the user it will run as, with no more in its environment than it needs.
as_client() { # name of a file with a token or nothing, argument …
  token=$1
  shift
  set -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$data" ${LANG:+LANG="$LANG"} \
    ${token:+OPS_ENROL_TOKEN_FILE="$token"} "$program/bin/ops-client" "$@" --config "$config"
  if [ -z "$owner" ]; then
    (cd "$data" && "$@")
  elif has runuser; then
    (cd "$data" && runuser -u "$owner" -- "$@")
  elif has setpriv; then
    (cd "$data" && setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@")
  else
    die '需要 runuser 或 setpriv' 'runuser or setpriv is needed'
  fi
}

enrol() {
  kept=$data/enrol-token
  cat "$token_file" >"$kept"
  if [ -n "$owner" ]; then chown "$owner" "$kept"; fi
  if as_client "$kept" enrol; then
    rm -f "$kept" "$token_file"
  else
    rm -f "$kept"
    die '本机未能接入，原因见上一行；程序已就绪，解决后请重新运行同一命令' \
      'This host was not enrolled, the line above says why; mend it and run the same command again'
  fi
}

write_unit() {
  mkdir -p "${unit%/*}"
  {
    printf '[Unit]\nDescription=OPS client: reports this host and runs what its policy allows\n'
    printf 'Wants=network-online.target\nAfter=network-online.target\n\n[Service]\n'
    printf 'ExecStart=%s/bin/ops-client --config %s\n' "$program" "$config"
    if [ -f "$secret" ]; then printf 'Environment=OPS_TCP_AUTH_SECRET_FILE=%s\n' "$secret"; fi
    printf 'WorkingDirectory=%s\nRestart=always\nRestartSec=2\nTimeoutStopSec=20\n' "$data"
    # Only the client itself: applications it started go on. Commands that run it ends itself, and tells so; should it
    # be killed, the next one finds them again.
    printf 'KillMode=process\nUMask=0027\nNoNewPrivileges=yes\n'
    if [ "$service" = system ]; then
      printf 'User=%s\nCapabilityBoundingSet=\nAmbientCapabilities=\nProtectSystem=strict\n' "$owner"
      printf 'ReadWritePaths=%s %s\nProtectHome=read-only\nPrivateDevices=yes\nDevicePolicy=closed\n' "$data" "$logs"
      printf 'PrivateIPC=yes\nProtectHostname=yes\nProtectClock=yes\nProtectKernelTunables=yes\n'
      printf 'ProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectControlGroups=yes\n'
      printf 'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK\nRestrictNamespaces=yes\n'
      printf 'RestrictRealtime=yes\nRestrictSUIDSGID=yes\nLockPersonality=yes\nSystemCallArchitectures=native\n'
      printf 'SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\nSystemCallErrorNumber=EPERM\n'
      printf '\n[Install]\nWantedBy=multi-user.target\n'
    else
      printf '\n[Install]\nWantedBy=default.target\n'
    fi
  } >"$unit.partial"
  chmod 644 "$unit.partial"
  mv "$unit.partial" "$unit"
}

start_client() {
  if [ "$service" != none ]; then
    write_unit
    ctl daemon-reload
    ctl enable ops-client.service
    ctl restart ops-client.service
    return
  fi
  if [ -n "$owner" ]; then
    die '没有 systemd：程序和配置已就绪，请用本机的服务管理器启动它' \
      'There is no systemd: program and configuration are in place, start it by the service manager of this host'
  fi
  (
    cd "$data"
    if [ -f "$secret" ]; then export OPS_TCP_AUTH_SECRET_FILE="$secret"; fi
    nohup "$program/bin/ops-client" --config "$config" >"$logs/start.log" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$pid_file"
  )
  say "重启后不会自动启动；如有需要，加入 crontab：@reboot cd $data && $program/bin/ops-client --config $config" \
    "It does not start by itself after a reboot; for crontab: @reboot cd $data && $program/bin/ops-client --config $config"
}

install_client() {
  for needed in "$from" "$server" "$port" "$sums"; do [ -n "$needed" ] || usage; done
  if [ -z "$prefix" ] && has dpkg-query && dpkg-query -W ops-client >/dev/null 2>&1; then
    die '本机已安装软件包 ops-client，请用它' 'The package ops-client is installed on this host: use that one'
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  fetch_program "$work"
  make_user
  stop_client
  write_config
  mkdir -p "${program%/*}"
  rm -rf "$program.old" "$program.new"
  # The other file system may be another one: complete first, then in its place.
  cp -R "$fresh" "$program.new"
  cat "$0" >"$program.new/install.sh"
  chmod 755 "$program.new" "$program.new/bin" "$program.new/bin/ops-client"
  if [ -d "$program" ]; then mv "$program" "$program.old"; fi
  mv "$program.new" "$program"
  rm -rf "$program.old"
  if [ -n "$owner" ]; then chmod 755 "$program" "${program%/*}"; fi
  if [ -n "$token_file" ]; then enrol; fi
  if [ -n "$start" ]; then start_client; fi
  say "ops-client 已安装：$program" "ops-client is installed: $program"
  say "卸载：sh $program/install.sh uninstall${given_prefix:+ --prefix $given_prefix}" \
    "To remove it: sh $program/install.sh uninstall${given_prefix:+ --prefix $given_prefix}"
}

uninstall_client() {
  [ -d "$program" ] || [ -f "$config" ] || die "这里没有安装 ops-client：$program" "ops-client is not installed here: $program"
  stop_client
  if [ "$service" != none ] && [ -f "$unit" ]; then
    ctl disable ops-client.service || true
    rm -f "$unit"
    ctl daemon-reload
  fi
  rm -rf "$program"
  rm -f "$config" "$secret"
  # Releases it upgraded to are programs, whatever else is kept.
  rm -rf "$data"/state/*/upgrade
  if [ -z "$keep" ]; then rm -rf "$data" "$logs"; fi
  if [ -n "$owner" ]; then rmdir "${config%/*}" 2>/dev/null || true; fi
  if [ -n "$prefix" ]; then rmdir "$prefix" 2>/dev/null || true; fi
  say 'ops-client 已卸载；控制台中的该主机会显示为离线，可在那里删除' \
    'ops-client is removed; the console shows this host as offline, delete it there'
}

ops_install() {
  action=${1:-}
  [ $# -gt 0 ] && shift
  from='' server='' port='' sums='' token_file='' secret_file='' fingerprint='' tls='' ca='' monitor=''
  user=ops-client prefix='' start=yes keep=''
  while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
      --tls) tls=yes && continue ;;
      --monitor-only) monitor=yes && continue ;;
      --no-start) start='' && continue ;;
      --keep-data) keep=yes && continue ;;
      --from | --server | --port | --sums | --token-file | --secret-file | --tls-fingerprint | --ca | --user | --prefix) ;;
      *) say "不认识的选项：$option" "Unknown option: $option" >&2 && usage ;;
    esac
    [ $# -gt 0 ] || die "$option 缺少值" "$option needs a value"
    value=$1
    shift
    case $option in
      --from)
        from=${value%/}
        host=${from#*://}
        case $from in http://* | https://*) ;; *) die '--from 须以 http:// 或 https:// 开头' '--from must begin with http:// or https://' ;; esac
        case $host in '[' | \[*\]*) host=$(printf '%s' "$host" | tr -d '[]') ;; esac
        plain --from "$host"
        ;;
      --server) plain "$option" "$value" && server=$value ;;
      --port)
        plain "$option" "$value"
        case $value in *[!0-9]*) die '--port 须为数字' '--port must be a number' ;; esac
        port=$value
        ;;
      --sums) plain "$option" "$value" && sums=$value ;;
      --token-file) readable "$option" "$value" && token_file=$value ;;
      --secret-file) readable "$option" "$value" && secret_file=$value ;;
      --tls-fingerprint) plain "$option" "$value" && fingerprint=$value && tls=yes ;;
      --ca) readable "$option" "$value" && ca=$value ;;
      --user) plain "$option" "$value" && user=$value ;;
      --prefix) prefix=$value ;;
    esac
  done
  given_prefix=$prefix
  layout
  case $action in
    install) install_client ;;
    uninstall) uninstall_client ;;
    *) usage ;;
  esac
}

ops_install "$@"
