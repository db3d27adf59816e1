package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// SetupPath is where the links that set up a login lead; the secret follows.
const SetupPath = "/set-up/"

// NewSetupSecret makes the secret of a set-up link, and the hash under which the
// link is kept.
func NewSetupSecret() (plain string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	plain = base64.RawURLEncoding.EncodeToString(b[:])
	return plain, SetupHash(plain)
}

// SetupHash is the hash under which the link with a secret is kept.
func SetupHash(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}
