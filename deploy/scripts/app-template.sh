#!/bin/bash
# Manages one application: start, stop, restart, status, update VERSION. Bash and coreutils on Linux; root or a user.
#
# Copy it as <apps_base_dir>/NAME/NAME.sh (mode 755, not writable by others) and edit the two functions below:
#   run_service    ends in the exec of a program that stays in the foreground; its output goes to NAME.log
#   fetch_version  puts version $1 into the empty directory $2; when it fails, the version before stays as it is
# A new version lies in releases/, and `current` leads to it; it runs after the next start. VERSION, and BRANCH and
# COMMIT where fetch_version leaves such files in $2, say what it is.
# Exit status: 0 done, 1 failed, 2 wrong usage. `status`: 0 runs, 3 stopped, 1 has ended and left its pid file.
#
# 管理一个应用：start、stop、restart、status、update VERSION。只需 Linux 上的 bash 和 coreutils，root 或普通用户均可。
# 复制为 <apps_base_dir>/NAME/NAME.sh（权限 755，他人不可写），修改下面两个函数：
#   run_service    最后 exec 一个前台运行的程序；输出写入 NAME.log
#   fetch_version  把版本 $1 放进空目录 $2；失败时旧版本保持不变
# 新版本放在 releases/，由 current 指向，下次启动后运行。VERSION 以及 fetch_version 在 $2 中留下的 BRANCH、COMMIT 说明版本。
# 退出码：0 完成，1 失败，2 用法错误。status：0 运行中，3 已停止，1 已退出但 pid 文件还在。

# >>> edit / 修改 >>>

run_service() {
  exec "./bin/$APP_NAME"
}

fetch_version() {
  local version=$1 into=$2
  # tar -xzf "/srv/releases/$APP_NAME-$version.tar.gz" -C "$into"
  # git -C "/srv/git/$APP_NAME" rev-parse "$version" >"$into/COMMIT"
  echo "fetch_version is not written yet: edit $APP_DIR/$APP_NAME.sh ($version, $into)" >&2
  return 1
}

# <<< edit / 修改 <<<

# What ends within so many seconds has not started.
START_SECS=1
# From TERM until KILL, and from KILL until it is given up.
STOP_SECS=20
KILL_SECS=5
# Longest wait for another call of this script.
LOCK_SECS=10
# A longer log is put aside as NAME.log.1 at the next start.
MAX_LOG_BYTES=10485760

set -u
# What others can change is not run by ops-client.
umask 022

# ops-client opens the script itself and hands it over as a descriptor; it starts it in its directory.
case $0 in
  /proc/self/fd/*) APP_DIR=$PWD ;;
  *) APP_DIR=$(dirname -- "$(readlink -f -- "$0")") ;;
esac
APP_NAME=${APP_DIR##*/}
PID_FILE=$APP_NAME.pid
LOG_FILE=$APP_NAME.log
# The process that was started and when, by which it is known again whatever becomes of its environment.
STARTED_FILE=.$APP_NAME.started
LOCK=.$APP_NAME.lock
IS_LOCKED='' STAGE='' PID='' WHY='' GROUP='' STARTED=''

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$APP_NAME: $*" >&2
  exit 1
}

usage() {
  printf '%s\n' "Usage: $APP_NAME.sh start|stop|restart|status|update VERSION" >&2
  exit 2
}

clean_up() {
  [ -n "$IS_LOCKED" ] || return 0
  [ -z "$STAGE" ] || rm -rf -- "$STAGE"
  rm -f -- VERSION.new BRANCH.new COMMIT.new current.new "$LOCK"
}

# The whole text or nothing: it is renamed into place.
put() { printf '%s\n' "$2" >"$1.new" && mv -fT -- "$1.new" "$1"; }

# Sets STARTED (in ticks since boot) and GROUP of a process that lives. Fails for none, and for one that has ended.
look() {
  local stat=''
  local -a fields
  { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null
  [ -n "$stat" ] || return 1
  # Its name, in parentheses, may hold anything.
  read -ra fields <<<"${stat##*) }"
  case ${fields[0]} in Z | X | x) return 1 ;; esac
  GROUP=${fields[2]} STARTED=${fields[19]}
}

# Whether a process is the application's: it has its name in its environment, or it is the very one started here.
is_ours() {
  local entry name='' noted=''
  [ "$1" != $$ ] && look "$1" || return 1
  while IFS= read -r -d '' entry; do
    case $entry in OPS_APP_NAME=*) name=${entry#*=} ;; esac
  done 2>/dev/null <"/proc/$1/environ"
  if [ -n "$name" ]; then
    [ "$name" = "$APP_NAME" ]
    return
  fi
  { IFS= read -r noted <"$STARTED_FILE"; } 2>/dev/null
  [ "$noted" = "$1 $STARTED" ]
}

# Sets PID, and GROUP and STARTED with it. Otherwise it fails, and WHY says what is wrong with the pid file, if anything.
running() {
  PID='' WHY=''
  if [ -L "$PID_FILE" ] || { [ -e "$PID_FILE" ] && [ ! -f "$PID_FILE" ]; }; then
    WHY="$PID_FILE is not a regular file"
    return 1
  fi
  [ -f "$PID_FILE" ] || return 1
  IFS= read -r PID <"$PID_FILE" || [ -n "$PID" ] || PID='nothing'
  if ! [[ $PID =~ ^[1-9][0-9]{0,6}$ ]] || ((PID < 2 || PID > 4194304)); then
    WHY="$PID_FILE holds no process number"
  elif ! look "$PID"; then
    WHY="process $PID has ended and left $PID_FILE"
  elif ! is_ours "$PID"; then
    WHY="$PID_FILE names process $PID, which is another program"
  else
    return 0
  fi
  return 1
}

# One call at a time changes something. What holds the lock is known by its number and its start.
lock() {
  local turn pid started
  look $$
  printf '%s\n' "$$ $STARTED" >"$LOCK.$$" || exit 1
  for ((turn = 0; turn < LOCK_SECS * 10; turn++)); do
    if ln -- "$LOCK.$$" "$LOCK" 2>/dev/null; then
      rm -f -- "$LOCK.$$"
      IS_LOCKED=1
      return 0
    fi
    { read -r pid started <"$LOCK"; } 2>/dev/null || continue
    if look "$pid" && [ "$STARTED" = "$started" ]; then sleep 0.1; else rm -f -- "$LOCK"; fi
  done
  rm -f -- "$LOCK.$$"
  fail "another call is under way (process $pid)"
}

start() {
  local size code turn
  if running; then
    say "$APP_NAME is already running as process $PID"
    return 0
  fi
  [ -z "$WHY" ] || say "$WHY; the pid file is removed"
  rm -f -- "$PID_FILE" "$STARTED_FILE"
  size=$(stat -c %s -- "$LOG_FILE" 2>/dev/null || echo 0)
  [ "$size" -le "$MAX_LOG_BYTES" ] || mv -fT -- "$LOG_FILE" "$LOG_FILE.1"
  # Job control gives it a process group of its own: what ends this script does not end the service.
  set -m
  (
    trap '' HUP
    exec </dev/null >>"$LOG_FILE" 2>&1 3<&- || exit 1
    unset OPS_ACTION_ID
    export OPS_APP_NAME=$APP_NAME
    look "$BASHPID" && put "$STARTED_FILE" "$BASHPID $STARTED" && put "$PID_FILE" "$BASHPID" || exit 1
    if [ -d current ]; then cd -P current || exit 1; fi
    run_service
    echo 'run_service came back: it must end in an exec'
    exit 1
  ) &
  PID=$!
  set +m
  for ((turn = 0; turn < START_SECS * 10; turn++)); do
    sleep 0.1
    look "$PID" || break
  done
  if ! running; then
    wait "$!" 2>/dev/null
    code=$?
    rm -f -- "$PID_FILE" "$STARTED_FILE"
    say "The last lines of $APP_DIR/$LOG_FILE:" >&2
    tail -n 5 -- "$LOG_FILE" >&2
    fail "not started: it ended at once with status $code"
  fi
  say "$APP_NAME is running as process $PID, version $(version)"
}

# Whether the process, or another of the group it leads, still lives. What nobody has waited for does not.
lives() {
  local pid=$1 started=$2 group=$3 directory
  look "$pid" && [ "$STARTED" = "$started" ] && return 0
  [ "$group" = "$pid" ] && kill -0 -- "-$pid" 2>/dev/null || return 1
  for directory in /proc/[0-9]*; do
    look "${directory#/proc/}" && [ "$GROUP" = "$group" ] && return 0
  done
  return 1
}

# Sees it gone within so many seconds. As it is looked at all the time, its number cannot become another's meanwhile.
gone_within() {
  local turn limit=$1
  shift
  for ((turn = 0; turn < limit * 10; turn++)); do
    lives "$@" || return 0
    sleep 0.1
  done
  ! lives "$@"
}

stop() {
  local pid started group target
  if ! running; then
    say "$APP_NAME is not running${WHY:+: $WHY}"
    rm -f -- "$PID_FILE" "$STARTED_FILE" || return 1
    return 0
  fi
  pid=$PID started=$STARTED group=$GROUP target=$PID
  # With all it has started, when it leads its group, as those started here do.
  [ "$group" != "$pid" ] || target=-$pid
  if ! kill -TERM -- "$target" 2>/dev/null && look "$pid"; then
    fail "process $pid may not be ended by user $(id -un)"
  fi
  kill -CONT -- "$target" 2>/dev/null
  if ! gone_within "$STOP_SECS" "$pid" "$started" "$group"; then
    say "process $pid did not end within $STOP_SECS s: it is killed"
    kill -KILL -- "$target" 2>/dev/null
    gone_within "$KILL_SECS" "$pid" "$started" "$group" || fail "process $pid cannot be ended"
  fi
  rm -f -- "$PID_FILE" "$STARTED_FILE"
  say "$APP_NAME has stopped (it was process $pid)"
}

version() {
  local text=''
  { IFS= read -r text <VERSION; } 2>/dev/null
  printf '%s' "${text:-unknown}"
}

status() {
  if running; then
    say "$APP_NAME is running as process $PID, version $(version)"
    return 0
  fi
  say "$APP_NAME is stopped, version $(version)${WHY:+: $WHY}"
  [ -z "$WHY" ] && return 3
  return 1
}

update() {
  local version=$1 before code name text release kept
  [[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$ ]] || usage
  before=$(readlink -- current)
  for name in VERSION BRANCH COMMIT; do
    [ ! -d "$name" ] || fail "not updated: $name is a directory"
  done
  if ! mkdir -p releases || ! STAGE=$(mktemp -d "releases/$version.XXXXXX") || ! chmod 755 "$STAGE"; then
    fail "not updated: $APP_DIR/releases cannot be written to"
  fi
  say "Getting $APP_NAME $version"
  # Not in a condition, where bash would go on after a command that failed.
  (
    set -e
    fetch_version "$version" "$APP_DIR/$STAGE"
  )
  code=$?
  [ "$code" = 0 ] || fail "not updated: getting $version failed with status $code; $(version) stays"

  # All that can fail for want of space is done before anything is exchanged.
  for name in BRANCH COMMIT; do
    text=''
    [ ! -f "$STAGE/$name" ] || IFS= read -r text <"$STAGE/$name"
    [ -z "$text" ] || printf '%s\n' "$text" >"$name.new" || fail "not updated: $name cannot be written"
  done
  if ! printf '%s\n' "$version" >VERSION.new || ! ln -sfn -- "$STAGE" current.new; then
    fail 'not updated: VERSION cannot be written'
  fi
  trap '' HUP INT TERM
  mv -fT -- current.new current || fail 'not updated: current cannot be exchanged'
  release=$STAGE STAGE=''
  for name in BRANCH COMMIT; do
    # What is not known of the new version must not be told of it.
    if [ -f "$name.new" ]; then mv -fT -- "$name.new" "$name"; else rm -f -- "$name"; fi
  done
  if ! mv -fT -- VERSION.new VERSION; then
    if [ -n "$before" ]; then ln -sfn -- "$before" current; else rm -f current; fi
    STAGE=$release
    fail 'not updated: VERSION cannot be exchanged'
  fi

  # The release before stays, and the one that runs.
  running && kept=$(readlink -- "/proc/$PID/cwd")
  for name in releases/*; do
    case $name in "$release" | "$before") continue ;; esac
    [ "$APP_DIR/$name" = "${kept-}" ] || rm -rf -- "$name"
  done
  say "$APP_NAME is now $version$(running && echo ', as soon as it is restarted')"
}

[ -r /proc/self/stat ] || fail 'needs Linux with /proc'
cd -- "$APP_DIR" || exit 1
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
case "${1-} $#" in
  'start 1') lock && start ;;
  'stop 1') lock && stop ;;
  'restart 1') lock && stop && start ;;
  'status 1') status ;;
  'update 2')
    lock
    update "$2"
    ;;
  *) usage ;;
esac
