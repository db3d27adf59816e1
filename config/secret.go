package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// Secret is a value that never prints; Reveal gives it.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Format prints that there is a secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.shown())) }

// LogValue shows that there is a secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalText writes that there is a secret, so that no encoder gives it away.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return redacted
}

// maxSecret bounds a secret file in bytes: a larger one is surely the wrong file.
const maxSecret = 64 << 10

// readSecret reads a secret file: its text without the white space around it.
// The errors are sentences about the file.
func readSecret(path string) (Secret, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %s", path)
	case err != nil:
		return "", fmt.Errorf("cannot look at %s", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file", path)
	case info.Mode().Perm()&0o007 != 0:
		return "", fmt.Errorf("%s may be read by everybody on this machine (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	case info.Size() > maxSecret:
		return "", fmt.Errorf("%s is too large for a secret", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot read %s", path)
	}
	s := strings.TrimSpace(string(text))
	if s == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return Secret(s), nil
}
