package tencentsim_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func (b *bench) get(path string) (status int, header http.Header, text string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(raw)
}

var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son\w+=|<script(?:[^>]*)>[^<]|https?://`)

func TestPageKeepsItsPolicy(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ path, kind string }{
		{"/", "text/html"},
		{"/chat.css", "text/css"},
		{"/mark.svg", "image/svg"},
		{"/chat.js", "text/javascript"},
		{"/parts.js", "text/javascript"},
		{"/send.js", "text/javascript"},
		{"/dialogs.js", "text/javascript"},
	} {
		status, header, text := b.get(c.path)
		if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), c.kind) {
			t.Errorf("%s: status %d, type %s", c.path, status, header.Get("Content-Type"))
		}
		policy := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", c.path, policy)
		}
		if found := inline.FindString(text); c.path == "/" && found != "" {
			t.Errorf("%s holds %q, which the policy forbids", c.path, found)
		}
		if strings.Contains(text, "innerHTML") {
			t.Errorf("%s builds markup", c.path)
		}
	}
}

// watch opens the page's stream and hands out its events.
func (b *bench) watch() (next func() (kind string, data object)) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.api+"/sim/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return func() (string, object) {
		kind := ""
		for lines.Scan() {
			if k, is := strings.CutPrefix(lines.Text(), "event: "); is {
				kind = k
			}
			if raw, is := strings.CutPrefix(lines.Text(), "data: "); is && kind != "counters" {
				var data object
				_ = json.Unmarshal([]byte(raw), &data) // lists stay nil
				return kind, data
			}
		}
		b.t.Fatalf("the stream ended: %v", lines.Err())
		return "", nil
	}
}

func (b *bench) deed(name, body string, headers ...string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.api+"/sim/"+name, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(raw)
}

func TestStream(t *testing.T) {
	b := newBench(t).team()
	b.post("work", "cid", "before")
	next := b.watch()
	kind, state := next()
	if kind != "state" || len(state["windows"].([]any)) != 6 { // the community shows as its two topics
		t.Fatalf("first event %s with %d windows, want the state with 6", kind, len(state["windows"].([]any)))
	}
	b.deed("post", `{"conv":"work|","from":"cid","text":"my secret"}`)
	kind, m := next()
	equal(t, []any{"message", "my secret", "shown"}, []any{kind, m["text"], m["state"]})
	b.call(recallAPI, `{"GroupId":"work","MsgSeqList":[{"MsgSeq":2}],"Reason":"it was secret"}`)
	kind, m = next()
	equal(t, []any{"message", "", "recalled", admin, "it was secret"}, []any{kind, m["text"], m["state"], m["by"], m["reason"]})
	kind, m = next()
	equal(t, []any{"call", recallAPI, 0.0}, []any{kind, m["name"], m["code"]})
}

func TestRefusedIsShown(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true }).team()
	b.receiver.say(func(hook) (int, string) { return 200, `{"ActionStatus":"OK","ErrorInfo":"not here","ErrorCode":10120}` })
	next := b.watch()
	next()
	b.deed("post", `{"conv":"work|","from":"cid","text":"my secret"}`)
	_, m := next()
	equal(t, []any{"refused", "not here", 10120.0}, []any{m["state"], m["reason"], m["code"]})
}

func TestDeeds(t *testing.T) {
	b := newBench(t).team()
	b.sim.OpenDirect("ann", "bob")
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"post", `{"conv":"town|town@TOPIC#_a","from":"cid","text":"hi"}`, 200},
		{"post", `{"conv":"work|","from":"zoe","text":"hi"}`, 422},
		{"post", `{"conv":"work|","from":"cid","text":"  "}`, 422},
		{"post", `{"conv":"work|","from":"cid","sample":"Card number"}`, 200},
		{"post", `{"conv":"c2c|ann|bob","from":"bob","text":"hi"}`, 200},
		{"recall", `{"conv":"work|","from":"dan","seq":1}`, 422},
		{"edit", `{"conv":"work|","from":"cid","seq":1,"text":"better"}`, 200},
		{"recall", `{"conv":"work|","from":"cid","seq":1}`, 200},
		{"role", `{"conv":"public|","account":"cid","role":"Admin"}`, 200},
		{"role", `{"conv":"public|","account":"cid","role":"Owner"}`, 200},
		{"role", `{"conv":"work|","account":"cid","role":"Admin"}`, 422},
		{"faults", `{"faults":{"drop_webhook":1,"throttle":2,"nonsense":1}}`, 200},
		{"talk", `{"paused":true}`, 200},
		{"post", `{`, 400},
		{"nothing", `{}`, 404},
	} {
		if got, text := b.deed(c.name, c.body); got != c.want {
			t.Errorf("%s %s: status %d (%s), want %d", c.name, c.body, got, text, c.want)
		}
	}
	f := b.sim.Faults()
	equal(t, []float64{1, 0}, []float64{f.DropWebhook, f.Throttle})
	m, _ := b.sim.Message("work", "", 1)
	equal(t, []any{tencentsim.Recalled, "cid"}, []any{m.State, m.RecalledBy})
}

func TestOtherSitesCannotAct(t *testing.T) {
	b := newBench(t).team()
	status, _ := b.deed("post", `{"conv":"work|","from":"cid","text":"hi"}`, "Sec-Fetch-Site", "cross-site")
	equal(t, http.StatusForbidden, status)
	equal(t, 0, len(b.sim.Messages("work", "")))
}

func TestStreamsEndWithTheSimulator(t *testing.T) {
	b := newBench(t).team()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api+"/sim/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b.sim.Close()
	if _, err := io.ReadAll(res.Body); err != nil {
		t.Errorf("reading to the end: %v", err)
	}
}
