package tencent

import (
	"fmt"
	"sync"
	"time"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"
)

const (
	sigLife  = 24 * time.Hour // of a UserSig
	sigRenew = sigLife / 2    // well before its end, so that clocks may differ
)

// signer makes the UserSig of the administrator account and keeps it until it
// is time for another.
type signer struct {
	config Config

	mu   sync.Mutex // guards sig and made
	sig  string
	made time.Time
}

// get returns a UserSig that will be valid for hours.
func (s *signer) get() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	if age := now.Sub(s.made); s.sig != "" && age >= 0 && age < sigRenew {
		return s.sig, nil
	}
	sig, err := tencentyun.GenUserSig(int(s.config.SDKAppID), s.config.SecretKey, s.config.Admin, int(sigLife/time.Second))
	if err != nil {
		return "", fmt.Errorf("sign in as the administrator account: %w", err)
	}
	s.sig, s.made = sig, now
	return sig, nil
}

// drop forgets a UserSig that the service refused, unless another has replaced
// it already.
func (s *signer) drop(refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sig == refused {
		s.sig = ""
	}
}
