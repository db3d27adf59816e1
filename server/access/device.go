package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// DeviceFor is how long a browser is known after its last sign-in.
const DeviceFor = 90 * 24 * time.Hour

const deviceID = 16 // bytes

// Devices tells the browsers in which somebody has signed in from all others. What such
// a browser keeps says so itself, under a signature over the login and its password as
// it is kept: another login has no use for it, and it is void when the password changes.
// It signs nobody in.
type Devices struct{ Secret []byte }

// Know returns what a browser keeps in which a login has just signed in.
func (d Devices) Know(m models.Moderator, now time.Time) string {
	var id [deviceID]byte
	_, _ = rand.Read(id[:]) // never fails
	b := binary.BigEndian.AppendUint64(id[:], uint64(now.Add(DeviceFor).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, d.sign(b, m)...))
}

// Known returns the name of a browser that a login knows, by what it keeps; empty: it
// knows none of the kind.
func (d Devices) Known(text string, m models.Moderator, now time.Time) string {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(d.Secret) == 0 || m.ID == "" || len(b) != deviceID+8+sha256.Size {
		return ""
	}
	body := b[:deviceID+8]
	until := time.Unix(int64(binary.BigEndian.Uint64(body[deviceID:])), 0)
	if !hmac.Equal(b[len(body):], d.sign(body, m)) || !now.Before(until) {
		return ""
	}
	return hex.EncodeToString(body[:deviceID])
}

func (d Devices) sign(body []byte, m models.Moderator) []byte {
	h := hmac.New(sha256.New, d.Secret)
	for _, part := range [][]byte{body, []byte(m.ID), []byte(m.PasswordHash)} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)
}
