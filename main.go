// Command takeback watches group chats for sensitive data and takes messages
// back, automatically by policy or at the word of those who may, always with a
// recorded reason.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/rules"
)

// version is set by the linker.
var version = "dev"

// The exit codes of every command.
const (
	exitOK    = 0
	exitFound = 1 // scan found something; any other command failed
	exitUsage = 2 // the command line, the configuration, a pack or a policy is wrong
	exitFlush = 3 // the disk did not confirm that it holds what was written
)

type commands struct {
	Serve    serveCmd    `cmd:"" help:"Run the service."`
	Demo     demoCmd     `cmd:"" help:"Run the service, a simulated Tencent Chat and people talking in it, with nothing to set up."`
	Scan     scanCmd     `cmd:"" help:"Scan texts, files and directories and print what is found."`
	Recall   recallCmd   `cmd:"" help:"Take messages back, or say what that would meet."`
	Rules    rulesCmd    `cmd:"" help:"Check, list and apply policies; check, explain, test, measure and import detectors."`
	Token    tokenCmd    `cmd:"" help:"Make, list and revoke API tokens."`
	User     userCmd     `cmd:"" help:"Make the logins of the console."`
	Sweep    sweepCmd    `cmd:"" help:"Take many messages back at once, after a preview."`
	Hold     holdCmd     `cmd:"" help:"Put messages under legal hold, lift and list holds."`
	Erase    eraseCmd    `cmd:"" help:"Erase a person: what an account posted, and its name."`
	Stop     stopCmd     `cmd:"" help:"Stop all automatic recalls at once, also while the service does not answer."`
	Start    startCmd    `cmd:"" help:"Let automatic recalls go on after a stop."`
	Breakers breakersCmd `cmd:"" help:"List and reset what stops automatic recalls."`
	Hooks    hooksCmd    `cmd:"" help:"List the endpoints of other systems that are told, and what; deliver again."`
	Coverage coverageCmd `cmd:"" help:"Show how much of what people posted was seen, and what is missing."`
	Audit    auditCmd    `cmd:"" help:"Verify the audit log, and write down outside the database how far it got."`
	Keys     keysCmd     `cmd:"" help:"Rotate the keys that content is sealed with."`
	Backup   backupCmd   `cmd:"" help:"Copy the database, beside the running service."`
	Restore  restoreCmd  `cmd:"" help:"Read a backup into an empty database; what waits in it is held."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version's schema."`
	Load     loadCmd     `cmd:"" help:"Drive webhooks at a running service and print how it held."`
	Doctor   doctorCmd   `cmd:"" help:"Look at everything the service needs: what is wrong, and what to do."`
	Health   healthCmd   `cmd:"" help:"Ask a running service whether it is ready; for container health checks."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// terminal is what a command reads from and writes to.
type terminal struct {
	in          io.Reader
	out, err    io.Writer
	interactive bool // somebody watches err, and out goes elsewhere
	now         func() time.Time
}

// run is the whole program: arguments in, exit code out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cmds commands
	exited := -1
	parser, err := kong.New(&cmds, kong.Name("takeback"),
		kong.Description("Watches group chats for sensitive data and takes messages back, with a recorded reason."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(terminal{stdin, stdout, stderr, watched(stderr) && !watched(stdout), time.Now}),
	)
	if err != nil {
		panic(err) // a broken build: the grammar above is a constant
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help was printed
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "takeback: %v\nRun \"takeback --help\" for what there is.\n", err)
		return exitUsage
	}
	return exit(parsed.Run(), stderr)
}

// watched reports whether w is a terminal.
func watched(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

// exit prints an error for people and gives its code.
func exit(err error, stderr io.Writer) int {
	coded, ok := errors.AsType[codedError](err)
	switch {
	case err == nil:
		return exitOK
	case ok && coded.err == nil:
		return coded.code
	}
	_, _ = fmt.Fprintln(stderr, "takeback:", sentence(err))
	if ok {
		return coded.code
	}
	switch {
	case errors.Is(err, store.ErrFlush):
		return exitFlush
	case isUsage(err):
		return exitUsage
	}
	return exitFound
}

// sentence is an error without the word that only says which kind it is.
func sentence(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+models.ErrInvalid.Error())
}

// isUsage reports whether the user has something to correct.
func isUsage(err error) bool {
	_, badConfig := errors.AsType[config.Problems](err)
	_, badSource := errors.AsType[*rules.SourceErrors](err)
	return badConfig || badSource
}

// codedError ends the program with a code, quietly where err is nil.
type codedError struct {
	code int
	err  error
}

// Error says what went wrong.
func (e codedError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e codedError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return codedError{exitUsage, fmt.Errorf(format, args...)}
}

type versionCmd struct {
	SBOM bool `name:"sbom" help:"Print what is in this binary instead, as CycloneDX JSON."`
}

// Help shows examples.
func (versionCmd) Help() string {
	return `  takeback version
  takeback version --sbom > takeback.cdx.json`
}

// Run prints the version, or the bill of materials.
func (v versionCmd) Run(c terminal) error {
	if v.SBOM {
		return printSBOM(c.out)
	}
	_, err := fmt.Fprintln(c.out, "takeback", version)
	return err
}
