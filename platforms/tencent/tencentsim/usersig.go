package tencentsim

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// userSig is what a UserSig holds once unpacked.
type userSig struct {
	Version    string `json:"TLS.ver"`
	Identifier string `json:"TLS.identifier"`
	SDKAppID   uint64 `json:"TLS.sdkappid"`
	Expire     int64  `json:"TLS.expire"` // seconds
	Time       int64  `json:"TLS.time"`   // Unix seconds
	UserBuf    string `json:"TLS.userbuf,omitempty"`
	Sig        string `json:"TLS.sig"`
}

// maxUserSig bounds what an unpacked UserSig may be, so that a small text cannot
// blow up to a big one.
const maxUserSig = 16 << 10

var (
	toPlainBase64 = strings.NewReplacer("*", "+", "-", "/", "_", "=")
	toUserSig     = strings.NewReplacer("+", "*", "/", "-", "=", "_")
)

func unpackUserSig(text string) (userSig, error) {
	packed, err := base64.StdEncoding.DecodeString(toPlainBase64.Replace(text))
	if err != nil {
		return userSig{}, fmt.Errorf("unpack UserSig: %w", err)
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return userSig{}, fmt.Errorf("unpack UserSig: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxUserSig))
	if err != nil {
		return userSig{}, fmt.Errorf("unpack UserSig: %w", err)
	}
	var sig userSig
	if err := json.Unmarshal(raw, &sig); err != nil {
		return userSig{}, fmt.Errorf("unpack UserSig: %w", err)
	}
	return sig, nil
}

// mac is the signature that belongs into TLS.sig. The key is used as text.
func (u userSig) mac(key string) string {
	content := fmt.Sprintf("TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", u.Identifier, u.SDKAppID, u.Time, u.Expire)
	if u.UserBuf != "" {
		content += "TLS.userbuf:" + u.UserBuf + "\n"
	}
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(content))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// checkUserSig returns 0, or the code that says what is wrong with a UserSig.
func (s *Sim) checkUserSig(text, identifier string, now time.Time) int {
	sig, err := unpackUserSig(text)
	switch {
	case err != nil || sig.Version != "2.0":
		return codeSigInvalid
	case !hmac.Equal([]byte(sig.mac(s.opt.Key)), []byte(sig.Sig)):
		return codeSigWrongKey
	case sig.Identifier != identifier:
		return codeSigUser
	case sig.SDKAppID != uint64(s.opt.SDKAppID):
		return codeSigApp
	case now.Unix() > sig.Time+sig.Expire:
		return codeSigExpired
	}
	return codeOK
}

// UserSig makes a UserSig for an account, valid from now for a while, so that the
// simulator can be called by hand.
func (s *Sim) UserSig(identifier string, valid time.Duration) string {
	sig := userSig{
		Version: "2.0", Identifier: identifier, SDKAppID: uint64(s.opt.SDKAppID),
		Expire: int64(valid.Seconds()), Time: s.now().Unix(),
	}
	sig.Sig = sig.mac(s.opt.Key)
	raw, err := json.Marshal(sig)
	if err != nil {
		panic("tencentsim: a UserSig does not encode: " + err.Error()) // numbers and text always do
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(raw) // a buffer takes everything
	_ = w.Close()
	return toUserSig.Replace(base64.StdEncoding.EncodeToString(b.Bytes()))
}
