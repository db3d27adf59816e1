package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var erasureTests = []test{
	{"nothing of a person is left", erasesAll},
	{"a legal hold beats it", holdsBeatErasure},
	{"what is not over stays, and goes later", erasesWhatIsOver},
	{"what was erased does not come back", erasedPersonStaysErased},
	{"orders that are not complete", refusesErasures},
}

const (
	zoe     = "zoe.quartermain"
	zoeSaid = "the harbour code is q7w4x1" // which is in no random id
)

// byZoe is a message of hers in a conversation.
func byZoe(ref string, in models.Conversation, v models.Verdict) models.Judged {
	j := aged(posted(ref, zoeSaid), time.Hour)
	j.Event.Conversation, j.Event.Message.Sender = in, zoe
	if v != "" {
		j = found(j, v)
		j.Event.Message.Findings[0].Mask, j.Event.Message.Findings[0].Fingerprint = "•••• q7w4x1", "f1f2f3f4"
	}
	return j
}

var chatWithZoe = models.Conversation{Kind: models.Direct, Ref: "bob:" + zoe}

func (b *bench) erase() models.Erasure {
	b.Helper()
	order := models.ErasureOrder{App: app, Account: zoe, Reason: "request of 1 May", Actor: "token:ops"}
	want, err := b.store.PreviewErasure(b.Context(), order)
	if err != nil {
		b.Fatal(err)
	}
	got, err := b.store.Erase(b.Context(), order)
	if err != nil {
		b.Fatal(err)
	}
	want.Alias, want.App = got.Alias, got.App
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.Erasure{}, "ID", "Reason", "By", "At")); diff != "" {
		b.Errorf("what was previewed and what was done (-want +got):\n%s", diff)
	}
	return got
}

// readBy is the platform's word that somebody has read a message.
func readBy(reader, ref string) models.Judged {
	return models.Judged{Event: models.Event{
		Kind: models.EventRead, At: time.Now(), Conversation: room, Reads: []models.Read{{Ref: ref, Readers: []string{reader}, Count: -1, Unread: -1}},
	}}
}

// zoeLives makes rows in which she stands in every way there is.
func zoeLives(b *bench) []models.Kept {
	b.Helper()
	other := posted("9", "lunch?")
	kept := b.keep(
		byZoe("1", room, ""), byZoe("2", room, models.VerdictReview), byZoe("3", room, models.VerdictRecall), byZoe("4", chatWithZoe, models.VerdictAllow), other,
		edited(byZoe("1", room, ""), zoeSaid+" now", time.Now()), readBy(zoe, "9"), readBy("bob", "1"),
	)
	by := models.RecallRequest{Actor: "moderator:ann", Authority: models.ByOwner, Trigger: models.FromConsole}
	note := models.Reason{Code: models.Abuse, Note: "she gave the harbour code away"}
	if _, _, err := b.store.DecideCase(b.Context(), everything, b.caseOf(kept[1].Message).ID, models.VerdictAllow, note, by); err != nil {
		b.Fatal(err)
	}
	gone := removed("9")
	gone.Event.Operator = zoe
	b.keep(removed("3"), gone)
	return kept
}

func erasesAll(b *bench) {
	kept := zoeLives(b)
	got := b.erase()
	want := models.Erasure{
		App: app, Alias: got.Alias, Reason: "request of 1 May", By: "token:ops",
		Messages: 4, Findings: 3, Reads: 2, Names: 2,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.Erasure{}, "ID", "At")); diff != "" {
		b.Errorf("the erasure (-want +got):\n%s", diff)
	}
	for _, k := range kept[:4] {
		m := b.message(k.Message)
		if m.Sender != got.Alias || m.ErasedAt.IsZero() || len(m.Elements) > 0 {
			b.Errorf("message %s is of %s and was erased at %v", m.Ref, m.Sender, m.ErasedAt)
		}
	}
	if m := b.message(kept[4].Message); m.Sender != "alice" || len(m.Elements) != 1 || m.RemovedBy != got.Alias {
		b.Errorf("another's message: %+v, removed by %s", m, m.RemovedBy)
	}
	if actions := b.actions(got.Alias); !cmp.Equal(actions, []string{"person.erasure_ordered", "person.erased"}) {
		b.Errorf("the audit says %v", actions)
	}
	list, _, err := b.store.Erasures(b.Context(), app, zoe, models.Page{})
	if diff := cmp.Diff([]models.Erasure{got}, list); diff != "" || err != nil {
		b.Errorf("erasures of her (-want +got):\n%s%v", diff, err)
	}
	b.verify()
	b.nowhere(zoe, "quartermain", "q7w4x1", "harbour", "f1f2f3f4")
}

// nowhere searches every byte of the database, once what waits in the log is moved into it.
func (b *bench) nowhere(words ...string) {
	b.Helper()
	if err := b.store.Close(); err != nil {
		b.Fatal(err)
	}
	all := b.everyByte()
	if !bytes.Contains(all, []byte("token:ops")) {
		b.Fatal("the search sees nothing")
	}
	for _, w := range words {
		if at := bytes.Index(all, []byte(w)); at >= 0 {
			b.Errorf("%q is left, in %q", w, all[max(0, at-60):min(len(all), at+80)])
		}
	}
}

func holdsBeatErasure(b *bench) {
	kept := zoeLives(b)
	b.legalHold(models.HoldMessage, string(kept[1].Message))
	h := b.legalHold(models.HoldConversation, string(kept[3].Conversation))
	if got := b.erase(); got.Held != 2 || got.Messages != 2 {
		b.Errorf("the erasure is %+v", got)
	}
	for _, k := range []models.Kept{kept[1], kept[3]} {
		if m := b.message(k.Message); m.Sender != zoe || len(m.Elements) != 1 || m.Findings[0].Mask != "•••• q7w4x1" {
			b.Errorf("under hold: %+v", m)
		}
	}
	if c := b.message(kept[3].Message).Conversation; c.Ref != chatWithZoe.Ref {
		b.Errorf("the chat under hold is named %s", c.Ref)
	}
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	if got := b.erase(); got.Held != 1 || got.Messages != 1 {
		b.Errorf("after the lift it is %+v", got)
	}
	b.legalHold(models.HoldSender, zoe)
	b.keep(byZoe("7", room, ""))
	if got := b.erase(); got.Messages+got.Names+got.Reads != 0 || got.Held != 2 {
		b.Errorf("with a hold on her it is %+v", got)
	}
}

func erasesWhatIsOver(b *bench) {
	kept := b.keep(byZoe("1", room, models.VerdictReview), byZoe("2", room, models.VerdictRecall))
	if got := b.erase(); got.Busy != 2 || got.Messages != 0 {
		b.Errorf("while all is under way: %+v", got)
	}
	b.keep(removed("1", "2"))
	if got := b.erase(); got.Busy != 0 || got.Messages != 2 || b.message(kept[0].Message).Sender != got.Alias || b.recallOf(kept[1].Message).Sender != got.Alias {
		b.Errorf("when it is over: %+v", got)
	}
}

// erasedPersonStaysErased: what is delivered again, or read from history, brings nothing back;
// what she posts afterwards is new, also where her one-to-one chat lost its name, on every node.
func erasedPersonStaysErased(b *bench) {
	b.store = b.open(store.Options{Node: "service"})
	kept := zoeLives(b)
	command := b.open(store.Options{Node: "command"})
	if _, err := command.Erase(b.Context(), models.ErasureOrder{App: app, Account: zoe, Reason: "asked", Actor: "cli"}); err != nil {
		b.Fatal(err)
	}
	b.wants(b.keep(byZoe("2", room, models.VerdictReview), byZoe("3", room, "")), models.KeptDuplicate, models.KeptDuplicate)
	if m := b.message(kept[1].Message); m.Sender == zoe || len(m.Elements) != 0 {
		b.Errorf("it came back: %+v", m)
	}
	b.waitUntil(func() bool {
		k := b.keep(byZoe(fmt.Sprint("later", time.Now().UnixNano()), chatWithZoe, ""))
		return k[0].Conversation != kept[3].Conversation
	}, "a new message went into the chat that lost its name")
}

// waitUntil waits for what another process is to notice.
func (b *bench) waitUntil(ok func() bool, otherwise string) {
	b.Helper()
	for range 100 {
		if ok() {
			return
		}
		select {
		case <-b.Context().Done():
			b.Fatal(otherwise)
		case <-time.After(50 * time.Millisecond):
		}
	}
	b.Fatal(otherwise)
}

func refusesErasures(b *bench) {
	for _, o := range []models.ErasureOrder{{}, {App: app, Reason: "x"}, {Account: zoe, Reason: "x"}, {App: app, Account: zoe}} {
		if _, err := b.store.Erase(b.Context(), o); !errors.Is(err, models.ErrInvalid) || strings.Contains(err.Error(), "%!") {
			b.Errorf("%+v: %v, want ErrInvalid", o, err)
		}
	}
	if got := b.erase(); got.Messages+got.Names+got.Reads+got.Findings != 0 {
		b.Errorf("of somebody unknown it erased %+v", got)
	}
}
