package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // what RFC 6238 and every authenticator app use
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	totpPeriod = 30 // seconds a code is for
	totpDrift  = 1  // codes before and after that are taken too: clocks differ
	totpSecret = 20 // bytes

	recoveryCodes  = 10
	recoveryLength = 12 // characters of 5 bits
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTPSecret makes the secret that an authenticator app and the service share.
func NewTOTPSecret() []byte {
	b := make([]byte, totpSecret)
	_, _ = rand.Read(b) // never fails
	return b
}

// TOTPText is the secret as it is typed into an app.
func TOTPText(secret []byte) string { return base32Plain.EncodeToString(secret) }

// TOTPURL is what the QR code for an app says.
func TOTPURL(name string, secret []byte) string {
	return "otpauth://totp/takeback:" + url.PathEscape(name) + "?issuer=takeback&secret=" + TOTPText(secret)
}

// CheckTOTP reports whether a code is the secret's of this moment, give or take
// one, and of which step it is. A step up to last does not count: no code is
// taken twice. Used says that it would fit but for that.
func CheckTOTP(secret []byte, code string, now time.Time, last int64) (step int64, fits, used bool) {
	code = strings.Map(noBlank, code)
	current := now.Unix() / totpPeriod
	for s := current - totpDrift; s <= current+totpDrift; s++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) != 1 {
			continue
		}
		if s > last {
			return s, true, false
		}
		used = true
	}
	return 0, false, used
}

// noBlank drops the blanks that apps show and people copy.
func noBlank(r rune) rune {
	if r == ' ' || r == '\u00a0' {
		return -1
	}
	return r
}

// totpCode is the code of a step, by RFC 4226 and 6238.
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // to a hash: never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// NewRecoveryCodes makes codes that each stand once for one of an app: 60 random
// bits, in groups of four.
func NewRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		s := strings.ToLower(base32Plain.EncodeToString(b[:]))[:recoveryLength]
		codes[i] = s[:4] + "-" + s[4:8] + "-" + s[8:]
	}
	return codes
}

// RecoveryCode returns a recovery code as it is kept, however it was typed; empty:
// it cannot be one.
func RecoveryCode(typed string) string {
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(typed))
	if len(s) != recoveryLength {
		return ""
	}
	return s
}
