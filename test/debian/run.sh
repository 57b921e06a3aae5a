#!/bin/sh
# The packages of dist/ in a Debian of their own: installed, upgraded from an older version, removed, purged, with the
# programs really running in between. Needs root, mmdebstrap, dpkg-deb and a mirror; `npm run build` comes before.
#
#   test/debian/run.sh [DIRECTORY of the packages]
#
# The system it unpacks is kept in $OPS_DEBIAN_BASE (/tmp/ops-debian-base-….tar) for the next time.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
dist=$(cd "${1:-$here/../../dist}" && pwd -P)
# What the packages depend on and recommend, but systemd; and logrotate, for which they bring an example.
needs=adduser,init-system-helpers,iproute2,libatomic1,logrotate,procps
base=${OPS_DEBIAN_BASE:-/tmp/ops-debian-base-$(printf %s "$needs" | cksum | cut -d ' ' -f 1).tar}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || fail 'only root can make a system to install into'
for program in dpkg-deb unshare ip; do
  command -v "$program" >/dev/null || fail "$program is missing"
done

if [ ! -e "$base" ]; then
  command -v mmdebstrap >/dev/null || fail 'mmdebstrap is missing (apt-get install mmdebstrap)'
  mmdebstrap --quiet --variant=minbase --include="$needs" bookworm "$base.new.tar"
  mv "$base.new.tar" "$base"
fi

root=$(mktemp -d /tmp/ops-debian.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
tar -xf "$base" -C "$root"
install -d "$root/test/old" "$root/test/new"
cp "$here/inside.sh" "$root/test/"
for name in ops-server ops-client opsctl; do
  set -- "$dist/$name"_*_"$(dpkg --print-architecture)".deb
  [ -e "$1" ] || fail "no package of $name in $dist: npm run build"
  cp "$1" "$root/test/new/$name.deb"

  # The same as an older version, with other words in its configuration.
  dpkg-deb -R "$1" "$root/test/tree"
  sed -i 's/^Version: .*/Version: 0.9.0/' "$root/test/tree/DEBIAN/control"
  for file in "$root"/test/tree/etc/ops/*.toml; do
    [ ! -e "$file" ] || echo '# of 0.9.0' >>"$file"
  done
  dpkg-deb -Zgzip -z1 --root-owner-group -b "$root/test/tree" "$root/test/old/$name.deb" >/dev/null
  rm -rf "$root/test/tree"
done

# Its own processes, which end with it, and its own network, in which every port is free.
# shellcheck disable=SC2016 # $1 is for the inner shell
unshare --fork --kill-child --pid --net --mount -- sh -eu -c '
  ip link set lo up
  mount -t proc proc "$1/proc"
  exec chroot "$1" /usr/bin/env -i /bin/sh /test/inside.sh
' sh "$root"
