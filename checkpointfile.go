package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// checkpointKey signs checkpoints, and tells those that it signed.
type checkpointKey struct {
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

// auditKey is the configured one, or one that the keyset gives.
func auditKey(conf config.Config, keys *seal.Keyring) (checkpointKey, error) {
	seed, err := conf.Audit.Seed()
	if err != nil {
		return checkpointKey{}, usage("audit.key_file: %w", err)
	}
	if seed == nil {
		seed = keys.Derive("audit checkpoints")
	}
	private := ed25519.NewKeyFromSeed(seed)
	return checkpointKey{private, private.Public().(ed25519.PublicKey)}, nil //nolint:forcetypeassert // its documentation says so
}

// addLine adds a line to a file, on disk when it returns; an empty name is no file.
// Several processes may do so at once. What a crash left half written goes first.
func addLine(name, line string) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	if err := cutHalf(f); err != nil {
		return err
	}
	if _, err := f.WriteString(line + "\n"); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// longestLine bounds what a crash may leave.
const longestLine = 1 << 20

// cutHalf removes a last line that has no end.
func cutHalf(f *os.File) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return err
	}
	tail := make([]byte, min(size, longestLine))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return err
	}
	whole := bytes.LastIndexByte(tail, '\n') + 1
	if whole == len(tail) {
		return nil
	}
	return f.Truncate(size - int64(len(tail)-whole))
}

func syncFolder(name string) error {
	d, err := os.Open(name) //nolint:gosec // the folder of the operator's path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readCheckpoints reads what addLine wrote; faults are the lines that do not count, in
// sentences.
func readCheckpoints(in io.Reader, keys ...ed25519.PublicKey) (all []models.AuditCheckpoint, faults []string, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		c, err := models.ParseAuditCheckpoint(lines.Text(), keys...)
		if err != nil {
			faults = append(faults, fmt.Sprintf("line %d of the checkpoints %v.", n, err))
			continue
		}
		all = append(all, c)
	}
	return all, faults, lines.Err()
}

// publicKeys reads keys as "takeback audit public-key" prints them.
func publicKeys(texts []string) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	for _, text := range texts {
		key, err := hex.DecodeString(text)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, usage("--public-key %s: must be 64 hex digits, as \"takeback audit public-key\" prints them", text)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
