package console

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func TestRecallsAreTakenAwayAsAFile(t *testing.T) {
	w := newWorld(t)
	w.set(noon)
	m := w.posted(sales, "=cmd|' /C calc'!A0", "card "+card)
	r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse, Note: "between us"}, Actor: "@ann", Trigger: models.FromConsole})
	r.State, r.Explanation = models.Failed, "-1, said the platform"
	w.store.put(r)
	w.store.ask(w.posted(sales, "bob", "hello"), models.RecallRequest{Reason: models.Reason{Code: models.Mistyped}})
	b := w.operator()
	res, body := b.post("/recalls/export", "format", "csv", "state", "failed")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/csv; charset=utf-8" ||
		res.Header.Get("Content-Disposition") != `attachment; filename="recalls-20261121T120000Z.csv"` {
		t.Fatalf("answered %d, %v", res.StatusCode, res.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v:\n%s", len(rows), err, body)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"id": string(r.ID), "sender": "'=cmd|' /C calc'!A0", "actor": "'@ann", "explanation": "'-1, said the platform", "state": "failed",
		"reason": "abuse", "requested_at": "2026-11-21T12:00:00.000Z", "sent_at": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if strings.Contains(body, "1111") || strings.Contains(body, "between us") {
		t.Errorf("the file holds what people wrote:\n%s", body)
	}
	last := w.store.audit[len(w.store.audit)-1]
	if diff := cmp.Diff(map[string]string{"format": "csv", "state": "failed"}, last.Details); last.Action != "recalls.exported" || diff != "" {
		t.Errorf("on record is %s %s", last.Action, diff)
	}

	_, body = b.post("/recalls/export", "format", "json")
	var all struct {
		Items []map[string]string
		Cut   string
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil || len(all.Items) != 2 || all.Cut != "" || all.Items[1]["sender"] != "=cmd|' /C calc'!A0" {
		t.Errorf("%v: %s", err, body)
	}
	if _, body = b.post("/recalls/export", "format", "json", "state", "held"); strings.Join(strings.Fields(body), "") != `{"items":[],"cut":""}` {
		t.Errorf("of nothing: %s", body)
	}
}

func TestAFileSaysThatItIsNotWhole(t *testing.T) {
	var b strings.Builder
	f := &csvFile{csv.NewWriter(&b)}
	if err := f.row([]string{"\tx", "\rx", "+1", "a=b", ""}); err != nil {
		t.Fatal(err)
	}
	if err := f.end("cut: there are more than 100000"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "'\tx,\"'\rx\",'+1,a=b,\ncut: there are more than 100000\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A list that has as many rows as a file holds is whole in it; of a longer one the file
// says that it is cut.
func TestFilesAreCutAtTheirLimit(t *testing.T) {
	w := newWorld(t)
	w.store.ask(w.posted(sales, "bob", "hello"), models.RecallRequest{Reason: models.Reason{Code: models.Mistyped}})
	if err := w.store.Record(t.Context(), models.AuditEntry{Actor: "moderator:ann", Action: "message.revealed"}); err != nil {
		t.Fatal(err)
	}
	b := w.operator()
	ran := 0
	for _, tt := range []struct {
		of, format, cut string
		limit, more     int // rows, and pages past them
	}{
		{"recalls", "csv", "cut: there are more than 100000", maxExport, 0},
		{"recalls", "csv", "cut: there are more than 100000", maxExport, 1},
		{"recalls", "json", `"cut":"cut: there are more than 100000"}`, maxExport, 1},
		{"audit", "csv", "cut after 100000 entries; narrow the filter for the rest", maxExport, 1},
	} {
		w.store.mu.Lock()
		w.store.full = tt.limit/models.MaxLimit + tt.more
		w.store.mu.Unlock()
		_, body := b.post("/"+tt.of+"/export", "format", tt.format)
		rows := strings.Count(body, "\n") - 1 // without that of the columns, or the beginning
		if tt.format == "json" || tt.more > 0 {
			rows--
		}
		if got := strings.Contains(body[len(body)-200:], tt.cut); got != (tt.more > 0) || rows != tt.limit {
			t.Errorf("%s as %s, %d pages more: %d rows, cut %t; it ends %s", tt.of, tt.format, tt.more, rows, got, body[len(body)-100:])
		}
		ran++
	}
	if ran != 4 {
		t.Errorf("%d files were looked at", ran)
	}
}

func TestWhatIsNoFilterIsNoFile(t *testing.T) {
	b := newWorld(t).operator()
	for _, form := range [][]string{{}, {"format", "xlsx"}, {"format", "csv", "state", "zzz"}, {"format", "csv", "from", "yesterday"}} {
		if res, _ := b.post("/recalls/export", form...); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v answered %d", form, res.StatusCode)
		}
	}
}

func TestRecallFiltersStandInTheURL(t *testing.T) {
	w := newWorld(t)
	ask := func(sender string, q models.RecallRequest) {
		w.store.ask(w.posted(sales, sender, "hello"), q)
	}
	ask("alice", models.RecallRequest{Reason: models.Reason{Code: models.Abuse}, Actor: "moderator:ann", Trigger: models.FromConsole})
	ask("bob", models.RecallRequest{Reason: models.Reason{Code: models.Mistyped}, Actor: "policy", Trigger: models.FromPolicy})
	b := w.operator()
	today, yesterday := w.now().Format(time.DateOnly), w.now().AddDate(0, 0, -1).Format(time.DateOnly)
	for query, want := range map[string]string{
		"reason=abuse": "alice", "reason=mistyped": "bob", "trigger=policy": "bob", "actor=moderator:ann": "alice", "rule=none": "",
		"from=" + today + "&to=" + today: "alice bob", "to=" + yesterday: "",
	} {
		var got []string
		for _, name := range []string{"alice", "bob"} {
			if b.page("/recalls?"+query).has("#rows", name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("?%s shows %v, want %s", query, got, want)
		}
	}
	p := b.page("/recalls?reason=abuse").one("form[action=/recalls/export]")
	if attr(p.one("input[name=reason]").root, "value") != "abuse" {
		t.Error("the file is not of what the filter shows")
	}
}
