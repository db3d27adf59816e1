package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store"
)

// dumpPostgres has pg_dump write the database into a file, as it is at one moment.
func dumpPostgres(ctx context.Context, conf config.Config, into string) error {
	cmd, err := postgresTool(ctx, conf, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+into)
	if err != nil {
		return err
	}
	// pg_dump makes its file for everybody to read; the folder is closed to them, and
	// the file, should it be moved, is too.
	if err := keep(into, nil); err != nil {
		return err
	}
	return runTool(cmd)
}

// restorePostgres reads a dump into an empty database, and in the same transaction holds
// back what waits in it.
func restorePostgres(ctx context.Context, conf config.Config, from string) error {
	read, err := tool(ctx, "pg_restore", "--no-owner", "--no-privileges", "--file=-", from)
	if err != nil {
		return err
	}
	write, err := postgresTool(ctx, conf, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output="+os.DevNull)
	if err != nil {
		return err
	}
	into, err := write.StdinPipe()
	if err != nil {
		return fmt.Errorf("start psql: %w", err)
	}
	var said bytes.Buffer
	write.Stderr = &said
	if err := write.Start(); err != nil {
		return fmt.Errorf("start psql: %w", err)
	}
	err = pour(read, into)
	_ = into.Close() // without the last word this rolls everything back
	if werr := write.Wait(); werr != nil {
		return fmt.Errorf("psql: %s", firstLine(said.String(), werr))
	}
	return err
}

// pour writes the dump as one transaction, which only its end commits.
func pour(read *exec.Cmd, into io.Writer) error {
	if _, err := io.WriteString(into, "BEGIN;\n"); err != nil {
		return fmt.Errorf("write to psql: %w", err)
	}
	read.Stdout = into
	if err := runTool(read); err != nil {
		return err
	}
	// A dump leaves no search path behind.
	_, err := io.WriteString(into, "\nRESET search_path;\n"+store.HoldOutbox+";\nCOMMIT;\n")
	return err
}

// runTool runs a program and says what it said when it failed.
func runTool(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %s", cmd.Args[0], firstLine(said.String(), err))
	}
	return nil
}

// firstLine is the first line that a program wrote of its failure: what follows may
// quote rows.
func firstLine(said string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}

// tool finds one of PostgreSQL's programs.
func tool(ctx context.Context, name string, args ...string) (*exec.Cmd, error) {
	if _, err := exec.LookPath(name); errors.Is(err, exec.ErrNotFound) {
		return nil, usage("%s is not installed here: install PostgreSQL's client programs (on Debian: apt install postgresql-client), "+
			"or back the database up and restore it where they are", name)
	}
	return exec.CommandContext(ctx, name, args...), nil //nolint:gosec // the names are ours
}

// postgresTool is tool for one that connects. The password goes through the environment:
// arguments show in process lists.
func postgresTool(ctx context.Context, conf config.Config, name string, args ...string) (*exec.Cmd, error) {
	u, err := url.Parse(withPassword(conf.Database, conf.DatabasePassword))
	if err != nil {
		return nil, usage("database: is no URL")
	}
	if u.Query().Has("search_path") {
		return nil, usage("a database with search_path in its URL is not backed up by us: use pg_dump --schema")
	}
	password, _ := u.User.Password()
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	cmd, err := tool(ctx, name, append(args, "--no-password", "--dbname="+u.String())...)
	if err != nil {
		return nil, err
	}
	cmd.Env = os.Environ()
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	return cmd, nil
}
