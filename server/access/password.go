package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is what argon2id spends on one password.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// today is OWASP's advice of 19 MiB and two passes: about 30 ms here.
var today = cost{memory: 19 * 1024, passes: 2, threads: 1}

const (
	// MinPassword is the least number of characters of a password.
	MinPassword = 15
	// MaxPassword is the largest number of characters of a password.
	MaxPassword = 128

	saltBytes = 16
	keyBytes  = 32
)

// hashing bounds how many passwords are hashed at once, and with it the memory
// that strangers at the sign-in can make us spend: 4 times 19 MiB.
var hashing = make(chan struct{}, 4)

var errPHC = errors.New("not an argon2id hash")

// HashPassword returns the PHC string of the password of a login, for
// models.Moderator. An error wraps models.ErrInvalid where CheckPassword finds
// something; it never holds the password. It waits its turn until ctx ends.
func HashPassword(ctx context.Context, name, password string) (string, error) {
	if weak := CheckPassword(name, password); weak != "" {
		return "", invalid(weakWords[weak])
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt)
	key, err := derive(ctx, password, salt, today, keyBytes)
	if err != nil {
		return "", err
	}
	return phc(today, salt, key), nil
}

// VerifyPassword reports whether a password fits a PHC string, and whether the
// string was made at another cost than today's, so that it should be made anew
// now that the password is at hand. An empty PHC string (nobody has that login)
// takes as long as a real one and never fits. An error means that nothing was
// found out: ctx ended, or the string cannot be read.
func VerifyPassword(ctx context.Context, phcString, password string) (fits, stale bool, err error) {
	known := phcString != ""
	if !known {
		phcString = decoy
	}
	c, salt, want, err := parsePHC(phcString)
	if err != nil {
		return false, false, err
	}
	if len(password) > MaxPassword*utf8.UTFMax {
		password, known = "", false
	}
	got, err := derive(ctx, password, salt, c, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	fits = subtle.ConstantTimeCompare(got, want) == 1 && known
	return fits, fits && (c != today || len(salt) != saltBytes || len(want) != keyBytes), nil
}

// decoy has today's cost; no password is known to fit it, and none is let fit it.
var decoy = phc(today, make([]byte, saltBytes), make([]byte, keyBytes))

func derive(ctx context.Context, password string, salt []byte, c cost, size uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
	// Composed or not, what is typed alike is alike.
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.passes, c.memory, c.threads, size), nil
}

func phc(c cost, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		c.memory, c.passes, c.threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parsePHC reads $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY. Costs are bounded, since
// a damaged row must not take all memory.
func parsePHC(s string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, errPHC
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || !c.sane() || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errPHC
	}
	return c, salt, key, nil
}

func (c cost) sane() bool {
	return c.memory >= 8 && c.memory <= 1<<20 && c.passes >= 1 && c.passes <= 16 && c.threads >= 1
}
