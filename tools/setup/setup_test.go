// Package setup checks what `make setup` does where packages are missing.
package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// machine is a PATH with a few programs, in which nothing that the tests need
// is installed.
func machine(t *testing.T, uid string) (path, installed string) {
	t.Helper()
	path, installed = t.TempDir(), filepath.Join(t.TempDir(), "apt-get")
	for _, name := range []string{"find", "ls"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
	program(t, filepath.Join(path, "id"), "echo "+uid)
	program(t, filepath.Join(path, "apt-get"), `echo "$@" >>`+installed)
	return path, installed
}

func program(t *testing.T, file, body string) {
	t.Helper()
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, path string, env ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "../setup.sh")
	cmd.Env = slices.Concat(env, []string{"PATH=" + path})
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestAnybodyIsToldInOneLine(t *testing.T) {
	path, installed := machine(t, "1000")
	out, err := run(t, path)
	if err == nil {
		t.Error("the exit code says that all is there")
	}
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, "apt-get install") || !strings.Contains(out, " redis-server") || !strings.Contains(out, " chromium") {
		t.Errorf("it says %q, want one line with the packages to install", out)
	}
	if _, err := os.Stat(installed); err == nil {
		t.Error("it ran apt-get without being root")
	}
}

func TestRootInstalls(t *testing.T) {
	path, installed := machine(t, "0")
	if out, err := run(t, path); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(installed)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(calls), "install -y") || !strings.Contains(string(calls), " redis-server") {
		t.Errorf("apt-get was called with %q", calls)
	}
}

func TestNothingIsDoneWhereAllIsThere(t *testing.T) {
	path, installed := machine(t, "0")
	for _, name := range []string{"redis-server", "initdb", "chromium", "strace"} {
		program(t, filepath.Join(path, name), "true")
	}
	fonts := t.TempDir()
	for _, name := range []string{"DejaVuSans.ttf", "NotoSansCJK-Regular.ttc"} {
		if err := os.WriteFile(filepath.Join(fonts, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := run(t, path, "FONTS="+fonts)
	if err != nil || out != "" {
		t.Errorf("it says %q, %v, want silence", out, err)
	}
	if _, err := os.Stat(installed); err == nil {
		t.Error("it ran apt-get with nothing to install")
	}
}
