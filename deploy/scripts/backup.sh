#!/bin/bash
# Makes a backup of the server, for cron, and keeps the newest ones. Run it as the user of the server, with its settings
# in the environment or in --config, as ops-server itself gets them.
#   backup.sh --to DIR [--keep 14] [--program /opt/ops/bin/ops-server] [--config FILE]
# Exit status: 0 done, 1 no backup was made (nothing is removed then), 2 wrong usage.
#
# 备份服务端并保留最近几份，供 cron 使用。请以服务端的用户运行，设置与 ops-server 相同（环境变量或 --config）。
# 退出码：0 完成，1 未能备份（此时不删除任何文件），2 用法错误。
set -u

TO='' KEEP=14 PROGRAM=/opt/ops/bin/ops-server CONFIG=()

usage() {
  printf 'usage: backup.sh --to DIR [--keep 14] [--program FILE] [--config FILE]\n' >&2
  [ $# -eq 0 ] || printf 'backup.sh: %s\n' "$1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "$1 is not known, or lacks its value"
  case $1 in
    --to) TO=$2 ;;
    --keep) KEEP=$2 ;;
    --program) PROGRAM=$2 ;;
    --config) CONFIG=(--config "$2") ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done
[[ $KEEP =~ ^[1-9][0-9]{0,3}$ ]] || usage 'wrong --keep'
[[ $TO == /* && -d $TO ]] || usage '--to names no directory, from the root'

"$PROGRAM" backup --to "$TO" "${CONFIG[@]}" || exit 1

# Their names are their times: the newest last.
backups=("$TO"/ops-backup-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9].tar)
for ((at = 0; at < ${#backups[@]} - KEEP; at++)); do
  rm -- "${backups[at]}" || exit 1
  printf 'removed %s\n' "${backups[at]}"
done
