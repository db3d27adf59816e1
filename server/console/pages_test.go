package console

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func TestMessagesAreMaskedAndMarked(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card+" exp 12/28")
	w.posted(sales, "bob", "see you at nine")
	p := w.operator().page("/messages")

	p.wants("h1", "Messages")
	row := p.one("#m-" + string(m.ID))
	row.wants("mark", "1111")
	row.wants("b", "Payment card number")
	row.wants(".pill", "recall")
	row.wants("bdi", "@TGS#sales")
	if text := p.text(); strings.Contains(text, card) {
		t.Errorf("the card number stands in the page: %s", text)
	}
	p.wants("#rows", "see you at nine")
}

func TestAnEmptyListSaysWhatWillStandThere(t *testing.T) {
	p := newWorld(t).operator().page("/messages")
	p.wants(".empty", "No message here yet")
}

func TestMessageFiltersStandInTheURL(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "alice", "the card is "+card)
	w.posted(east, "wang", "开会")
	b := w.operator()
	for _, tc := range []struct{ query, has, hasNot string }{
		{"conversation=%40TGS%23sales", "alice", "wang"},
		{"sender=wang", "wang", "alice"},
		{"detector=credit_card", "alice", "wang"},
		{"verdict=allow", "wang", "alice"},
		{"state=removed", "No message here yet", "alice"},
	} {
		p := b.page("/messages?" + tc.query)
		p.wants("main", tc.has)
		if p.has("#rows", tc.hasNot) {
			t.Errorf("?%s shows %q", tc.query, tc.hasNot)
		}
	}
}

func TestListsHaveANextPage(t *testing.T) {
	w := newWorld(t)
	for range pageRows + 3 {
		w.posted(sales, "alice", "hello")
	}
	b := w.operator()
	first := b.page("/messages?sender=alice")
	if n := len(first.find("tr[data-row]")); n != pageRows {
		t.Errorf("%d rows on the first page, want %d", n, pageRows)
	}
	next := attr(first.one("a[rel=next]").root, "href")
	second := b.page(next)
	if n := len(second.find("tr[data-row]")); n != 3 {
		t.Errorf("%d rows on the second page, want 3", n)
	}
	second.wants(".pager", "Newest")
}

func TestMessagePageSaysWhyAndWhetherItCanBeTakenBack(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	w.store.reads[m.ID] = []models.Read{{Ref: m.Ref, Count: 0, Unread: 38}}
	p := w.operator().page("/messages/" + string(m.ID))

	p.wants("h1", "Payment card number in @TGS#sales")
	p.wants("#standing", "Yes, surely. Unread, group message, 6 days 23 h before the platform forgets it.")
	p.wants(".card", "certain")
	if href := attr(p.one("#standing").one("a[data-sheet]").root, "href"); href != "/messages/"+string(m.ID)+"/recall" {
		t.Errorf("a recall is asked for at %s", href)
	}
}

func TestARecallIsAskedForWithItsReason(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	res, _ := b.post("/messages/"+string(m.ID)+"/recall", "reason", "wrong_recipient", "note", "went to the wrong group")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d, want 303", res.StatusCode)
	}
	recalls, _, _ := w.store.Recalls(t.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID})
	if len(recalls) != 1 || recalls[0].Actor != "moderator:olga" || recalls[0].Authority != models.ByOperator ||
		recalls[0].Trigger != models.FromConsole || recalls[0].Reason.Note != "went to the wrong group" {
		t.Fatalf("recalls = %+v", recalls)
	}
	p := b.page("/messages/" + string(m.ID))
	p.wants("#standing", "Waiting for its turn.")
	if len(p.find("a[data-sheet]")) != 0 {
		t.Error("the recall button stays while a recall is under way")
	}
}

func TestWhatMayStayIsTakenBackOnlyAnyway(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	w.store.stays = fmt.Errorf("decided allow by moderator:ann at noon: %w", models.ErrConflict)
	b := w.operator()
	res, body := b.post("/messages/"+string(m.ID)+"/recall", "reason", "abuse")
	if res.StatusCode != http.StatusConflict {
		t.Fatalf("answered %d, want 409", res.StatusCode)
	}
	p := parse(t, body)
	p.wants("[role=alert]", "moderator:ann")
	p.one("input[name=anyway]")
	if res, _ := b.post("/messages/"+string(m.ID)+"/recall", "reason", "abuse", "anyway", "1"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("anyway: answered %d, want 303", res.StatusCode)
	}
	if rs, _, _ := w.store.Recalls(t.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID}); len(rs) != 1 {
		t.Errorf("%d recalls, want one", len(rs))
	}
}

// What is under a legal hold says who holds and since when, and offers nothing to click.
func TestWhatIsUnderALegalHoldSaysSo(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	w.store.holds = map[models.MessageID]models.LegalHold{
		m.ID: {Kind: models.HoldMessage, Thing: string(m.ID), PlacedBy: "moderator:ann", PlacedAt: noon, Reason: "order of 1 May"},
	}
	b := w.operator()
	p := b.page("/messages/" + string(m.ID))
	p.wants("#standing", "It is under a legal hold by moderator:ann since ")
	if len(p.find("a[data-sheet]")) != 0 {
		t.Error("a recall is offered")
	}
	res, body := b.post("/messages/"+string(m.ID)+"/recall", "reason", "abuse", "anyway", "1")
	if res.StatusCode != http.StatusConflict || !strings.Contains(body, "under a legal hold") || strings.Contains(body, "order of") {
		t.Errorf("answered %d, want 409 and why:\n%s", res.StatusCode, body)
	}
	if rs, _, _ := w.store.Recalls(t.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID}); len(rs) != 0 {
		t.Errorf("%d recalls, want none", len(rs))
	}
}

func TestTheQueueGoesByGravityAndAge(t *testing.T) {
	w := newWorld(t)
	mild := w.opened(w.posted(sales, "bob", "call me on +49 151 23456789"), models.Medium)
	grave := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	b := w.operator()
	p := b.page("/queue")
	rows := p.find("li[data-row]")
	if len(rows) != 2 || attr(rows[0], "id") != "c-"+string(grave.ID) {
		t.Fatalf("the gravest case is not first")
	}
	p.wants("h1", "Payment card number in")

	res, _ := b.post("/queue/"+string(mild.ID)+"/decide", "verdict", "allow", "reason", "sensitive_information")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d, want 303", res.StatusCode)
	}
	if c := w.store.cases[mild.ID]; c.Verdict != models.VerdictAllow || c.DecidedBy != "moderator:olga" {
		t.Errorf("case = %+v", c)
	}
	b.page(res.Header.Get("Location")).wants("#notice", "Kept.")

	res, _ = b.post("/queue/"+string(grave.ID)+"/decide", "verdict", "recall", "reason", "sensitive_information")
	p = b.page(res.Header.Get("Location"))
	p.wants("#notice", "Recall asked for.")
	p.one("#notice").wants(".strip", "requested")
	p.wants(".empty", "Nothing waits for you")
}

func TestALostRaceSaysWhoAndWhen(t *testing.T) {
	w := newWorld(t)
	c := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c.State, c.DecidedBy, c.DecidedAt, c.Verdict = models.CaseDecided, "moderator:ann", noon, models.VerdictRecall
	w.store.cases[c.ID] = c
	res, body := w.operator().post("/queue/"+string(c.ID)+"/decide", "verdict", "allow")
	if res.StatusCode != http.StatusConflict {
		t.Fatalf("answered %d, want 409", res.StatusCode)
	}
	parse(t, body).wants("p", "moderator:ann decided this at 12:00:00 UTC: recall.")
}

func TestRevealIsOnRecordAndShort(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	path := "/messages/" + string(m.ID) + "/reveal"

	res, _ := b.post(path, "purpose", "x")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a purpose of one letter answered %d, want 422", res.StatusCode)
	}
	res, body := b.post(path, "purpose", "customer asks")
	if res.StatusCode != http.StatusOK || !strings.Contains(body, card) {
		t.Fatalf("answered %d without the text", res.StatusCode)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q", got)
	}
	if got := res.Header.Get("Refresh"); !strings.HasPrefix(got, "60;") {
		t.Errorf("Refresh = %q, want the masked page after 60 s", got)
	}
	want := "moderator:olga message.revealed"
	if got := w.store.actions(); got[len(got)-1] != want {
		t.Errorf("the last entry of the audit is %q, want %q", got[len(got)-1], want)
	}
}

func TestAuditVerifies(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	b.page("/audit").wants("#rows", "session.opened")
	_, body := b.post("/audit/verify")
	parse(t, body).wants(".green", "Every chain holds. 1 entry in 1 chain")
	w.store.broken = []models.AuditBreak{{Chain: "node-1", Seq: 7, Why: "its hash does not fit"}}
	_, body = b.post("/audit/verify")
	parse(t, body).wants(".red", "First broken entry: node-1 7: its hash does not fit")
}

func TestConversationsSayHowMuchWasSeen(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "alice", "hello")
	b := w.operator()
	for _, words := range []string{"@TGS#sales", "99.9 %", "1 missing"} {
		b.page("/conversations").wants("#rows", words)
	}
}

func TestTryShowsWhatWouldBeFound(t *testing.T) {
	w := newWorld(t)
	_, body := w.operator().post("/try", "text", "my card "+card)
	p := parse(t, body)
	p.wants("#tried", "credit_card")
	p.wants("#tried", "8–27")
	if len(w.store.messages) != 0 {
		t.Error("the bench kept a message")
	}
}

func TestAFormTooLargeIsToldFromAnEmptyOne(t *testing.T) {
	b := newWorld(t).operator()
	res, body := b.post("/try", "text", strings.Repeat("x", 2<<20))
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d, want 413", res.StatusCode)
	}
	parse(t, body).wants("p", "Nothing was done.")
}

func TestAFilterThatDoesNotExistIsNotAnEmptyList(t *testing.T) {
	b := newWorld(t).operator()
	for _, path := range []string{"/messages?state=zzz", "/messages?verdict=zzz", "/recalls?state=zzz", "/conversations?kind=zzz"} {
		res, body := b.get(path)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "“zzz”") {
			t.Errorf("%s answered %d", path, res.StatusCode)
		}
	}
}
