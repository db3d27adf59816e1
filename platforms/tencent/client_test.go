package tencent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

const okAnswer = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`

// TestUserSigVector decodes the documentation's example, made by the official
// library with the published demonstration key.
func TestUserSigVector(t *testing.T) {
	const sig = "eAEArABT-3siVExTLnZlciI6IjIuMCIsIlRMUy5pZGVudGlmaWVyIjoieGlhb2p1biIsIlRMUy5zZGthcHBpZCI6MTQwMDAwMDAwMCwiVExTLmV4cGlyZSI6MTU1NTIwMDAsIlRMUy50aW1lIjoxNzAwMDAwMDAwLCJUTFMuc2lnIjoiTHZBN2QvSXc3Z1NzbnNrdlZ6QkRQT0NDRGJ1TkN3NEdId1RDMGJpcCtCND0ifQoBAAD--9-DMfw_"
	demo := "5bd2850fff3ecb11d7c805251c51ee46" + "3a25727bddc2385f3fa8bfee1bb93b5e"
	if err := checkSig(sig, "xiaojun", demo); err != nil {
		t.Errorf("the documentation's UserSig: %v", err)
	}
	if err := checkSig(sig, "xiaojun", demo[1:]); err == nil {
		t.Error("a UserSig of another key was taken")
	}
	a := newAdapter(t, func(c *Config) { c.Admin, c.SecretKey = "xiaojun", demo })
	made, err := a.client.signer.get()
	if err != nil {
		t.Fatal(err)
	}
	if err := checkSig(made, "xiaojun", demo); err != nil {
		t.Errorf("our own UserSig: %v", err)
	}
}

func TestUserSigIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAdapter(t, func(c *Config) { c.Now = time.Now }).client.signer
		get := func() string {
			sig, err := s.get()
			if err != nil {
				t.Fatal(err)
			}
			return sig
		}
		first := get()
		time.Sleep(sigRenew - time.Second)
		if get() != first {
			t.Error("a UserSig in its first half was made anew")
		}
		time.Sleep(time.Second)
		second := get()
		if second == first {
			t.Error("a UserSig in its second half was used")
		}
		s.drop(first)
		time.Sleep(time.Second) // within one second two UserSigs are the same
		if get() != second {
			t.Error("dropping an old UserSig dropped the one in use")
		}
		s.drop(second)
		if get() == second {
			t.Error("a dropped UserSig was used")
		}
	})
}

func TestStaleSignatureIsRenewedOnce(t *testing.T) {
	for code := range stale {
		s := newStub(t)
		s.on("x", fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code))
		_, err := s.adapter().client.call(t.Context(), "x", struct{}{})
		if platforms.ClassOf(err) != platforms.Setup || codeOf(err) != strconv.Itoa(code) {
			t.Errorf("code %d: %v", code, err)
		}
		if s.count() != 2 {
			t.Errorf("code %d: %d calls, want 2", code, s.count())
		}
	}
	s := newStub(t)
	s.answers["x"] = func(map[string]any) string {
		if s.count() == 1 {
			return `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":70001}`
		}
		return okAnswer
	}
	if _, err := s.adapter().client.call(t.Context(), "x", struct{}{}); err != nil {
		t.Errorf("a call whose second try succeeded: %v", err)
	}
}

func TestAnswers(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		class        platforms.Class // empty: no error
		code         string
	}{
		{"success", okAnswer, "", ""},
		{"success without ActionStatus", `{"ErrorCode":0}`, "", ""},
		{"success without ErrorCode", `{"ActionStatus":"OK"}`, "", ""},
		{"failure", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10002}`, platforms.Transient, "10002"},
		{"failure that says OK", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":10002}`, platforms.Transient, "10002"},
		{"success that says FAIL", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":0}`, platforms.Lost, ""},
		{"over the rate", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":60007}`, platforms.RateLimit, "60007"},
		{"nothing", ``, platforms.Lost, ""},
		{"no object", `[]`, platforms.Lost, ""},
		{"an empty object", `{}`, platforms.Lost, ""},
		{"a page", `<html>`, platforms.Lost, ""},
		{"cut", okAnswer[:20], platforms.Lost, ""},
		{"two answers", okAnswer + okAnswer, platforms.Lost, ""},
		{"two codes", `{"ActionStatus":"OK","ErrorCode":0,"ErrorCode":1}`, platforms.Lost, ""},
		{"a code as text", `{"ActionStatus":"OK","ErrorCode":"0"}`, platforms.Lost, ""},
		{"a code with a fraction", `{"ActionStatus":"OK","ErrorCode":0.5}`, platforms.Lost, ""},
		{"a status as number", `{"ActionStatus":1,"ErrorCode":0}`, platforms.Lost, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("x", tc.answer)
			_, err := s.adapter().client.call(t.Context(), "x", struct{}{})
			if tc.class == "" {
				if err != nil {
					t.Errorf("call = %v, want nil", err)
				}
				return
			}
			if err == nil || platforms.ClassOf(err) != tc.class || codeOf(err) != tc.code {
				t.Errorf("call = %v, want class %s, code %q", err, tc.class, tc.code)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	for status, want := range map[int]platforms.Class{
		http.StatusTooManyRequests: platforms.RateLimit, http.StatusServiceUnavailable: platforms.Transient,
		http.StatusInternalServerError: platforms.Lost, http.StatusBadGateway: platforms.Lost, http.StatusGatewayTimeout: platforms.Lost,
		http.StatusNotFound: platforms.Setup, http.StatusForbidden: platforms.Setup, http.StatusFound: platforms.Setup,
	} {
		s := newStub(t)
		s.wrap = func(w http.ResponseWriter, _ *http.Request, _ func(http.ResponseWriter)) {
			w.Header().Set("Retry-After", "7")
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, okAnswer) // a status that is not 200 outweighs it
		}
		_, err := s.adapter().client.call(t.Context(), "x", struct{}{})
		ce, ok := errors.AsType[*platforms.CallError](err)
		if !ok || ce.Class != want || ce.RetryAfter != 7*time.Second || ce.Words == "" {
			t.Errorf("status %d: %v, want class %s", status, err, want)
		}
		if s.count() != 1 {
			t.Errorf("status %d: %d calls, want 1: no redirect is followed", status, s.count())
		}
	}
}

// TestNetworkErrorsHideTheAddress looks at every way in which the library
// reports a failed call, since its errors hold the URL and with it the UserSig.
func TestNetworkErrorsHideTheAddress(t *testing.T) {
	refuse := func(err error) *http.Client {
		return &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })}
	}
	for name, h := range map[string]*http.Client{
		"transport":    refuse(errors.New("proxy said no to usersig=abc")),
		"unknown host": {Timeout: time.Second, Transport: &http.Transport{}},
		"broken body": {Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{}))}, nil
		})},
	} {
		a := newAdapter(t, func(c *Config) { c.HTTP, c.API = h, "http://127.0.0.1:1" })
		_, err := a.client.call(t.Context(), "openim/x", struct{}{})
		said := fmt.Sprintf("%v %+v %#v", err, errors.Unwrap(err), err)
		if err == nil || strings.Contains(said, "usersig") || strings.Contains(said, "127.0.0.1") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("reset while reading usersig") }

// TestTimeout says that a call without an answer ends after callTimeout, which
// is longer than the service takes to give up itself.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdapter(t, func(c *Config) {
			c.Now = time.Now
			c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}
		})
		start := time.Now()
		_, err := a.client.call(t.Context(), "x", struct{}{})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != callTimeout || callTimeout <= 3*time.Second {
			t.Errorf("call = %v after %s", err, time.Since(start))
		}
	})
}

// TestConnectionsAreReused counts connections over many calls.
func TestConnectionsAreReused(t *testing.T) {
	s := newStub(t)
	s.on("x", okAnswer)
	connections := map[string]bool{}
	s.wrap = func(w http.ResponseWriter, r *http.Request, serve func(http.ResponseWriter)) {
		connections[r.RemoteAddr] = true
		serve(w)
	}
	a := s.adapter()
	for range 20 {
		if _, err := a.client.call(t.Context(), "x", struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(connections) != 1 {
		t.Errorf("%d connections for 20 calls one after another, want 1", len(connections))
	}
}
