package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/problem"
)

// FuzzRecallRequest: whatever is sent, the answer is a problem or a request that
// names 1 to 500 messages with a reason, and it is JSON to every other reader too.
func FuzzRecallRequest(f *testing.F) {
	for _, s := range []string{
		`{"messages":["018f2f6a-7c00-7000-8000-000000000001"],"reason":{"code":"abuse"}}`,
		`{"messages":{"app":"main","conversation":"@g","refs":["1","2"]},"reason":{"code":"other","note":"x"}}`,
		`{"app":"main","conversation":"@g","refs":["1"],"reason":{"code":"abuse"}}`,
		`{"messages":null,"reason":null}`, `{"messages":{"messages":[]}}`, `{"refs":[]}`, `[]`, ``, "\xff",
		`{"messages":["a"],"messages":["b"],"reason":{"code":"abuse"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := api.RecallTargets(body)
		if err != nil {
			if p, ok := errors.AsType[*problem.Problem](err); !ok || p.Status < 400 || p.Status > 422 {
				t.Errorf("%q: %v is not a problem of the caller's", body, err)
			}
			return
		}
		if n < 1 || n > 500 {
			t.Errorf("%q names %d messages", body, n)
		}
		if !json.Valid(body) {
			t.Errorf("%q was accepted and is not JSON", body)
		}
	})
}

// FuzzQuery: no query makes the handlers fail, or answer what the document does
// not know.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"", "limit=1", "limit=99999999999999999999", "since=2026-05-01T00:00:00Z", "since=0000-01-01T00:00:00Z",
		"state=visible&state=removed", "%", "a;b", "cursor=%00", "sender=%F0%9F%98%80",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		w := newWorld(t)
		r := httptest.NewRequest(http.MethodGet, "/api/v1/messages", nil)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", "Bearer "+w.tokens["operator"])
		rec := w.serve(r)
		if rec.Code != 200 && rec.Code != 400 && rec.Code != 422 {
			t.Errorf("%q: %d %s", query, rec.Code, rec.Body)
		}
		values, err := url.ParseQuery(query)
		if rec.Code == 200 && (err != nil || len(values["sender"]) > 1 || strings.ContainsRune(values.Get("sender"), 0)) {
			t.Errorf("%q was accepted", query)
		}
	})
}
