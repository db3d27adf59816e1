#!/bin/sh
# Runs every fuzz test of the module for the time given (60s), or as often (200x), one after another, and
# says how many ran. Finding none is an error. A package is built once for all of
# its fuzz tests, which for a short run is most of the time; a run that
# counts its tries is not guided by coverage either, for which everything would be compiled once more.
set -eu

time=${1:-60s}
case $time in
*x) guided= ;;
*) guided='-fuzz .' ;;
esac
here=$(pwd)
binary=$(mktemp)
trap 'rm -f "$binary"' EXIT
corpus=$(go env GOCACHE)/fuzz
ran=0
for dir in $(git ls-files --cached --others --exclude-standard -- '*_test.go' ':!tools' | xargs grep -l '^func Fuzz' | xargs -n1 dirname | sort -u); do
	go test -c $guided -o "$binary" "./$dir"
	for name in $(cat "$dir"/*_test.go | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do
		echo "fuzz $name in ./$dir for $time"
		(cd "$here/$dir" && "$binary" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$time" -test.fuzzminimizetime 1x -test.fuzzcachedir "$corpus/$(go list -f '{{.ImportPath}}' .)")
		ran=$((ran + 1))
	done
done
echo "$ran fuzz tests ran for $time each"
[ "$ran" -gt 0 ]
