package tencent

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

func TestCheckTellsTheClockAndTheFault(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		class        platforms.Class
	}{
		{"our account is taken", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, ""},
		{"another key", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":70009}`, platforms.Setup},
		{"not an administrator", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":60010}`, platforms.Setup},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v4/openim/query_online_status" {
				t.Errorf("%s: asked for %s", tc.name, r.URL.Path)
			}
			w.Header().Set("Date", time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat))
			_, _ = w.Write([]byte(tc.answer))
		}))
		a := newAdapter(t, func(c *Config) { c.API = s.URL })
		told, err := a.Check(t.Context())
		if (err == nil) != (tc.class == "") || err != nil && platforms.ClassOf(err) != tc.class {
			t.Errorf("%s: %v, want class %q", tc.name, err, tc.class)
		}
		if !told.Clocked || (told.Ahead-20*time.Second).Abs() > time.Second {
			t.Errorf("%s: the clock is %+v", tc.name, told)
		}
		s.Close()
	}
}

// What the adapter signs itself it takes in, at that moment only, and nothing of it is kept.
func TestKnockingIsTakenInAndLeavesNothing(t *testing.T) {
	a, now := newAdapter(t, nil), time.Now()
	r := a.Knock(now)
	if err := a.Authenticate(r); err != nil {
		t.Errorf("its own webhook: %v", err)
	}
	d := a.Decode(r)
	if len(d.Events)+len(d.Unreadable) != 0 || d.Asked || d.Proposal != nil {
		t.Errorf("it carries something: %+v", d)
	}
	if reply := a.Acknowledge(d); reply.Status != http.StatusOK || !strings.Contains(string(reply.Body), "ActionStatus") {
		t.Errorf("it is answered %d %s", reply.Status, reply.Body)
	}
	r.Now = now.Add(2 * time.Minute)
	if a.Authenticate(r) == nil {
		t.Error("an old one is taken in")
	}
}
