package tencent

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

const (
	signWindow    = 60 * time.Second // how far RequestTime may lie from now, as the service advises
	maxParameters = 32               // of a webhook's query; the service sends seven
)

// Why a webhook was refused, for a counter; the caller's answer never says it.
var (
	errParameters = fmt.Errorf("a query parameter is given twice: %w", platforms.ErrForged)
	errTooMany    = fmt.Errorf("too many query parameters: %w", platforms.ErrForged)
	errApp        = fmt.Errorf("wrong SdkAppid: %w", platforms.ErrForged)
	errUnsigned   = fmt.Errorf("no usable signature: %w", platforms.ErrForged)
	errStale      = fmt.Errorf("request time is outside the window: %w", platforms.ErrStale)
	errSign       = fmt.Errorf("wrong signature: %w", platforms.ErrForged)
)

// Authenticate checks the SdkAppid, the signature and its age. The signature
// covers neither command nor body, and all webhooks of one second share it, so
// a signature seen before is no sign of a forgery. Errors wrap
// platforms.ErrForged and never hold anything of the request.
func (a *Adapter) Authenticate(r platforms.Request) error {
	if err := singular(r.Query); err != nil {
		return err
	}
	if r.Query.Get("SdkAppid") != a.query {
		return errApp
	}
	if a.config.WebhookToken == "" {
		return nil // New took care that this was asked for
	}
	return a.checkSign(r.Query.Get("Sign"), r.Query.Get("RequestTime"), r.Now)
}

func (a *Adapter) checkSign(sign, requestTime string, now time.Time) error {
	at, ok := decimal(requestTime)
	if !ok || len(sign) != 2*sha256.Size {
		return errUnsigned
	}
	sum := sha256.Sum256([]byte(a.config.WebhookToken + requestTime))
	var want [2 * sha256.Size]byte
	hex.Encode(want[:], sum[:])
	if subtle.ConstantTimeCompare(want[:], []byte(sign)) != 1 {
		return errSign
	}
	if age := now.Unix() - at; age > int64(signWindow/time.Second) || -age > int64(signWindow/time.Second) {
		return errStale // what nobody signed says nothing of anybody's clock
	}
	return nil
}

// Clock implements platforms.Clocked: the service signs the second of its call.
func (a *Adapter) Clock(r platforms.Request) time.Time {
	at, ok := decimal(r.Query.Get("RequestTime"))
	if !ok || a.config.WebhookToken == "" {
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
}

// singular refuses a query in which a parameter is given twice, also when the
// two differ in case only: readers that disagree on which counts can be played
// against each other.
func singular(q url.Values) error {
	if len(q) > maxParameters {
		return errTooMany
	}
	for name, values := range q {
		if len(values) != 1 {
			return errParameters
		}
		for other := range q {
			if other != name && strings.EqualFold(other, name) {
				return errParameters
			}
		}
	}
	return nil
}

// decimal reads a time in seconds written as plain digits, without sign,
// leading zero or space.
func decimal(s string) (int64, bool) {
	if s == "" || len(s) > 12 || s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
