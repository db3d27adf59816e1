package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

type auditCmd struct {
	Verify     auditVerify     `cmd:"" help:"Walk every chain of the audit log and name the first entry that does not hold."`
	Checkpoint auditCheckpoint `cmd:"" help:"Print a signed line that says how far the audit got, to be kept elsewhere."`
	PublicKey  auditPublicKey  `cmd:"" help:"Print the key that checkpoints are checked with."`
}

type auditVerify struct {
	configFlag
	Checkpoints []string `help:"Files of checkpoints to compare with; - is standard input (default: the one of the settings)." placeholder:"FILE"`
	PublicKey   []string `help:"What the checkpoints are signed with (default: what this node signs with)." placeholder:"HEX"`
}

// Help shows examples.
func (auditVerify) Help() string {
	return `The exit code is 1 when an entry does not hold. The service need not run. A chain
shows what was changed, taken out or put in, and a seal what was not written by takeback; that
an end was cut off, or all of it written anew by somebody who has the keyset too, shows
against checkpoints that this person could not write. Run it daily.

  takeback audit verify --config takeback.yaml
  takeback audit verify --checkpoints /mnt/elsewhere/takeback.checkpoints
  ssh log-host grep-checkpoints | takeback audit verify --checkpoints -`
}

// Run verifies the audit log; exit code 1 where it does not hold.
func (a auditVerify) Run(ctx context.Context, c terminal) error {
	return a.withStore(ctx, func(s *store.Store, conf config.Config) error {
		known, faults, err := a.known(conf, c.in)
		if err != nil {
			return err
		}
		report, err := s.VerifyAuditAgainst(ctx, known)
		if err != nil {
			return fmt.Errorf("verify the audit: %w", err)
		}
		return tellAudit(c.out, report, faults)
	})
}

func tellAudit(out io.Writer, report models.AuditReport, faults []string) error {
	for _, fault := range faults {
		_, _ = fmt.Fprintf(out, "BROKEN: %s\n", fault)
	}
	for _, b := range report.Broken {
		_, _ = fmt.Fprintf(out, "BROKEN: chain %s, entry %d: %s\n", b.Chain, b.Seq, b.Why)
	}
	if len(report.Broken)+len(faults) > 0 {
		return codedError{code: exitFound}
	}
	_, err := fmt.Fprintf(out, "The audit holds: %d entries in %d chains.\n", report.Entries, report.Chains)
	if err == nil && report.Removed > 0 {
		_, err = fmt.Fprintf(out, "Before them retention removed %d, as sealed cuts say.\n", report.Removed)
	}
	if err == nil && report.Checkpoints > 0 {
		_, err = fmt.Fprintf(out, "It agrees with %d checkpoints.\n", report.Checkpoints)
	}
	return err
}

// known reads the checkpoints, before the audit: what is written meanwhile is newer.
func (a auditVerify) known(conf config.Config, in io.Reader) (all []models.AuditCheckpoint, faults []string, err error) {
	keys, err := publicKeys(a.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	if len(keys) == 0 {
		own, err := ownAuditKey(conf)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, own.public)
	}
	files := a.Checkpoints
	if len(files) == 0 && conf.Audit.Checkpoints != "" {
		files = []string{conf.Audit.Checkpoints}
	}
	for _, name := range files {
		got, bad, err := fromFile(name, in, func(r io.Reader) ([]models.AuditCheckpoint, []string, error) {
			return readCheckpoints(r, keys...)
		})
		if errors.Is(err, fs.ErrNotExist) {
			bad, err = []string{"the checkpoints are gone: there is no file " + name + "."}, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("checkpoints: %w", err)
		}
		all, faults = append(all, got...), append(faults, bad...)
	}
	return all, faults, nil
}

func fromFile(name string, in io.Reader, read func(io.Reader) ([]models.AuditCheckpoint, []string, error)) ([]models.AuditCheckpoint, []string, error) {
	if name == "-" {
		return read(in)
	}
	f, err := os.Open(name) //nolint:gosec // the path is the operator's
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

func ownAuditKey(conf config.Config) (checkpointKey, error) {
	keys, err := seal.Load(conf.Keys)
	if err != nil {
		return checkpointKey{}, usage("keys: %w", err)
	}
	return auditKey(conf, keys)
}

type auditCheckpoint struct{ configFlag }

// Help shows examples.
func (auditCheckpoint) Help() string {
	return `A running service writes them by itself, to the file audit.checkpoints and to its log.

  takeback audit checkpoint --config takeback.yaml | ssh log-host "cat >> takeback.checkpoints"`
}

// Run prints a checkpoint.
func (a auditCheckpoint) Run(ctx context.Context, c terminal) error {
	return a.withStore(ctx, func(s *store.Store, conf config.Config) error {
		key, err := ownAuditKey(conf)
		if err != nil {
			return err
		}
		point, err := s.Checkpoint(ctx)
		if err != nil {
			return err
		}
		line, err := point.Sign(key.private)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, line)
		return err
	})
}

type auditPublicKey struct{ configFlag }

// Help shows examples.
func (auditPublicKey) Help() string {
	return `Give it to whoever verifies the audit elsewhere. It is no secret.

  takeback audit public-key --config takeback.yaml`
}

// Run prints the public key.
func (a auditPublicKey) Run(c terminal) error {
	conf, err := a.load()
	if err != nil {
		return err
	}
	key, err := ownAuditKey(conf)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, hex.EncodeToString(key.public))
	return err
}
