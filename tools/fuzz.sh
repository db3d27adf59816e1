#!/bin/sh
# Runs every fuzz test of the module for the time given, one after another
# (go test takes one at a time), and says how many ran. Finding none is an error.
set -eu

time=${1:-60s}
ran=0
for file in $(git ls-files --cached --others --exclude-standard -- '*_test.go' ':!tools'); do
	for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
		package=./$(dirname "$file")
		echo "fuzz $name in $package for $time"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 1x "$package"
		ran=$((ran + 1))
	done
done
echo "$ran fuzz tests ran for $time each"
[ "$ran" -gt 0 ]
