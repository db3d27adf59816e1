package tencent

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

var update = flag.Bool("update", false, "write the golden files anew")

const webhookSamples = 89

// TestDecodeGolden reads every sample body and compares what was understood
// with the golden file beside it.
func TestDecodeGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) { golden(t, file, name) })
	}
	if len(files) != webhookSamples {
		t.Errorf("%d samples ran, want %d", len(files), webhookSamples)
	}
}

func golden(t *testing.T, file, name string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := newAdapter(t, nil).Decode(platforms.Request{Query: query("", testNow), Body: body, Now: testNow})
	if strings.HasPrefix(name, "bad_") != (len(d.Unreadable) > 0) && !strings.HasSuffix(name, "_unreadable") {
		t.Errorf("%d unreadable", len(d.Unreadable))
	}
	got := describe(d)
	file = strings.TrimSuffix(file, ".json") + ".golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

// describe writes down everything that a delivery says, one fact a line.
func describe(d platforms.Delivery) string {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) }
	line("command %s", d.Command)
	for _, e := range d.Events {
		line("%s at %s by %q", e.Kind, stamp(e.At), e.Operator)
		describePlace(line, e.Conversation)
		for _, ref := range e.Refs {
			line("  ref %s", ref)
		}
		for _, r := range e.Reads {
			line("  read %q through %s by %q count %d unread %d", r.Ref, stamp(r.Through), r.Readers, r.Count, r.Unread)
		}
		for _, s := range e.Standings {
			line("  %s is %q", s.Account, s.Role)
		}
		if e.Message != nil {
			describeMessage(line, e.Message)
		}
	}
	if d.Proposal != nil {
		line("proposal")
		describePlace(line, d.Proposal.Conversation)
		describeMessage(line, d.Proposal)
	}
	for _, u := range d.Unreadable {
		line("unreadable %s", u.Reason)
	}
	return b.String()
}

func describePlace(line func(string, ...any), c models.Conversation) {
	line("  %s %q of %q, type %q, app %q", c.Kind, c.Ref, c.Group, c.Type, c.App)
}

func describeMessage(line func(string, ...any), m *models.Message) {
	line("  message %q from %q by %q sent %s edited %s", m.Ref, m.Sender, m.Operator, stamp(m.SentAt), stamp(m.EditedAt))
	line("  revision %d state %q ephemeral %v", m.Revision, m.State, m.Ephemeral)
	for _, e := range m.Elements {
		line("  %-14s %-50s %q opaque %v", e.Kind, e.Path, e.Text, e.Opaque)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func TestDecodeCommands(t *testing.T) {
	a := newAdapter(t, nil)
	body := []byte(`{"CallbackCommand":"Group.CallbackAfterGroupFull","GroupId":"@TGS#1"}`)
	for _, tc := range []struct{ asked, command, why, aside string }{
		{"Group.CallbackAfterGroupFull", "Group.CallbackAfterGroupFull", "", ""},
		{"", "Group.CallbackAfterGroupFull", "", ""},
		{"Group.CallbackAfterSendMsg", "Group.CallbackAfterSendMsg", "command_differs", "Group.CallbackAfterSendMsg"},
		{"group.callbackaftergroupfull", "", "command_differs", "group.callbackaftergroupfull"},
		{"<script>", "", "command_differs", ""},
	} {
		d := a.Decode(platforms.Request{Query: query(tc.asked, testNow), Body: body, Now: testNow})
		why, aside := "", ""
		if len(d.Unreadable) == 1 {
			why, aside = d.Unreadable[0].Reason, d.Unreadable[0].Command
		}
		if d.Command != tc.command || why != tc.why || aside != tc.aside || len(d.Events) != 0 {
			t.Errorf("asked %q: command %q, reason %q, kept as %q, %d events", tc.asked, d.Command, why, aside, len(d.Events))
		}
	}
}

// TestCommandsKnown counts the table: every documented webhook is in it.
func TestCommandsKnown(t *testing.T) {
	read := 0
	for _, reader := range commands {
		if reader != nil {
			read++
		}
	}
	if len(commands) != 60 || read != 17 {
		t.Errorf("%d commands, %d with a reader", len(commands), read)
	}
}

func TestAsideIsBounded(t *testing.T) {
	body := []byte(strings.Repeat("x", maxAside+1))
	d := newAdapter(t, nil).Decode(platforms.Request{Query: query("Group.CallbackAfterSendMsg", testNow), Body: body, Now: testNow})
	if u := d.Unreadable[0]; len(u.Body) != maxAside || !u.Truncated || u.Command != "Group.CallbackAfterSendMsg" || u.App != "main" {
		t.Errorf("kept %d bytes, truncated %v, command %q", len(u.Body), u.Truncated, u.Command)
	}
	body[0] = 'y'
	if d.Unreadable[0].Body[0] != 'x' {
		t.Error("what was kept changes with the request's buffer")
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/webhooks/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	a := newAdapter(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		d := a.Decode(platforms.Request{Query: query("", testNow), Body: body, Now: testNow})
		if len(d.Unreadable) > 1 || len(d.Unreadable) == 0 && d.Command == "" {
			t.Fatalf("command %q, %d unreadable", d.Command, len(d.Unreadable))
		}
		for _, e := range d.Events {
			if e.Message != nil {
				checkMessage(t, e.Message)
			}
		}
		if d.Proposal == nil {
			return
		}
		checkMessage(t, d.Proposal)
		checkMask(t, a, d)
	})
}

func checkMessage(t *testing.T, m *models.Message) {
	t.Helper()
	if m.Ref == "" || m.Conversation.Ref == "" {
		t.Fatalf("message without a name or a place")
	}
	if len(m.Elements) > maxElements+1 {
		t.Fatalf("%d elements", len(m.Elements))
	}
	for _, e := range m.Elements {
		if !utf8.ValidString(e.Text) || e.Path == "" || e.Kind == "" || e.Text == "" && !e.Opaque {
			t.Fatalf("element %+v at %q", e, e.Path)
		}
	}
}
