#!/bin/sh
# Prints the build tag with which Hyperscan is measured too, where its library is or can
# be installed; else says in one line that it is left out.
set -eu

has() { pkg-config --exists libhs 2>/dev/null; }
if ! has && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends libhyperscan-dev pkg-config; } >&2 || true
fi
if has; then
	echo hyperscan
else
	echo 'Hyperscan is left out: sudo apt-get install libhyperscan-dev pkg-config' >&2
fi
