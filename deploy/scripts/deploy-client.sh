#!/bin/bash
# Starts ops-client on many hosts by ssh, with the secret of the server. What a host needs is there before: the program,
# and an ssh login without a password that may write the directory of settings.
#   deploy-client.sh --server ops.example.com --secret-file FILE --hosts FILE
# The file of hosts has one on each line, as ssh knows it (user@host); `#` begins a remark. The secret goes over the
# connection, never into an argument. A client that runs already with these settings is left alone.
# Exit status: 0 all done, 1 some failed (each is named), 2 wrong usage.
#
# 通过 ssh 在多台主机上启动 ops-client。主机上须已有程序，且 ssh 免密登录的用户可写设置目录。
# 主机名单每行一台（user@host），# 开头为注释；密钥经连接传送，不出现在命令行参数中；已按相同设置运行的客户端不受影响。
# 退出码：0 全部完成，1 有失败（逐台写明），2 用法错误。
set -u

SERVER='' SECRET_FILE='' HOSTS='' PROGRAM=/opt/ops/bin/ops-client DIRECTORY=/etc/ops CONNECT_SECS=10

usage() {
  cat >&2 <<TEXT
usage: deploy-client.sh --server HOST[:PORT] --secret-file FILE --hosts FILE
         [--program $PROGRAM] [--directory $DIRECTORY]
TEXT
  [ $# -eq 0 ] || printf 'deploy-client.sh: %s\n' "$1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "$1 is not known, or lacks its value"
  case $1 in
    --server) SERVER=$2 ;;
    --secret-file) SECRET_FILE=$2 ;;
    --hosts) HOSTS=$2 ;;
    --program) PROGRAM=$2 ;;
    --directory) DIRECTORY=$2 ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done

# What becomes part of a command on a host is nothing but these characters.
[[ $SERVER =~ ^([A-Za-z0-9][A-Za-z0-9.-]*)(:([0-9]{1,5}))?$ ]] || usage 'wrong --server'
SERVER_HOST=${BASH_REMATCH[1]} SERVER_PORT=${BASH_REMATCH[3]:-12345}
for path in "$PROGRAM" "$DIRECTORY"; do
  [[ $path =~ ^/[A-Za-z0-9._/-]+$ ]] || usage "wrong path $path"
done
[ -r "$HOSTS" ] || usage '--hosts names no file that can be read'
[[ -s $SECRET_FILE && -r $SECRET_FILE ]] || usage '--secret-file names no file with a secret'
case $(stat -L -c %a -- "$SECRET_FILE") in
  *00) ;;
  *) usage "$SECRET_FILE can be read by others: chmod 600 it" ;;
esac

# Runs on the host in its login shell, by sh; the secret is its standard input.
REMOTE="
set -eu; umask 077
mkdir -p $DIRECTORY; cd $DIRECTORY
cat >secret.new
printf '%s\n' OPS_SERVER_HOST=$SERVER_HOST OPS_SERVER_PORT=$SERVER_PORT OPS_TCP_AUTH_SECRET_FILE=$DIRECTORY/secret >ops-client.env.new
same=no
if cmp -s secret.new secret && cmp -s ops-client.env.new ops-client.env; then same=yes; fi
mv secret.new secret; mv ops-client.env.new ops-client.env
if [ -s ops-client.pid ] && kill -0 \$(cat ops-client.pid) 2>/dev/null; then
  if [ \$same = yes ]; then echo 'runs already'; exit 0; fi
  echo 'runs with other settings: restart it there when it is idle' >&2; exit 1
fi
test -x $PROGRAM
set -a; . ./ops-client.env; set +a
nohup $PROGRAM >>ops-client.out 2>&1 </dev/null & echo \$! >ops-client.pid
sleep 1
kill -0 \$(cat ops-client.pid) 2>/dev/null || { tail -n 5 ops-client.out >&2; exit 1; }
echo started
"

failed=0
# The list is read by its own descriptor: ssh gets the secret and nothing else to read.
while IFS= read -r line <&3 || [ -n "$line" ]; do
  host=${line%%#*}
  host=${host//[[:space:]]/}
  [ -n "$host" ] || continue
  if ! [[ $host =~ ^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.:-]*$ ]]; then
    printf '%s: not a name of a host\n' "$host" >&2
    failed=1
    continue
  fi
  if said=$(ssh -o BatchMode=yes -o "ConnectTimeout=$CONNECT_SECS" -- "$host" "$REMOTE" <"$SECRET_FILE" 2>&1); then
    printf '%s: %s\n' "$host" "$said"
  else
    printf '%s: failed: %s\n' "$host" "${said:-no word}" >&2
    failed=1
  fi
done 3<"$HOSTS"
exit "$failed"
