package keyed

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A file is: its kind (8 bytes), a salt (16), the name of the key (8), the
// length of the head (4), the head in JSON, the body, and HMAC-SHA-256 over all
// of that. The keys come from the secret and the salt by HKDF-SHA-256 (RFC 5869), so that two
// files of one list have nothing in common.
const (
	kindSize = 8
	// SaltSize is how many random bytes a new file needs.
	SaltSize  = 16
	nameSize  = 8
	frontSize = kindSize + SaltSize + nameSize + 4
	macSize   = sha256.Size
	maxHead   = 4 << 20
)

// The sentences in which a file is refused.
var (
	ErrKind    = errors.New("the file is not an index of this kind")
	ErrCut     = errors.New("the file is cut off: it ends before its contents do")
	ErrKey     = errors.New("the file was made with another key: build it again with the keyset of this service")
	ErrChanged = errors.New("the file was changed or damaged after it was made: build it again")
)

// Keys are what one file is made and read with.
type Keys struct {
	Hash Hash
	salt []byte
	name []byte // says which key it is, and nothing of it
	mac  []byte
}

// NewKeys makes the keys of a file from the service's secret, 32 bytes that are
// for files of this kind only, and the file's salt.
func NewKeys(secret, salt []byte) (Keys, error) {
	if len(secret) < 32 || len(salt) != SaltSize {
		return Keys{}, errors.New("an index needs a secret of 32 bytes and a salt of 16")
	}
	b, err := hkdf.Key(sha256.New, secret, salt, "takeback keyed index", 16+nameSize+macSize)
	if err != nil {
		return Keys{}, fmt.Errorf("derive the keys: %w", err)
	}
	return Keys{Hash: NewHash(b), salt: bytes.Clone(salt), name: b[16 : 16+nameSize], mac: b[16+nameSize:]}, nil
}

// Write returns a file of a kind, which is a name of at most 8 bytes.
func (k Keys) Write(kind string, head any, body []byte) ([]byte, error) {
	top, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write the head: %w", err)
	}
	if len(top) > maxHead {
		return nil, fmt.Errorf("the head is larger than %d bytes", maxHead)
	}
	out := make([]byte, kindSize, frontSize+len(top)+len(body)+macSize)
	copy(out, kind)
	out = append(append(out, k.salt...), k.name...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(top)))
	out = append(append(out, top...), body...)
	return append(out, k.seal(out)...), nil
}

func (k Keys) seal(b []byte) []byte {
	h := hmac.New(sha256.New, k.mac)
	h.Write(b)
	return h.Sum(nil)
}

// Open reads a file of a kind: its head into head, strictly. What it returns is what Write
// was given, to the byte: a file of another kind or key, one that was cut, and one in which
// anything was changed are refused in a sentence. The body is part of data.
func Open(kind string, data, secret []byte, head any) (Keys, []byte, error) {
	var want [kindSize]byte
	copy(want[:], kind)
	if len(data) < kindSize || !bytes.Equal(data[:kindSize], want[:]) {
		return Keys{}, nil, ErrKind
	}
	if len(data) < frontSize+macSize {
		return Keys{}, nil, ErrCut
	}
	k, err := NewKeys(secret, data[kindSize:kindSize+SaltSize])
	if err != nil {
		return Keys{}, nil, err
	}
	if !hmac.Equal(k.name, data[kindSize+SaltSize:frontSize-4]) {
		return Keys{}, nil, ErrKey
	}
	rest := data[:len(data)-macSize]
	if !hmac.Equal(k.seal(rest), data[len(rest):]) {
		return Keys{}, nil, ErrChanged
	}
	return k.read(rest, head)
}

// read takes a file apart whose seal holds.
func (k Keys) read(rest []byte, head any) (Keys, []byte, error) {
	size := int(binary.BigEndian.Uint32(rest[frontSize-4:]))
	if rest = rest[frontSize:]; size > len(rest) {
		return Keys{}, nil, ErrCut
	}
	d := json.NewDecoder(bytes.NewReader(rest[:size]))
	d.DisallowUnknownFields()
	if err := d.Decode(head); err != nil {
		return Keys{}, nil, errors.New("the file was made by another version of takeback: build it again")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Keys{}, nil, ErrChanged
	}
	return k, rest[size:], nil
}
