package models

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// AuditHead is where a chain of the audit stands: its last entry.
type AuditHead struct {
	Chain string
	Seq   int64
	Hash  []byte
}

// AuditCheckpoint says where all chains of the audit stood at a moment. Signed and kept
// outside the database, it gives away an end that was cut off, and a chain that was
// written anew from wherever.
type AuditCheckpoint struct {
	At    time.Time
	Node  string // who looked
	Heads []AuditHead
}

// checkpointDomain stands before what is signed, so that no signature is one of
// something else.
const checkpointDomain = "takeback audit checkpoint 1\n"

type checkpointJSON struct {
	At    time.Time  `json:"at"`
	Node  string     `json:"node"`
	Heads []headJSON `json:"heads"`
}

type headJSON struct {
	Chain string `json:"chain"`
	Seq   int64  `json:"seq"`
	Hash  string `json:"hash"`
}

// Sign returns the checkpoint as one line: the signature in base64, a space, and JSON.
func (c AuditCheckpoint) Sign(key ed25519.PrivateKey) (string, error) {
	plain := checkpointJSON{At: c.At.UTC(), Node: c.Node, Heads: []headJSON{}}
	for _, h := range c.Heads {
		plain.Heads = append(plain.Heads, headJSON{h.Chain, h.Seq, hex.EncodeToString(h.Hash)})
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return "", fmt.Errorf("encode a checkpoint: %w", err)
	}
	signature := ed25519.Sign(key, append([]byte(checkpointDomain), text...))
	return base64.StdEncoding.EncodeToString(signature) + " " + string(text), nil
}

// Why a line is not a checkpoint that counts.
var (
	ErrNoCheckpoint     = errors.New("is no checkpoint")
	ErrCheckpointForged = errors.New("does not bear a signature of the key that it is checked with")
)

// ParseAuditCheckpoint reads a line that Sign made with one of some keys.
func ParseAuditCheckpoint(line string, keys ...ed25519.PublicKey) (AuditCheckpoint, error) {
	encoded, text, ok := strings.Cut(strings.TrimSpace(line), " ")
	signature, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(signature) != ed25519.SignatureSize {
		return AuditCheckpoint{}, ErrNoCheckpoint
	}
	signed := append([]byte(checkpointDomain), text...)
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, signature) {
			return readCheckpoint(text)
		}
	}
	return AuditCheckpoint{}, ErrCheckpointForged
}

func readCheckpoint(text string) (AuditCheckpoint, error) {
	var plain checkpointJSON
	if json.Unmarshal([]byte(text), &plain) != nil {
		return AuditCheckpoint{}, ErrNoCheckpoint
	}
	c := AuditCheckpoint{At: plain.At, Node: plain.Node}
	for _, h := range plain.Heads {
		hash, err := hex.DecodeString(h.Hash)
		if err != nil || h.Seq < 1 {
			return AuditCheckpoint{}, ErrNoCheckpoint
		}
		c.Heads = append(c.Heads, AuditHead{h.Chain, h.Seq, hash})
	}
	return c, nil
}
