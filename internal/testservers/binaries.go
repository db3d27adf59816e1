package testservers

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// postgresBinary finds a program of PostgreSQL, the newest installed version
// first: Debian keeps them outside PATH, one folder per version.
func postgresBinary(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", name, err)
	}
	if len(found) > 0 {
		return slices.MaxFunc(found, func(a, b string) int { return majorVersion(a) - majorVersion(b) }), nil
	}
	return binary(name, "postgresql")
}

// majorVersion reads 15 out of /usr/lib/postgresql/15/bin/initdb.
func majorVersion(path string) int {
	parts := strings.Split(path, "/")
	version, _ := strconv.Atoi(parts[len(parts)-3]) // not a number: the oldest of all
	return version
}

// binary finds a program in PATH, or says which Debian package brings it.
func binary(name, debianPackage string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("this test needs %s: install the Debian package %s (as root, `make setup` does)", name, debianPackage)
	}
	return path, nil
}
