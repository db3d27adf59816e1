package tencentsim_test

import (
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// TestAgreementOnWhatIsReadAgain: history says the same as the webhook did, in
// every kind of conversation that keeps one, whatever the message is made of.
func TestAgreementOnWhatIsReadAgain(t *testing.T) {
	p := newPair(t)
	body := []tencentsim.Element{
		tencentsim.Text("two parts"), tencentsim.Elem("TIMCustomElem", map[string]any{"Data": `{"note":"inside"}`, "Desc": "d", "Ext": "", "Sound": ""}),
		tencentsim.Elem("TIMFaceElem", map[string]any{"Index": 1, "Data": "smile"}),
	}
	if _, err := p.sim.PostC2C(t.Context(), "ann", "bob", "secret"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []tencentsim.Post{{Group: "work"}, {Group: "public"}, {Group: "meeting"}, {Group: "town", Topic: tencentsim.TopicID("town", "a")}} {
		c.From, c.Body, c.Cloud = "cid", body, `{"reply":"to that"}`
		p.postAll(c)
	}
	posted := p.events(models.EventPosted)
	equal(t, 5, len(posted))
	for _, e := range posted {
		got, err := p.adapter.Reread(t.Context(), order("", e))
		if err != nil || got[0].Message == nil {
			t.Fatalf("%s: %+v, %v", e.Conversation.Ref, got, err)
		}
		equal(t, texts(e.Message), texts(got[0].Message))
		equal(t, e.Message.Sender, got[0].Message.Sender)
	}
}

func texts(m *models.Message) []string {
	var out []string
	for _, e := range m.Elements {
		out = append(out, string(e.Kind)+" "+e.Text)
	}
	return out
}

func TestAgreementOnAudiences(t *testing.T) {
	p := newPair(t)
	for _, c := range []tencentsim.Post{
		{Group: "public", Text: "read me", Receipt: true},
		{Group: "public", Text: "or not"},
		{Group: "town", Topic: tencentsim.TopicID("town", "a"), Text: "x"},
		{Group: "live", Text: "x"},
	} {
		c.From = "ann"
		p.postAll(c)
		p.flush("") // so that they are heard in this order
	}
	posted := p.events(models.EventPosted)
	if err := p.sim.Read("cid", "public", 1); err != nil {
		t.Fatal(err)
	}
	ask := func(events ...models.Event) platforms.Audience {
		t.Helper()
		got, err := p.adapter.Audience(t.Context(), order("", events...))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	read := models.Read{Ref: posted[0].Message.Ref, Count: 1, Unread: 2}
	equal(t, platforms.Audience{Members: 4, Reads: []models.Read{read}}, ask(posted[0], posted[1]))
	read.Readers = []string{"cid"}
	equal(t, platforms.Audience{Members: 4, Reads: []models.Read{read}}, ask(posted[0], posted[1]))
	equal(t, platforms.Audience{Members: 4}, ask(posted[2]))
	equal(t, platforms.Audience{Members: 4}, ask(posted[3]))
}
