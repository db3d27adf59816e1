package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// Audit says where it is written down, outside the database, how far the audit got.
type Audit struct {
	// Checkpoints is a file that signed checkpoints are added to; empty: they are in the
	// log alone.
	Checkpoints string        `koanf:"checkpoints"`
	Every       time.Duration `koanf:"every" validate:"min=1s,max=24h"`
	// KeyFile holds what signs them, 32 random bytes in base64; empty: a key that is
	// derived from the keyset.
	KeyFile string `koanf:"key_file"`
	Key     Secret `koanf:"key" secret:"key_file"`
}

// Seed is what the key that signs checkpoints is made of; nil: it is derived from the
// keyset.
func (a Audit) Seed() ([]byte, error) {
	if a.Key == "" {
		return nil, nil
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(a.Key.Reveal()))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("must hold 32 bytes in base64: openssl rand -base64 32")
	}
	return seed, nil
}
