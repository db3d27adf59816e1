#!/bin/sh
# Builds dist/takeback once more, from a copy in another folder and with an empty build
# cache, and says whether the two are the same, byte for byte. Takes some minutes.
set -eu

elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT
mkdir "$elsewhere/another" "$elsewhere/cache"
git ls-files -z --cached --others --exclude-standard | tar -cf - --null --files-from=- | tar -xf - -C "$elsewhere/another"
GOCACHE=$elsewhere/cache make -C "$elsewhere/another" build VERSION="$1"
here=$(sha256sum < dist/takeback)
there=$(sha256sum < "$elsewhere/another/dist/takeback")
echo "here:      $here"
echo "elsewhere: $there"
[ "$here" = "$there" ]
