package main

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
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
			code, err := run(tt.argv)
			if code != tt.want || (err != nil) != tt.says {
				t.Errorf("run(%q) = %d, %v, want %d", tt.argv, code, err, tt.want)
			}
		})
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
