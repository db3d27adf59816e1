package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/takeback-chat/takeback/internal/testservers"
)

func TestTheExitCodeIsTheCommands(t *testing.T) {
	tests := []struct {
		name string
		argv []string
		want int
		says bool
	}{
		{"success", []string{"true"}, 0, false},
		{"failure", []string{"sh", "-c", "exit 3"}, 3, false},
		{"the address is handed over", []string{"sh", "-c", `case "$` + testservers.AdminEnv + `" in postgres://*) exit 0;; esac; exit 4`}, 0, false},
		{"ended by a signal", []string{"sh", "-c", "kill -KILL $$"}, 1, true},
		{"no such command", []string{"/nowhere/command"}, 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, err := beside("postgres://nobody@127.0.0.1:1/", tt.argv, nil)
			if code != tt.want || (err != nil) != tt.says {
				t.Errorf("beside(%q) = %d, %v, want %d", tt.argv, code, err, tt.want)
			}
		})
	}
}

func TestTemporaryFilesAreInMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("GOTMPDIR", "")
	before := os.TempDir()
	remove, err := inMemory("/proc") // no file system for files
	if remove(); err != nil || os.TempDir() != before {
		t.Errorf("files went to %s, %v, want them left in %s", os.TempDir(), err, before)
	}
	room := roomInMemory("/dev/shm")
	remove, err = inMemory("/dev/shm")
	switch {
	case err != nil:
		t.Fatal(err)
	case room >= roomWanted && (filepath.Dir(os.TempDir()) != "/dev/shm" || os.Getenv("GOTMPDIR") != before):
		t.Errorf("TMPDIR %s, GOTMPDIR %s, want memory and %s", os.TempDir(), os.Getenv("GOTMPDIR"), before)
	}
	dir := os.TempDir()
	remove()
	if _, err := os.Stat(dir); dir != before && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", dir, err)
	}
}

func TestSignalsReachTheCommand(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGTERM
	code, err := beside("postgres://nobody@127.0.0.1:1/", []string{"sleep", "60"}, signals)
	if code != 1 || err == nil {
		t.Errorf("beside = %d, %v, want the command ended by the signal", code, err)
	}
}

func TestTheClusterIsGoneWithTheCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "address")
	if code, err := run([]string{"sh", "-c", `printf %s "$` + testservers.AdminEnv + `" >` + file}); code != 0 || err != nil {
		t.Fatalf("run = %d, %v", code, err)
	}
	address, err := exec.CommandContext(t.Context(), "cat", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), string(address))
	if err == nil {
		_ = conn.Close(t.Context())
		t.Error("the cluster outlived the command")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connect: %v", err)
	}
}
