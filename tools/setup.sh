#!/bin/sh
# Sees to the Debian packages that the tests need. As root it installs what is
# missing; otherwise it says in one line what to install. The servers that the
# packages may start are never used: tests start private ones.
set -eu

missing=
has() { command -v "$1" >/dev/null 2>&1; }
has redis-server || missing="$missing redis-server"
has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
has chromium || missing="$missing chromium"
has strace || missing="$missing strace" # disks that fail, and death at every system call
# Pages in the browser tests hold Latin and Chinese text.
fonts=${FONTS:-/usr/share/fonts}
[ -n "$(find "$fonts" -iname 'DejaVuSans.ttf' 2>/dev/null)" ] || missing="$missing fonts-dejavu-core"
[ -n "$(find "$fonts" -iname 'Noto*CJK*' 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "The tests need Debian packages that are not installed: sudo apt-get install$missing" >&2
	exit 1
fi
if ! has apt-get; then
	echo "The tests need these programs, by the names of Debian packages:$missing" >&2
	exit 1
fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # one argument per package
apt-get install -y -qq --no-install-recommends $missing
