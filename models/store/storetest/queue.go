package storetest

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var queueTests = []test{
	{"the most urgent is first", queueOrder},
	{"what was read falls back", queueRead},
	{"page by page", queuePages},
	{"only the scope", queueScope},
	{"one person works on a case", queueClaim},
	{"of many at once one gets it", queueClaimRace},
	{"skipped by one, not by others", queueSkip},
	{"parked until later", queuePark},
	{"escalated", queueEscalate},
	{"notes are kept sealed", queueNotes},
	{"what is decided is nobody's work", queueDecided},
	{"what was said before and after", neighbours},
}

// waits keeps a message for which a rule asks a person, and returns its case.
func (b *bench) waits(ref string, s models.Severity, deadline time.Duration) models.Case {
	b.Helper()
	e := found(posted(ref, "card "+ref), models.VerdictReview)
	e.Decision.Severity = s
	if e.Event.Message.Deadline = (time.Time{}); deadline > 0 {
		e.Event.Message.Deadline = time.Now().Add(deadline)
	}
	id := b.keep(e)[0].Message
	cases, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{Message: id})
	if err != nil || len(cases) != 1 {
		b.Fatalf("cases of %s: %d, %v", ref, len(cases), err)
	}
	return cases[0]
}

// queue lists which messages wait, as refs.
func (b *bench) queue(f models.QueueFilter) string {
	b.Helper()
	found, _, err := b.store.Queue(b.Context(), everything, f)
	if err != nil {
		b.Fatalf("Queue: %v", err)
	}
	return b.refs(found)
}

func (b *bench) refs(cases []models.Case) string {
	b.Helper()
	var refs []string
	for _, c := range cases {
		m, err := b.store.Message(b.Context(), everything, c.Message)
		if err != nil {
			b.Fatal(err)
		}
		refs = append(refs, m.Ref)
	}
	return strings.Join(refs, " ")
}

func queueOrder(b *bench) {
	// No two are equally urgent: those would stand in the order in which they were opened,
	// which is no order within one millisecond.
	b.waits("1", models.Low, 7*24*time.Hour)
	b.waits("2", models.Critical, 12*time.Hour)
	b.waits("3", models.Low, time.Hour)
	b.waits("4", models.High, 12*time.Hour)
	b.waits("5", models.Medium, 12*time.Hour)
	b.waits("6", models.Medium, 0)
	if got := b.queue(models.QueueFilter{}); got != "2 3 4 5 6 1" {
		b.Errorf("the queue is %s", got)
	}
	found, _, err := b.store.Queue(b.Context(), everything, models.QueueFilter{})
	now := time.Now()
	if err != nil || !slices.IsSortedFunc(found, func(a, c models.Case) int { return c.Score(now).Total() - a.Score(now).Total() }) {
		b.Errorf("the scores are not in order: %v", err)
	}
	if got := b.queue(models.QueueFilter{Severity: models.Medium}); got != "5 6" {
		b.Errorf("of middle severity: %s", got)
	}
	if got := b.queue(models.QueueFilter{App: "other"}); got != "" {
		b.Errorf("of another app: %s", got)
	}
}

func queueRead(b *bench) {
	first, second := b.waits("1", models.Medium, 0), b.waits("2", models.Medium, 0)
	if !first.Unread || !second.Unread {
		b.Fatalf("new cases are unread: %v, %v", first.Unread, second.Unread)
	}
	b.keep(reads("1", "bob"))
	if got := b.queue(models.QueueFilter{}); got != "2 1" {
		b.Errorf("after the first was read: %s", got)
	}
	b.keep(reads("2", "bob"))
	want := "1 2"
	if first.OpenedAt.Equal(second.OpenedAt) {
		want = "2 1" // of one millisecond the newer comes first
	}
	if got := b.queue(models.QueueFilter{}); got != want {
		b.Errorf("after both were read: %s, want %s", got, want)
	}
}

// reads says that somebody read a message of the room.
func reads(ref, reader string) models.Judged {
	return models.Judged{Event: models.Event{
		Kind: models.EventRead, Conversation: room, Reads: []models.Read{{Ref: ref, Readers: []string{reader}, Count: -1, Unread: -1}},
	}}
}

func queuePages(b *bench) {
	const n = 7
	for i := range n {
		b.waits(strconv.Itoa(i), models.Severities[i%len(models.Severities)], 0)
	}
	all := b.queue(models.QueueFilter{})
	var got []string
	f := models.QueueFilter{Page: models.Page{Limit: 3}}
	for range n {
		found, next, err := b.store.Queue(b.Context(), everything, f)
		if err != nil {
			b.Fatal(err)
		}
		got = append(got, b.refs(found))
		if f.Cursor = next; next == "" {
			break
		}
	}
	if strings.Join(got, " ") != all || len(got) != 3 {
		b.Errorf("in pages %q, at once %q", got, all)
	}
	for _, bad := range []string{"x", "cTow", f.Cursor + "!"} {
		f.Cursor = bad
		if _, _, err := b.store.Queue(b.Context(), everything, f); !errors.Is(err, models.ErrInvalid) {
			b.Errorf("cursor %q: %v", bad, err)
		}
	}
}

func queueScope(b *bench) {
	c := b.waits("1", models.High, 0)
	other := models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#other"}}}
	if found, _, err := b.store.Queue(b.Context(), other, models.QueueFilter{}); err != nil || len(found) != 0 {
		b.Errorf("another group sees %d, %v", len(found), err)
	}
	counts, err := b.store.QueueCounts(b.Context(), other, models.QueueFilter{}, 100)
	if err != nil || counts != (models.QueueCounts{}) {
		b.Errorf("another group counts %+v, %v", counts, err)
	}
	_, err = b.store.ClaimCase(b.Context(), other, c.ID, "moderator:eve", time.Minute)
	_, skipped := b.store.SkipCase(b.Context(), other, c.ID, "moderator:eve")
	_, parked := b.store.ParkCase(b.Context(), other, c.ID, "moderator:eve", time.Now().Add(time.Hour), "")
	_, escalated := b.store.EscalateCase(b.Context(), other, c.ID, "moderator:eve", "")
	_, noted := b.store.NoteCase(b.Context(), other, c.ID, "moderator:eve", "x")
	_, read := b.store.CaseNotes(b.Context(), other, c.ID)
	for i, err := range []error{err, skipped, parked, escalated, noted, read} {
		if !errors.Is(err, models.ErrNotFound) {
			b.Errorf("deed %d outside the scope: %v", i, err)
		}
	}
}

func (b *bench) take(c models.Case, who string, during time.Duration) (models.Case, error) {
	b.Helper()
	return b.store.ClaimCase(b.Context(), everything, c.ID, who, during)
}

func queueClaim(b *bench) {
	c := b.waits("1", models.High, 0)
	got, err := b.take(c, "moderator:ann", time.Minute)
	if err != nil || got.ClaimedBy != "moderator:ann" || time.Until(got.ClaimedUntil) <= 0 {
		b.Fatalf("claimed: %+v, %v", got, err)
	}
	before := b.announced(models.CaseChanged)
	if _, err = b.take(c, "moderator:ann", time.Minute); err != nil || b.announced(models.CaseChanged) != before {
		b.Errorf("held on to: %v, announced %d times", err, b.announced(models.CaseChanged)-before)
	}
	if got, err = b.take(c, "moderator:bob", time.Minute); !errors.Is(err, models.ErrConflict) || got.ClaimedBy != "moderator:ann" {
		b.Errorf("claimed by another: %+v, %v", got, err)
	}
	by := models.RecallRequest{Actor: "moderator:bob", Authority: models.ByOperator, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictAllow, models.Reason{}, by); !errors.Is(err, models.ErrConflict) {
		b.Errorf("decided by another: %v", err)
	}
	if got := b.queue(models.QueueFilter{Actor: "moderator:ann", Mine: true}); got != "1" {
		b.Errorf("ann works on %q", got)
	}
	if err := b.store.ReleaseCase(b.Context(), everything, c.ID, "moderator:bob"); err != nil {
		b.Errorf("bob releases: %v", err)
	}
	if got, _ := b.store.Case(b.Context(), everything, c.ID); got.ClaimedBy != "moderator:ann" {
		b.Errorf("bob released what is ann's: %+v", got)
	}
	if _, err = b.take(c, "moderator:ann", -time.Second); err != nil { // her time is over
		b.Fatal(err)
	}
	if got, err = b.take(c, "moderator:bob", time.Minute); err != nil || got.ClaimedBy != "moderator:bob" {
		b.Errorf("claimed after the time: %+v, %v", got, err)
	}
	if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Errorf("decided by whose it is: %v", err)
	}
}

func queueClaimRace(b *bench) {
	c := b.waits("1", models.High, 0)
	const people = 8
	var won sync.Map
	var wait sync.WaitGroup
	for i := range people {
		wait.Go(func() {
			if _, err := b.take(c, "moderator:"+strconv.Itoa(i), time.Minute); err == nil {
				won.Store(i, true)
			} else if !errors.Is(err, models.ErrConflict) {
				b.Errorf("claim %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	n := 0
	won.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		b.Errorf("%d people got the case", n)
	}
}

func queueSkip(b *bench) {
	c := b.waits("1", models.High, 0)
	b.waits("2", models.Low, 0)
	if _, err := b.store.SkipCase(b.Context(), everything, c.ID, "moderator:ann"); err != nil {
		b.Fatal(err)
	}
	ann, bob := models.QueueFilter{Actor: "moderator:ann"}, models.QueueFilter{Actor: "moderator:bob"}
	skipped := models.QueueFilter{Actor: "moderator:ann", Skipped: true}
	if a, o, s := b.queue(ann), b.queue(bob), b.queue(skipped); a != "2" || o != "1 2" || s != "1" {
		b.Errorf("ann sees %q, bob %q, skipped is %q", a, o, s)
	}
	counts, err := b.store.QueueCounts(b.Context(), everything, ann, 100)
	if diff := cmp.Diff(models.QueueCounts{Waiting: 1, Skipped: 1}, counts); diff != "" || err != nil {
		b.Errorf("counts: %v (-want +got):\n%s", err, diff)
	}
	for who, want := range map[string]int{"moderator:ann": 1, "moderator:bob": 2} {
		if n, err := b.store.Waiting(b.Context(), everything, who, 100); n != want || err != nil {
			b.Errorf("%d cases wait for %s, want %d; %v", n, who, want, err)
		}
	}
	if _, err := b.store.UnskipCase(b.Context(), everything, c.ID, "moderator:ann"); err != nil || b.queue(ann) != "1 2" {
		b.Errorf("taken up: %q, %v", b.queue(ann), err)
	}
}

func queuePark(b *bench) {
	c := b.waits("1", models.High, 0)
	got, err := b.store.ParkCase(b.Context(), everything, c.ID, "moderator:ann", time.Now().Add(time.Hour), "asks her lead")
	if err != nil || got.ParkedBy != "moderator:ann" || b.queue(models.QueueFilter{}) != "" || b.queue(models.QueueFilter{Parked: true}) != "1" {
		b.Errorf("parked: %+v, %v; the queue is %q", got, err, b.queue(models.QueueFilter{}))
	}
	if _, err := b.store.ParkCase(b.Context(), everything, c.ID, "moderator:bob", time.Time{}, ""); err != nil || b.queue(models.QueueFilter{}) != "1" {
		b.Errorf("taken up again: %q, %v", b.queue(models.QueueFilter{}), err)
	}
	if got := strings.Join(b.actions(string(c.ID)), " "); got != "case.opened case.parked case.taken_up" {
		b.Errorf("the audit says %s", got)
	}
}

func queueEscalate(b *bench) {
	b.waits("1", models.Critical, 0)
	c := b.waits("2", models.Low, time.Hour)
	got, err := b.store.EscalateCase(b.Context(), everything, c.ID, "moderator:ann", "is this a customer?")
	if err != nil || got.EscalatedBy != "moderator:ann" || got.EscalatedAt.IsZero() || b.queue(models.QueueFilter{}) != "2 1" {
		b.Errorf("escalated: %+v, %v; the queue is %q", got, err, b.queue(models.QueueFilter{}))
	}
	again, err := b.store.EscalateCase(b.Context(), everything, c.ID, "moderator:bob", "")
	if err != nil || again.EscalatedBy != "moderator:ann" || !again.EscalatedAt.Equal(got.EscalatedAt) {
		b.Errorf("escalated twice: %+v, %v; the first stands", again, err)
	}
	if got := b.queue(models.QueueFilter{Escalated: true}); got != "2" {
		b.Errorf("escalated are %q", got)
	}
}

func queueNotes(b *bench) {
	c := b.waits("1", models.High, 0)
	for _, text := range []string{"first", "第二"} {
		if _, err := b.store.NoteCase(b.Context(), everything, c.ID, "moderator:ann", text); err != nil {
			b.Fatal(err)
		}
	}
	notes, err := b.store.CaseNotes(b.Context(), everything, c.ID)
	if err != nil || len(notes) != 2 || notes[0].Text != "first" || notes[1].Text != "第二" || notes[0].Actor != "moderator:ann" {
		b.Errorf("notes = %+v, %v", notes, err)
	}
	entries, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(c.ID)})
	for _, e := range entries[:2] {
		if e.Action != "case.noted" || e.Details["note_digest"] == "" || strings.Contains(strings.Join(slices.Collect(maps.Values(e.Details)), " "), "first") {
			b.Errorf("audit entry %+v", e)
		}
	}
}

func queueDecided(b *bench) {
	c := b.waits("1", models.High, 0)
	by := models.RecallRequest{Actor: "moderator:bob", Authority: models.ByOperator, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Fatal(err)
	}
	if got := b.queue(models.QueueFilter{}); got != "" {
		b.Errorf("the queue is %q", got)
	}
	got, err := b.take(c, "moderator:ann", time.Minute)
	_, parked := b.store.ParkCase(b.Context(), everything, c.ID, "moderator:ann", time.Now().Add(time.Hour), "")
	if !errors.Is(err, models.ErrConflict) || !errors.Is(parked, models.ErrConflict) || got.DecidedBy != "moderator:bob" {
		b.Errorf("claimed %+v, %v; parked: %v", got, err, parked)
	}
}

func neighbours(b *bench) {
	var ids []models.MessageID
	for i := range 7 {
		ids = append(ids, b.keep(posted(strconv.Itoa(i), "text "+strconv.Itoa(i)))[0].Message)
	}
	elsewhere := posted("x", "another room")
	elsewhere.Event.Conversation.Ref, elsewhere.Event.Conversation.Group = "@TGS#two", "@TGS#two"
	b.keep(elsewhere)
	before, after, err := b.store.Neighbours(b.Context(), everything, ids[2], 3)
	if err != nil || listed(before) != "0 1" || listed(after) != "3 4 5" {
		b.Errorf("around the third: %s | %s, %v", listed(before), listed(after), err)
	}
	if before, after, err = b.store.Neighbours(b.Context(), everything, ids[6], 2); err != nil || listed(before) != "4 5" || listed(after) != "" {
		b.Errorf("around the last: %s | %s, %v", listed(before), listed(after), err)
	}
	other := models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#two"}}}
	if _, _, err := b.store.Neighbours(b.Context(), other, ids[2], 3); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("outside the scope: %v", err)
	}
}

func listed(all []models.Message) string {
	var refs []string
	for _, m := range all {
		refs = append(refs, m.Ref)
	}
	return strings.Join(refs, " ")
}
