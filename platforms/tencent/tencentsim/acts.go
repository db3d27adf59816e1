package tencentsim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// deed is what a person does on the page. Conversation names a window.
type deed struct {
	Conversation string             `json:"conv"`
	From         string             `json:"from"`
	Text         string             `json:"text"`
	Sample       string             `json:"sample"` // label of a sample secret to post instead of Text
	Seq          uint32             `json:"seq"`
	Key          string             `json:"key"`
	Account      string             `json:"account"`
	Role         Role               `json:"role"`
	Faults       map[string]float64 `json:"faults"`
	Paused       bool               `json:"paused"`
}

func (s *Sim) acts() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/sim/post":   s.act(s.doPost),
		"/sim/recall": s.act(s.doRecall),
		"/sim/edit":   s.act(s.doEdit),
		"/sim/role":   s.act(s.doRole),
		"/sim/faults": s.act(s.doFaults),
		"/sim/talk":   s.act(s.doTalk),
	}
}

// act reads a deed, does it and answers {} or {"error": words}.
func (s *Sim) act(do func(context.Context, deed) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var d deed
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&d); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"the request is not JSON"}`))
			return
		}
		if err := do(r.Context(), d); err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
			return
		}
		_, _ = w.Write([]byte("{}"))
	}
}

var errNothing = errors.New("there is nothing to send")

// place splits the name of a window: group and topic, or both ends of a chat.
func (d deed) place() (group, topic string, ends pair, chat bool) {
	if rest, is := strings.CutPrefix(d.Conversation, "c2c|"); is {
		a, b, _ := strings.Cut(rest, "|")
		return "", "", pair{a, b}, true
	}
	group, topic, _ = strings.Cut(d.Conversation, "|")
	return group, topic, pair{}, false
}

// other is the end of the chat that account is not.
func (p pair) other(account string) string {
	if account == p.a {
		return p.b
	}
	return p.a
}

func (s *Sim) doPost(ctx context.Context, d deed) error {
	text := strings.TrimSpace(d.Text)
	if d.Sample != "" {
		text = sampleText(d.Sample, s.numbers)
	}
	if text == "" {
		return errNothing
	}
	group, topic, ends, chat := d.place()
	if chat {
		_, err := s.PostC2C(ctx, d.From, ends.other(d.From), text)
		return err
	}
	_, err := s.Post(ctx, Post{Group: group, Topic: topic, From: d.From, Text: text, Platform: "Web"})
	return err
}

func (s *Sim) doRecall(_ context.Context, d deed) error {
	group, topic, ends, chat := d.place()
	if chat {
		return s.ClientRecallC2C(d.From, ends.other(d.From), d.Key)
	}
	return s.ClientRecall(d.From, group, topic, d.Seq)
}

func (s *Sim) doEdit(_ context.Context, d deed) error {
	text := strings.TrimSpace(d.Text)
	if text == "" {
		return errNothing
	}
	group, topic, ends, chat := d.place()
	if chat {
		return s.EditC2C(d.From, d.From, ends.other(d.From), d.Key, []Element{Text(text)}, nil)
	}
	return s.Edit(d.From, group, topic, d.Seq, []Element{Text(text)}, nil)
}

func (s *Sim) doRole(_ context.Context, d deed) error {
	group, _, _, _ := d.place()
	if d.Role == Owner {
		return s.ChangeOwner(s.opt.Admin, group, d.Account)
	}
	return s.SetRole(s.opt.Admin, group, d.Account, d.Role)
}

func (s *Sim) doFaults(_ context.Context, d deed) error {
	f := Faults{Seed: s.Faults().Seed, SlowFor: s.Faults().SlowFor}
	for name, chance := range d.Faults {
		if at := f.named(name); at != nil && chance >= 0 && chance <= 1 {
			*at = chance
		}
	}
	s.SetFaults(f)
	return nil
}

func (s *Sim) doTalk(_ context.Context, d deed) error {
	s.talk.pause(d.Paused)
	s.feed.publish("talk", func() any { return map[string]bool{"playing": true, "paused": d.Paused} })
	return nil
}
