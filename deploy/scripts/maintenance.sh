#!/bin/bash
# Regular upkeep of a machine, for cron: removes old logs, and restarts a client that has run for long, if you ask for it,
# but never one that is at work. OPS needs neither (logs go by themselves, clients may run for ever).
#   maintenance.sh --log-dir DIR [--days 30] [--restart-days N [--service ops-client]]
# Exit status: 0 done, 1 something failed, 2 wrong usage, 3 the client is at work: try again later.
#
# 定期维护：清理过期日志；按需重启长时间运行的客户端，但绝不打断正在执行命令的客户端。OPS 本身并不需要这两件事。
# 退出码：0 完成，1 有失败，2 用法错误，3 客户端正在执行命令，请稍后再试。
set -u

LOG_DIR='' DAYS=30 RESTART_DAYS='' SERVICE=ops-client DAY_SECS=86400

usage() {
  printf 'usage: maintenance.sh --log-dir DIR [--days 30] [--restart-days N [--service ops-client]]\n' >&2
  [ $# -eq 0 ] || printf 'maintenance.sh: %s\n' "$1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "$1 is not known, or lacks its value"
  case $1 in
    --log-dir) LOG_DIR=$2 ;;
    --days) DAYS=$2 ;;
    --restart-days) RESTART_DAYS=$2 ;;
    --service) SERVICE=$2 ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done
[[ $DAYS =~ ^[0-9]{1,4}$ ]] || usage 'wrong --days'
[[ $RESTART_DAYS =~ ^[0-9]{0,4}$ ]] || usage 'wrong --restart-days'
[[ $SERVICE =~ ^[A-Za-z0-9][A-Za-z0-9@._-]*$ ]] || usage 'wrong --service'
[[ $LOG_DIR == /* && -d $LOG_DIR ]] || usage '--log-dir names no directory, from the root'

# Only what is named as our programs name their logs, by day, and lies in the directory itself.
removed=$(find "$LOG_DIR" -maxdepth 1 -type f -mtime "+$DAYS" \
  -name '*.log.[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' -print -delete) || exit 1
[ -z "$removed" ] || printf 'removed %s\n' "$removed"

[ -n "$RESTART_DAYS" ] || exit 0
pid=$(systemctl show --property MainPID --value -- "$SERVICE") || exit 1
if ! [[ $pid =~ ^[0-9]+$ ]] || [ "$pid" -le 1 ]; then
  printf '%s does not run\n' "$SERVICE"
  exit 0
fi
secs=$(ps -o etimes= -p "$pid") || exit 1
[ "$secs" -ge $((RESTART_DAYS * DAY_SECS)) ] || exit 0

# It is held still while it is looked at, so that no command begins in between. A command is a child of the client.
trap 'kill -CONT "$pid" 2>/dev/null' EXIT
kill -STOP "$pid" || exit 1
if ps -o pid= --ppid "$pid" >/dev/null; then
  printf '%s (pid %s) is at work: not restarted\n' "$SERVICE" "$pid"
  exit 3
fi
# The word to stop waits for it: systemd lets it go on behind that, and it hears that first.
systemctl restart -- "$SERVICE" || exit 1
printf '%s (pid %s) is restarted after %s days\n' "$SERVICE" "$pid" "$((secs / DAY_SECS))"
