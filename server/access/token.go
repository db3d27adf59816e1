package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

const (
	tokenPrefix = "tb_"
	tokenRandom = 32 // bytes
	tokenBytes  = tokenRandom + crc32.Size
	tokenDigits = 49 // base62 digits that hold any tokenBytes bytes
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewTokenSecret makes an API token: "tb_" and 49 base62 digits that hold 32
// random bytes and their CRC-32, and the hash under which it is kept. The plain
// text is shown once and kept nowhere.
func NewTokenSecret() (plain string, hash []byte) {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:tokenRandom]) // crypto/rand.Read never fails since Go 1.24
	binary.BigEndian.PutUint32(b[tokenRandom:], crc32.ChecksumIEEE(b[:tokenRandom]))
	plain = tokenPrefix + encode62(b)
	return plain, tokenHash(plain)
}

// Token returns the caller that a bearer token stands for, a user token too, or
// models.ErrNotFound.
// What cannot be a token costs no query: the checksum is looked at first, so
// that a mistyped or guessed token is told by arithmetic.
func (d *Door) Token(ctx context.Context, bearer string) (models.Caller, error) {
	if strings.HasPrefix(bearer, userPrefix) {
		return d.user(ctx, bearer)
	}
	if !TokenShaped(bearer) {
		return models.Caller{}, fmt.Errorf("token: %w", models.ErrNotFound)
	}
	t, err := d.store.TokenByHash(ctx, tokenHash(bearer))
	if err != nil {
		return models.Caller{}, fmt.Errorf("token: %w", err)
	}
	if !t.RevokedAt.IsZero() {
		return models.Caller{}, fmt.Errorf("token: %w", models.ErrNotFound)
	}
	c := t.Caller
	c.Actor = "token:" + t.Name
	return c, nil
}

// TokenShaped reports whether s has the form and the checksum of a token.
func TokenShaped(s string) bool {
	digits, ok := strings.CutPrefix(s, tokenPrefix)
	if !ok {
		return false
	}
	b, ok := decode62(digits)
	return ok && crc32.ChecksumIEEE(b[:tokenRandom]) == binary.BigEndian.Uint32(b[tokenRandom:])
}

// tokenHash needs no salt and no stretching: the secret is 256 random bits.
func tokenHash(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

func encode62(b [tokenBytes]byte) string {
	n, base, digit := new(big.Int).SetBytes(b[:]), big.NewInt(62), new(big.Int)
	var out [tokenDigits]byte
	for i := tokenDigits - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = base62[digit.Int64()]
	}
	return string(out[:])
}

func decode62(digits string) (b [tokenBytes]byte, ok bool) {
	if len(digits) != tokenDigits {
		return b, false
	}
	n, base := new(big.Int), big.NewInt(62)
	for i := range len(digits) {
		at := strings.IndexByte(base62, digits[i])
		if at < 0 {
			return b, false
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(at)))
	}
	if n.BitLen() > 8*tokenBytes {
		return b, false
	}
	n.FillBytes(b[:])
	return b, true
}
