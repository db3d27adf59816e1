package config

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
)

// Hook is an endpoint of another system that is told what becomes of recalls,
// cases and breakers.
type Hook struct {
	// ID names it in logs and figures; default: the host of its URL.
	ID  string `koanf:"id" validate:"omitempty,max=100"`
	URL string `koanf:"url" validate:"required,http_url"`
	// SecretFile holds what its events are signed with: whsec_ and base64. While it is
	// changed it holds two, the new one first.
	SecretFile string `koanf:"secret_file"`
	Secret     Secret `koanf:"secret" secret:"secret_file"`
	// Events are what it is told of: recall.*, case.*, breaker.*, or single ones such
	// as recall.failed. Without any it is told of all.
	Events []string `koanf:"events" validate:"dive,required"`
}

const (
	hookPrefix             = "whsec_"
	minHookKey, maxHookKey = 24, 64 // bytes of a secret, by the scheme
	maxHookSecrets         = 5
	hookSecretForm         = "must hold a secret of 24 to 64 bytes as whsec_ and base64, for instance from: echo whsec_$(openssl rand -base64 32)"
	hookEventForm          = "must be recall.*, case.*, breaker.*, or one event such as recall.failed"
	hookFamilies           = "recall. case. breaker."
	hookEventLetters       = "abcdefghijklmnopqrstuvwxyz_.*"
)

// Keys returns what events are signed with, the newest first.
func (h Hook) Keys() ([][]byte, error) {
	var keys [][]byte
	for text := range strings.FieldsSeq(h.Secret.Reveal()) {
		raw, ok := strings.CutPrefix(text, hookPrefix)
		key, err := base64.StdEncoding.DecodeString(raw)
		if !ok || err != nil || len(key) < minHookKey || len(key) > maxHookKey {
			return nil, fmt.Errorf("%s", hookSecretForm)
		}
		keys = append(keys, key)
	}
	if len(keys) > maxHookSecrets {
		return nil, fmt.Errorf("must hold at most %d secrets", maxHookSecrets)
	}
	return keys, nil
}

// Server is the endpoint's address without what may be a secret in it.
func (h Hook) Server() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// hookDefaults fills what a hook leaves out.
func hookDefaults(h *Hook) {
	if u, err := url.Parse(h.URL); h.ID == "" && err == nil {
		h.ID = u.Hostname()
	}
}

func (l *loader) hooks(c *Config) {
	seen := map[string]bool{}
	for i, h := range c.Hooks {
		path := fmt.Sprintf("hooks[%d]", i)
		if seen[h.ID] {
			l.fault(path+".id", "two hooks have the same id; without one it is the host of the URL")
		}
		seen[h.ID] = true
		l.needSecret(path+".secret_file", h.Secret)
		if _, err := h.Keys(); err != nil {
			l.fault(path+".secret_file", "%v", err)
		}
		for n, e := range h.Events {
			if !hookEvent(e) {
				l.fault(fmt.Sprintf("%s.events[%d]", path, n), hookEventForm)
			}
		}
	}
}

func hookEvent(e string) bool {
	family, rest, ok := strings.Cut(e, ".")
	known := strings.Contains(hookFamilies, family+".")
	return ok && known && family != "" && rest != "" && strings.Trim(e, hookEventLetters) == "" && !strings.Contains(strings.TrimSuffix(rest, "*"), "*")
}
