package tencent

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// stub is a REST API that answers from a table and keeps what it was asked.
type stub struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex // guards the rest
	calls   []call
	answers map[string]func(body map[string]any) string // by command, without the folder
	wrap    func(w http.ResponseWriter, r *http.Request, serve func(http.ResponseWriter))
	wants   error // what was wrong with an envelope
}

type call struct {
	command string
	query   url.Values
	body    map[string]any
}

func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{t: t, answers: map[string]func(map[string]any) string{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.server.Close()
		if s.wants != nil {
			t.Error(s.wants)
		}
	})
	return s
}

// on answers a command with a constant text.
func (s *stub) on(command, answer string) {
	s.answers[command] = func(map[string]any) string { return answer }
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	body := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	err := dec.Decode(&body)
	command := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	s.mu.Lock()
	s.calls = append(s.calls, call{command, r.URL.Query(), body})
	answer, wrap := s.answers[command], s.wrap
	if err == nil {
		err = envelope(r)
	}
	if err != nil && s.wants == nil {
		s.wants = fmt.Errorf("%s: %w", command, err)
	}
	s.mu.Unlock()
	serve := func(w http.ResponseWriter) {
		if answer == nil {
			_, _ = io.WriteString(w, `{"ActionStatus":"FAIL","ErrorInfo":"no such command","ErrorCode":60003}`)
			return
		}
		_, _ = io.WriteString(w, answer(body))
	}
	if wrap != nil {
		wrap(w, r, serve)
		return
	}
	serve(w)
}

// envelope checks what every call must carry.
func envelope(r *http.Request) error {
	q := r.URL.Query()
	_, err := strconv.ParseUint(q.Get("random"), 10, 32)
	switch {
	case r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/v4/"):
		return fmt.Errorf("%s %s", r.Method, r.URL.Path)
	case err != nil:
		return fmt.Errorf("random %q", q.Get("random"))
	case q.Get("sdkappid") != "1400000000" || q.Get("identifier") != "administrator" || q.Get("contenttype") != "json":
		return errors.New("wrong sdkappid, identifier or contenttype")
	}
	for name, values := range q {
		if len(values) != 1 {
			return fmt.Errorf("%s is given %d times", name, len(values))
		}
	}
	return checkSig(q.Get("usersig"), "administrator", testKey)
}

// checkSig verifies a UserSig the way the service does, written from the
// documentation and not from the library.
func checkSig(sig, identifier, key string) error {
	b, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(sig))
	if err != nil {
		return err
	}
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	var doc struct {
		Identifier string `json:"TLS.identifier"`
		App        int    `json:"TLS.sdkappid"`
		Expire     int64  `json:"TLS.expire"`
		Time       int64  `json:"TLS.time"`
		Sig        string `json:"TLS.sig"`
	}
	if err := json.NewDecoder(z).Decode(&doc); err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", doc.Identifier, doc.App, doc.Time, doc.Expire)
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); doc.Sig != want || doc.Identifier != identifier || doc.App != 1400000000 {
		return errors.New("the UserSig is not valid")
	}
	return nil
}

// adapter returns an adapter that calls the stub.
func (s *stub) adapter() *Adapter {
	s.t.Helper()
	return newAdapter(s.t, func(c *Config) { c.API, c.Now = s.server.URL, time.Now })
}

// last returns the last call's body as JSON with sorted keys.
func (s *stub) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) == 0 {
		return ""
	}
	b, _ := json.Marshal(s.calls[len(s.calls)-1].body)
	return string(b)
}

// count returns how many calls came.
func (s *stub) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func number(v any) uint32 {
	n, _ := strconv.ParseUint(fmt.Sprint(v), 10, 32)
	return uint32(n)
}
