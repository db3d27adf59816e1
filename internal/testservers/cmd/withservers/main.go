// Command withservers runs a command beside a private PostgreSQL cluster:
//
//	withservers go test ./...
//
// The cluster is started once for the tests of all packages, handed to them in
// TAKEBACK_TEST_POSTGRES, and gone when the command has ended, also when
// withservers is interrupted or killed. Temporary files are kept in memory where
// there is enough of it. The exit code is the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/takeback-chat/takeback/internal/testservers"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withservers COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
	}
	os.Exit(code)
}

// run returns the exit code of the command, 1 when it could not be run.
func run(argv []string) (int, error) {
	// Signals are caught before the server starts, so that none of them ends us in between.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	remove, err := inMemory("/dev/shm")
	if err != nil {
		return 1, err
	}
	defer remove()
	cluster, err := testservers.StartPostgres()
	if err != nil {
		return 1, err
	}
	defer cluster.Close()
	return beside(cluster.URL(), argv, signals)
}

// beside runs the command, hands signals on to it and returns its exit code.
func beside(cluster string, argv []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.CommandContext(context.Background(), argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), testservers.AdminEnv+"="+cluster)
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("start %s: %w", argv[0], err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // an error only says that it has ended already
		}
	}()
	return exitCode(cmd.Wait())
}

func exitCode(err error) (int, error) {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return 0, nil
	case ok && exit.ExitCode() >= 0:
		return exit.ExitCode(), nil
	default:
		return 1, err
	}
}
