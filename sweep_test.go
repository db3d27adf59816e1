package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testbrowser"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// sweepBody orders a sweep of what mallory posted.
func sweepBody() map[string]any {
	return map[string]any{"kind": "sender", "app": demoApp, "sender": "mallory", "reason": map[string]any{"code": "spam_or_scam"}}
}

// crowd makes groups in which mallory is a member, an admin of the last, and
// posts n messages in each.
func (w *world) crowd(t *testing.T, groups []string, n int) {
	t.Helper()
	for i, id := range groups {
		w.group(t, id)
		if err := w.sim.Join("olga", id, "mallory"); err != nil {
			t.Fatal(err)
		}
		if i == len(groups)-1 {
			if err := w.sim.SetRole("olga", id, "mallory", tencentsim.Admin); err != nil {
				t.Fatal(err)
			}
		}
		for j := range n {
			w.post(t, id, "mallory", fmt.Sprintf("buy %d of them", j))
		}
		w.post(t, id, "bob", "who is that?")
	}
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// number is a figure of an answer, by the names that lead to it.
func number(t *testing.T, in any, path ...string) int {
	t.Helper()
	for _, name := range path {
		m, ok := in.(map[string]any)
		if !ok {
			t.Fatalf("no %v in %v", path, in)
		}
		in = m[name]
	}
	n, _ := in.(float64)
	return int(n)
}

// shown counts the messages of an account that can still be seen in a group.
func (w *world) shown(t *testing.T, group, from string) int {
	t.Helper()
	n := 0
	for _, m := range w.sim.Messages(group, "") {
		if m.From == from && m.State == tencentsim.Shown {
			n++
		}
	}
	return n
}

func (w *world) order(t *testing.T, token string, body map[string]any) (id string, view map[string]any) {
	t.Helper()
	status, view := w.call(t, token, http.MethodPost, "/api/v1/sweeps", body)
	if status != http.StatusCreated {
		t.Fatalf("preview: %d %v", status, view)
	}
	id, _ = view["id"].(string)
	return id, view
}

// sweepIsDone waits until a sweep is done and returns it.
func (w *world) sweepIsDone(t *testing.T, token, id string) map[string]any {
	t.Helper()
	const state = "done"
	var view map[string]any
	eventually(t, func() string {
		if _, view = w.call(t, token, http.MethodGet, "/api/v1/sweeps/"+id, nil); view["state"] != state {
			return fmt.Sprintf("the sweep is %v, want %s: %v", view["state"], state, view["progress"])
		}
		return ""
	})
	return view
}

// A sweep is previewed, run, and done; what admins wrote is left alone, and what
// was posted after the preview too. Above a size it takes two.
func TestASweepTakesBackWhatWasPreviewed(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(c *config.Config, _ *tencentsim.Options) { c.Sweeps.SecondPerson = 20 })
		w.crowd(t, []string{"sales", "market", "staff"}, 12)
		token, deputy := w.operator(t), w.operator(t)
		id, view := w.order(t, token, sweepBody())
		if number(t, view, "count") != 24 || number(t, view, "excluded", "by", "admin") != 12 || view["second_person"] != true ||
			number(t, view, "conversations") != 2 || number(t, view, "expected_ms") == 0 {
			t.Fatalf("preview = %v", view)
		}
		if sample, _ := view["sample"].([]any); len(sample) != 5 {
			t.Errorf("a sample of %d", len(sample))
		}
		w.post(t, "sales", "mallory", "one more")
		run := "/api/v1/sweeps/" + id + "/run"
		for _, step := range []struct {
			token string
			want  int
		}{{deputy, 409}, {token, 202}, {token, 409}, {deputy, 200}} {
			if status, body := w.call(t, step.token, http.MethodPost, run, nil); status != step.want {
				t.Fatalf("run: %d %v, want %d", status, body, step.want)
			}
		}
		w.sweepIsDone(t, token, id)
		eventually(t, func() string {
			_, view = w.call(t, token, http.MethodGet, "/api/v1/sweeps/"+id, nil)
			if n := number(t, view, "progress", "confirmed"); n != 24 {
				return fmt.Sprintf("%d are confirmed", n)
			}
			return ""
		})
		for group, want := range map[string]int{"sales": 1, "market": 0, "staff": 12} {
			if n := w.shown(t, group, "mallory"); n != want {
				t.Errorf("%d messages are still seen in %s, want %d", n, group, want)
			}
			if n := w.shown(t, group, "bob"); n != 1 {
				t.Errorf("%d messages of bob are seen in %s, want 1", n, group)
			}
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/sweeps/"+id+"/messages?limit=500", nil)
		if n := len(items(list)); n != 36 {
			t.Errorf("%d messages are told of, want 36", n)
		}
		w.auditHolds(t)
		w.silent(t, "buy 1 of them")
	})
}

// An owner sweeps in own groups only, loses that right in the middle, and what
// has not been asked for stays.
func TestASweepOfAModerator(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.crowd(t, []string{"sales", "market"}, 3)
	foreign := tencentsim.GroupSpec{ID: "abroad", Type: tencentsim.Public, Owner: "otto", Members: map[string]tencentsim.Role{"mallory": tencentsim.Member}}
	if err := w.sim.CreateGroup(foreign); err != nil {
		t.Fatal(err)
	}
	w.post(t, "abroad", "mallory", "buy this")
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: "olga"}})
	id, view := w.order(t, owner, sweepBody())
	if number(t, view, "count") != 3 || number(t, view, "excluded", "by", "admin") != 3 || number(t, view, "excluded", "count") != 3 {
		t.Fatalf("preview = %v, want no word of a foreign group", view)
	}
	if err := w.sim.ChangeOwner("olga", "sales", "adam"); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, body := w.call(t, owner, http.MethodPost, "/api/v1/sweeps/"+id+"/run", nil); status != http.StatusOK {
		t.Fatalf("run: %d %v", status, body)
	}
	view = w.sweepIsDone(t, owner, id)
	if number(t, view, "progress", "passed", "by", "no_right") != 3 || w.shown(t, "sales", "mallory") != 3 {
		t.Errorf("after the role was lost: %v", view["progress"])
	}
	w.auditHolds(t)
}

// A cancel in the middle stops the rest: what has not left never leaves.
func TestASweepIsCancelledInTheMiddle(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(c *config.Config, o *tencentsim.Options) {
			c.Apps[0].Tencent.Rate = 5 // ten messages a call: it takes its time
			c.Sweeps.SecondPerson, o.GroupRate = 1000, 1<<20
		})
		w.crowd(t, []string{"sales", "staff"}, 300)
		token := w.operator(t)
		id, _ := w.order(t, token, sweepBody())
		if status, body := w.call(t, token, http.MethodPost, "/api/v1/sweeps/"+id+"/run", nil); status != http.StatusOK {
			t.Fatalf("run: %d %v", status, body)
		}
		eventually(t, func() string {
			if w.sim.Calls().Recalled < 20 {
				return "nothing is taken back yet"
			}
			return ""
		})
		status, view := w.call(t, token, http.MethodPost, "/api/v1/sweeps/"+id+"/cancel", map[string]any{"reason": "the wrong one"})
		if status != http.StatusOK || view["state"] != "cancelled" {
			t.Fatalf("cancel: %d %v", status, view)
		}
		cancelled := number(t, view, "progress", "recalls", "cancelled")
		if cancelled == 0 {
			t.Errorf("progress = %v, want recalls that had not left", view["progress"])
		}
		eventually(t, func() string { // what was on its way ends
			_, view = w.call(t, token, http.MethodGet, "/api/v1/sweeps/"+id, nil)
			if n := number(t, view, "progress", "pending"); n != 0 {
				return fmt.Sprintf("%d are on their way", n)
			}
			return ""
		})
		if left := w.shown(t, "sales", "mallory"); left != 300-number(t, view, "progress", "confirmed") || left < cancelled {
			t.Errorf("%d are still seen: %v", left, view["progress"])
		}
		w.auditHolds(t)
	})
}

// The service is killed while a sweep runs, and two nodes go on with it: every
// message is taken back, and none is asked for twice.
func TestASweepGoesOnAfterACrash(t *testing.T) {
	binary := build(t)
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		k := newKillRun(t, binary, database)
		k.env = append(k.env, "TAKEBACK_SWEEPS__SECOND_PERSON=1000")
		k.sim.SetFaults(tencentsim.Faults{SlowAnswer: 1, SlowFor: 20 * time.Millisecond})
		k.start(t)
		const posted = 200
		k.post(t, posted)
		token := k.operatorToken(t)
		api := &client{"http://" + k.conf.Listen}
		body := sweepBody()
		body["sender"] = "bob"
		status, view := api.call(t, token, http.MethodPost, "/api/v1/sweeps", body)
		if status != http.StatusCreated || number(t, view, "count") != posted {
			t.Fatalf("preview: %d %v", status, view)
		}
		path := "/api/v1/sweeps/" + fmt.Sprint(view["id"])
		if status, view = api.call(t, token, http.MethodPost, path+"/run", nil); status != http.StatusOK {
			t.Fatalf("run: %d %v", status, view)
		}
		for range 4 {
			time.Sleep(150 * time.Millisecond)
			k.kill(t)
			k.start(t)
		}
		eventually(t, func() string {
			_, view = api.call(t, token, http.MethodGet, path, nil)
			if view["state"] != "done" || number(t, view, "progress", "confirmed") != posted {
				return fmt.Sprintf("%v: %v", view["state"], view["progress"])
			}
			return ""
		})
		k.kill(t)
		s := k.open(t)
		defer s.Close()
		if n := len(k.recalls(t, s)); n != posted {
			t.Errorf("%d recalls of %d messages", n, posted)
		}
		report, err := s.VerifyAudit(t.Context())
		if err != nil || len(report.Broken) > 0 {
			t.Errorf("audit: %+v, %v", report, err)
		}
	})
}

// operatorToken makes a token for an operator at the command line.
func (k *killRun) operatorToken(t *testing.T) string {
	t.Helper()
	out := k.run(t, "token", "create", "--role", "operator")
	return out[:len(out)-1]
}

// Two nodes share one sweep: any may go on with it.
func TestTwoNodesRunASweep(t *testing.T) {
	database := databases["PostgreSQL"](t)
	w := newWorld(t, database, func(c *config.Config, o *tencentsim.Options) {
		c.Node, c.Sweeps.SecondPerson, o.GroupRate = "one", 1000, 1<<20
	})
	second := w.conf
	second.Node, second.Listen = "two", "127.0.0.1:0"
	other := &world{sim: w.sim}
	var err error
	if other.app, err = newApp(t.Context(), second, w.app.log); err != nil {
		t.Fatal(err)
	}
	other.start(t)
	w.crowd(t, []string{"sales", "market", "staff"}, 150)
	token := w.operator(t)
	id, view := w.order(t, token, sweepBody())
	if number(t, view, "count") != 300 {
		t.Fatalf("preview = %v", view)
	}
	if status, body := other.call(t, token, http.MethodPost, "/api/v1/sweeps/"+id+"/run", nil); status != http.StatusOK {
		t.Fatalf("run on the other node: %d %v", status, body)
	}
	w.sweepIsDone(t, token, id)
	for _, group := range []string{"sales", "market"} {
		if n := w.shown(t, group, "mallory"); n != 0 {
			t.Errorf("%d messages are still seen in %s", n, group)
		}
	}
	_, list := w.call(t, token, http.MethodGet, "/api/v1/audit?action=recall.requested&limit=500", nil)
	if n := len(items(list)); n != 300 {
		t.Errorf("%d recalls were asked for, want 300", n)
	}
	w.auditHolds(t)
}

// element is an element of the platform's own form.
func element(kind string, content map[string]any) tencentsim.Element {
	return tencentsim.Elem(kind, content)
}

// Where a secret went is found, however it got there, and all of it is taken back.
func TestCopiesAreFoundAndTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		w.group(t, "market")
		const secret = "the door code of the new office is 4711 please do not pass it on"
		said := func(group, from, cloud string, body ...tencentsim.Element) {
			t.Helper()
			if _, err := w.sim.Post(t.Context(), tencentsim.Post{Group: group, From: from, Body: body, Cloud: cloud}); err != nil {
				t.Fatal(err)
			}
		}
		first := w.post(t, "sales", "bob", secret)
		w.post(t, "sales", "mia", "lunch at noon?")
		w.post(t, "market", "bob", "The door code of the new office is 4711, PLEASE do not pass it on!")
		w.post(t, "market", "mia", "the door code of the old office is 4711 please do not pass it on")
		said("market", "mia", `{"messageReply":{"messageAbstract":"`+secret+`","messageSender":"bob"}}`, tencentsim.Text("got it"))
		said("market", "bob", "", element("TIMRelayElem", map[string]any{
			"Title": "Chat history", "MsgNum": 2, "CompatibleText": "Your version cannot show it", "AbstractList": []string{"bob: the door code", "mia: lunch"},
			"MsgList": []map[string]any{
				{"From_Account": "mia", "GroupId": "sales", "MsgSeq": 2, "MsgBody": []tencentsim.Element{tencentsim.Text("lunch at noon?")}},
				{"From_Account": "bob", "GroupId": "sales", "MsgSeq": 1, "MsgBody": []tencentsim.Element{tencentsim.Text(secret)}},
			},
		}))
		w.post(t, "market", "olga", secret)
		w.post(t, "market", "bob", "is there a door to the office?")
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		token := w.operator(t)
		id := w.messageID(t, token, "sales", itoa(first.Seq))
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages/"+id+"/copies", nil)
		kinds := map[any]int{}
		for _, c := range items(list) {
			kinds[c["kind"]]++
			if c["recallable"] != true || c["state"] != "visible" {
				t.Errorf("copy = %v", c)
			}
		}
		if want := (map[any]int{"same": 2, "near": 1, "quote": 1, "forward": 1}); !maps.Equal(want, kinds) {
			t.Fatalf("copies = %v, want %v", kinds, want)
		}
		body := map[string]any{"kind": "content", "app": demoApp, "message": id, "reason": map[string]any{"code": "sensitive_information"}}
		sweep, view := w.order(t, token, body)
		if number(t, view, "count") != 5 || number(t, view, "excluded", "by", "owner") != 1 {
			t.Fatalf("preview = %v, want five and one of the owner", view)
		}
		if status, view := w.call(t, token, http.MethodPost, "/api/v1/sweeps/"+sweep+"/run", nil); status != http.StatusOK {
			t.Fatalf("run: %d %v", status, view)
		}
		w.sweepIsDone(t, token, sweep)
		eventually(t, func() string {
			if n := w.shown(t, "market", "bob") + w.shown(t, "market", "mia"); n != 1 {
				return fmt.Sprintf("%d messages are still seen in market, want that of another subject", n)
			}
			return ""
		})
		_, list = w.call(t, token, http.MethodGet, "/api/v1/recalls?message="+id, nil)
		recall, _ := items(list)[0]["id"].(string)
		eventually(t, func() string {
			_, report := w.call(t, token, http.MethodGet, "/api/v1/recalls/"+recall, nil)
			if c, _ := report["copies"].(map[string]any); c["visible"] != 1.0 || c["found"] != 5.0 || c["complete"] != true {
				return fmt.Sprintf("the report says of copies %v", c)
			}
			return ""
		})
		w.silent(t, "door code")
	})
}

// The command line previews a sweep, runs what was previewed, and tells how it went.
func TestSweepAtTheCommandLine(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.crowd(t, []string{"sales", "staff"}, 3)
	token, file := w.operator(t), w.settings(t)
	for _, bad := range [][]string{
		{"--reason", "abuse"},
		{"--sender", "x", "--like", "y", "--reason", "abuse"},
		{"--sender", "x"},
		{"--sender", "x", "--reason", "because"},
		{"--sender", "x", "--since", "yesterday", "--reason", "abuse"},
		{"--conversation", "sales", "--reason", "abuse"},
		{"--sender", "x", "--include", "all", "--reason", "abuse"},
	} {
		if code, out, errs := command(t, append([]string{"sweep", "--config", file}, bad...)...); code != exitUsage || errs == "" {
			t.Errorf("%v: %d %s%s, want a usage error", bad, code, out, errs)
		}
	}
	code, out, errs := command(t, "sweep", "--config", file, "--sender", "mallory", "--since", "1h", "--reason", "spam_or_scam", "--dry-run", "--json")
	var told toldSweep
	if err := json.Unmarshal([]byte(out), &told); code != exitOK || err != nil || told.Count != 3 || told.State != models.SweepPreviewed ||
		told.Excluded[models.SparedAdmin] != 3 || told.Conversations != 1 {
		t.Fatalf("dry run: %d %s%s %v", code, out, errs, err)
	}
	if n := w.shown(t, "sales", "mallory"); n != 3 {
		t.Errorf("%d are seen after a dry run, want 3", n)
	}
	if code, out, errs = command(t, "sweep", "run", "--config", file, string(told.ID)); code != exitOK || !strings.Contains(out, "is running") {
		t.Fatalf("run: %d %s%s", code, out, errs)
	}
	w.sweepIsDone(t, token, string(told.ID))
	code, out, errs = command(t, "sweep", "show", "--config", file, string(told.ID))
	if code != exitOK || !strings.Contains(out, "is done") || !strings.Contains(out, "Left alone: 3 admin.") || !strings.Contains(out, "Recalls: 3 ") {
		t.Errorf("show: %d %s%s", code, out, errs)
	}
	if code, _, errs = command(t, "sweep", "cancel", "--config", file, string(told.ID), "--reason", "late"); code != exitFound || !strings.Contains(errs, "it is done") {
		t.Errorf("cancel of one that is done: %d %s", code, errs)
	}
	if code, out, errs = command(t, "sweep", "list", "--config", file); code != exitOK || !strings.Contains(out, string(told.ID)) {
		t.Errorf("list: %d %s%s", code, out, errs)
	}
	if code, _, errs = command(t, "sweep", "show", "--config", file, "nothing"); code != exitFound || errs == "" {
		t.Errorf("a sweep that is none: %d %s", code, errs)
	}
	w.auditHolds(t)
}

// A sweep from the console, in a real browser over the whole program: previewed by the
// form, run by the button, and watched until every message is gone.
func TestASweepFromTheConsole(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.crowd(t, []string{"sales", "office"}, 3)
	b := testbrowser.New(t, w.URL(), 1440, 900)
	w.enters(t, b)
	b.Press("g")
	b.Leads("w")
	b.Type("input[name=sender]", "mallory")
	b.Follow("form[action='/sweeps'] button")
	b.Sees("what it would take back", `document.querySelector("#sweep").innerText.includes("3 messages in 1 conversation.") && document.querySelector("#sweep").innerText.includes("3 of an admin")`)
	b.Follow("#sweep button.recall")
	b.Sees("that it is done", `document.querySelector("#sweep .pill.green") && document.querySelector("#sweep .figures .green b")?.innerText === "3"`)
	b.Shoot("sweep-done")
	b.Quiet()
}
