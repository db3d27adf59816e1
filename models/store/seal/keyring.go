// Package seal encrypts what people wrote before it is stored, and makes the
// keyed fingerprints by which equal values are told without being known.
//
// It imports the standard library only.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrSeal says that sealed bytes do not open: they were changed, cut, moved to
// another row or column, or belong to a key that this keyring does not hold.
var ErrSeal = errors.New("sealed bytes do not open")

const (
	version    = 1
	headerSize = 1 + 4 // version and key id
	keySize    = 32
	nonceSize  = 12
	tagSize    = 16
)

// Keyring holds the keys that seal and open, one of them the primary that new
// seals are made with, and the fingerprint key, which no rotation changes. It
// is safe for concurrent use and never prints a key.
type Keyring struct {
	path        string // where it came from; empty when made from bytes
	primary     uint32
	keys        []key
	fingerprint []byte
	macs        *sync.Pool // of hash.Hash keyed with fingerprint
	later       *later
}

// later is what the file of a keyring came to hold after it was read: another
// process may have rotated the keys.
type later struct {
	ring   atomic.Pointer[Keyring]
	looked atomic.Int64 // unix milliseconds of the last look into the file
}

// lookEvery bounds how often a file is read for a key that is not known.
const lookEvery = time.Second

// key is one AES-256 key, its cipher made once.
type key struct {
	id      uint32
	created time.Time
	secret  []byte
	aead    cipher.AEAD
}

func newKey(id uint32, created time.Time, secret []byte) (key, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return key{}, fmt.Errorf("key %d: %w", id, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, fmt.Errorf("key %d: %w", id, err)
	}
	return key{id: id, created: created, secret: secret, aead: aead}, nil
}

func newKeyring(path string, primary uint32, keys []key, fingerprint []byte) *Keyring {
	return &Keyring{
		path: path, primary: primary, keys: keys, fingerprint: fingerprint,
		macs:  &sync.Pool{New: func() any { return hmac.New(sha256.New, fingerprint) }},
		later: &later{},
	}
}

// fresh makes a keyring with one new key and a new fingerprint key.
func fresh(now time.Time) (*Keyring, error) {
	k, err := newKey(1, now.UTC(), random(keySize))
	if err != nil {
		return nil, err
	}
	return newKeyring("", 1, []key{k}, random(keySize)), nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return b
}

// Primary returns the id of the key that new seals are made with.
func (r *Keyring) Primary() uint32 { return r.newest().primary }

// newest is the keyring as it was last read from its file.
func (r *Keyring) newest() *Keyring {
	if n := r.later.ring.Load(); n != nil {
		return n
	}
	return r
}

// Seal encrypts plaintext for one cell: the column of a table in the row of
// that id. What it returns opens for that cell only. Layout: version byte, key
// id (4 bytes), nonce (12), ciphertext and tag.
func (r *Keyring) Seal(plaintext []byte, table, column, row string) []byte {
	n := r.newest()
	k := n.key(n.primary)
	var space [192]byte
	out := make([]byte, headerSize, headerSize+nonceSize+len(plaintext)+tagSize)
	out[0] = version
	binary.BigEndian.PutUint32(out[1:], k.id)
	return k.aead.Seal(out, nil, plaintext, cell(space[:0], table, column, row, k.id))
}

// Open decrypts what Seal returned for the same cell. The error wraps ErrSeal.
func (r *Keyring) Open(sealed []byte, table, column, row string) ([]byte, error) {
	id, ok := KeyID(sealed)
	if !ok {
		return nil, fmt.Errorf("%s.%s of %s: %w: no header", table, column, row, ErrSeal)
	}
	k := r.find(id)
	if k == nil {
		return nil, fmt.Errorf("%s.%s of %s: %w: no key %d in the keyset", table, column, row, ErrSeal, id)
	}
	var space [192]byte
	plain, err := k.aead.Open(nil, nil, sealed[headerSize:], cell(space[:0], table, column, row, id))
	if err != nil {
		return nil, fmt.Errorf("%s.%s of %s: %w", table, column, row, ErrSeal)
	}
	return plain, nil
}

// KeyID returns the id of the key that sealed the bytes.
func KeyID(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < headerSize+nonceSize+tagSize || sealed[0] != version {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:]), true
}

// cell is the associated data: it ties a seal to its place. Table and column
// are our own names and hold no zero byte, so the parts cannot run together.
func cell(b []byte, table, column, row string, id uint32) []byte {
	b = append(append(b, table...), 0)
	b = append(append(b, column...), 0)
	b = append(append(b, row...), 0)
	return binary.BigEndian.AppendUint32(b, id)
}

// find returns a key, looking into the file again for one that is not known.
func (r *Keyring) find(id uint32) *key {
	if k := r.key(id); k != nil {
		return k
	}
	if k := r.newest().key(id); k != nil {
		return k
	}
	r.look()
	return r.newest().key(id)
}

// look reads the file again, unless that was done a moment ago. What cannot be
// read, or belongs to other data, changes nothing.
func (r *Keyring) look() {
	now, last := time.Now().UnixMilli(), r.later.looked.Load()
	passed := now - last // negative where the clock was set back
	if r.path == "" || passed >= 0 && passed < lookEvery.Milliseconds() || !r.later.looked.CompareAndSwap(last, now) {
		return
	}
	if n, err := Load(r.path); err == nil && hmac.Equal(n.fingerprint, r.fingerprint) {
		r.later.ring.Store(n)
	}
}

func (r *Keyring) key(id uint32) *key {
	for i := range r.keys {
		if r.keys[i].id == id {
			return &r.keys[i]
		}
	}
	return nil
}

// Fingerprint returns a keyed hash of a detector's name and a normalised value,
// 128 bits in hex. Equal values are equal; without the key nothing can be
// guessed from it.
func (r *Keyring) Fingerprint(detector, value string) string {
	sum := r.sum("fingerprint", func(h hash.Hash) {
		write(h, []byte(detector))
		write(h, []byte(value))
	})
	return hex.EncodeToString(sum[:16])
}

// Digest returns a keyed hash of parts, 128 bits, by which equal contents are
// told. The domain keeps digests of different things apart.
func (r *Keyring) Digest(domain string, parts ...[]byte) []byte {
	sum := r.sum("digest:"+domain, func(h hash.Hash) {
		for _, p := range parts {
			write(h, p)
		}
	})
	return bytes.Clone(sum[:16])
}

// Derive returns a secret of 32 bytes for one purpose, by HKDF-SHA-256 (RFC
// 5869) from the fingerprint key. It is the same for every keyring of one keyset, before
// and after rotations, as fingerprints are: what was made with it needs no making
// anew. Secrets of two purposes say nothing of each other, nor of the keys.
func (r *Keyring) Derive(purpose string) []byte {
	secret, err := hkdf.Key(sha256.New, r.fingerprint, nil, "takeback derive "+purpose, keySize)
	if err != nil {
		panic("derive a secret: " + err.Error()) // cannot happen: the length is a constant
	}
	return secret
}

func (r *Keyring) sum(domain string, feed func(hash.Hash)) (out [sha256.Size]byte) {
	h := r.macs.Get().(hash.Hash) //nolint:forcetypeassert // the pool holds nothing else
	defer r.macs.Put(h)
	h.Reset()
	write(h, []byte(domain))
	feed(h)
	h.Sum(out[:0])
	return out
}

// write adds one part with its length in front, so that no two lists of parts
// have the same bytes.
func write(h hash.Hash, part []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(part)))
	h.Write(n[:])
	h.Write(part)
}

// Ids returns the ids of the keys held, oldest first.
func (r *Keyring) Ids() []uint32 {
	ids := make([]uint32, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.id
	}
	slices.Sort(ids)
	return ids
}

// Format prints how many keys there are and which is the primary, whatever the verb.
func (r Keyring) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "keyring(%d keys, primary %d)", len(r.keys), r.primary)
}

// LogValue shows how many keys there are and which is the primary.
func (r Keyring) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("keys", len(r.keys)), slog.Uint64("primary", uint64(r.primary)))
}

// MarshalJSON refuses: a keyring is written to its own file alone.
func (r Keyring) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a keyring is not printed")
}
