#!/bin/bash
# Looks whether the server is well and enough clients are connected. Needs curl, and a file with the API token.
#   monitor.sh --token-file FILE [--url http://localhost:3000] [--min-clients 1]
# Exit status, as monitoring programs read it: 0 fine, 1 too few clients, 2 the server is not well or does not answer,
# 3 it cannot be told (wrong usage, token refused). Each line of output says one finding.
#
# 检查服务端是否正常、在线客户端是否足够。需要 curl 和存有 API 令牌的文件（令牌不出现在命令行参数中）。
# 退出码：0 正常，1 客户端过少，2 服务端异常或无应答，3 无法判断（用法错误、令牌被拒绝）。
set -u

URL=http://localhost:3000 TOKEN_FILE='' MIN_CLIENTS=1 WITHIN_SECS=10

usage() {
  printf 'usage: monitor.sh --token-file FILE [--url URL] [--min-clients N]\n' >&2
  [ $# -eq 0 ] || printf 'monitor.sh: %s\n' "$1" >&2
  exit 3
}

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "$1 is not known, or lacks its value"
  case $1 in
    --url) URL=${2%/} ;;
    --token-file) TOKEN_FILE=$2 ;;
    --min-clients) MIN_CLIENTS=$2 ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done
[[ $URL =~ ^https?://[][A-Za-z0-9.:/_-]+$ ]] || usage 'wrong --url'
[[ $MIN_CLIENTS =~ ^[0-9]+$ ]] || usage 'wrong --min-clients'
[ -r "$TOKEN_FILE" ] || usage '--token-file names no file that can be read'
IFS= read -r TOKEN <"$TOKEN_FILE" || [ -n "$TOKEN" ] || usage "$TOKEN_FILE is empty"
[[ $TOKEN =~ ^[A-Za-z0-9._~+/=-]+$ ]] || usage "$TOKEN_FILE holds no token"

health=$(curl -s --max-time "$WITHIN_SECS" -- "$URL/health") || health=''
case $health in
  *'"status":"healthy"'*) echo 'Server health: OK' ;;
  '')
    echo 'Server health: FAILED (no answer)'
    exit 2
    ;;
  *)
    printf 'Server health: FAILED %s\n' "$(grep -o '"[a-z_]*":"failed"' <<<"$health" | tr '\n' ' ')"
    exit 2
    ;;
esac

# The token is read by curl from its standard input: arguments can be seen by every user of the machine.
clients=$(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
  curl -s --max-time "$WITHIN_SECS" -K - -- "$URL/api/clients?fields=summary&limit=1") || clients=''
online=$(sed -n 's/.*"counts":{[^}]*"online":\([0-9]*\).*/\1/p' <<<"$clients")
if [ -z "$online" ]; then
  code=$(sed -n 's/.*"code":"\([a-z_]*\)".*/\1/p' <<<"$clients")
  printf 'Connected clients: unknown (%s)\n' "${code:-no answer}"
  exit 3
fi
printf 'Connected clients: %s\n' "$online"
if [ "$online" -lt "$MIN_CLIENTS" ]; then
  printf 'Warning: fewer than %s clients\n' "$MIN_CLIENTS"
  exit 1
fi
