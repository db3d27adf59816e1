package platforms_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// mouth posts what it is told, and says what became of it.
type mouth struct {
	platforms.Adapter
	said platforms.Posting
	ends platforms.Posted
	err  error
}

func (m *mouth) Post(_ context.Context, p platforms.Posting) (platforms.Posted, error) {
	m.said = p
	return m.ends, m.err
}

func (m *mouth) Seek(context.Context, platforms.Posting) (platforms.Posted, error) {
	return m.ends, m.err
}

func TestTell(t *testing.T) {
	down := &platforms.CallError{Op: "post", Class: platforms.Transient, Words: "down"}
	tests := []struct {
		name string
		ends platforms.Posted
		err  error
		want platforms.Class // empty: the account was told
	}{
		{"posted", platforms.Posted{State: platforms.PostDone}, nil, ""},
		{"dropped", platforms.Posted{State: platforms.PostDropped}, nil, platforms.Transient},
		{"unsure", platforms.Posted{State: platforms.PostUnsure}, nil, platforms.Lost},
		{"refused", platforms.Posted{State: platforms.PostRefused, Code: "20009"}, nil, platforms.Permanent},
		{"down", platforms.Posted{}, down, platforms.Transient},
		{"broken", platforms.Posted{}, errors.New("odd"), platforms.Lost},
	}
	for _, tt := range tests {
		m := &mouth{ends: tt.ends, err: tt.err}
		s := platforms.NewStandings(map[string]platforms.Adapter{"main": m})
		err := s.Tell(t.Context(), models.Account{App: "main", Name: "ann"}, "hello", 7)
		if (err == nil) != (tt.want == "") || err != nil && platforms.ClassOf(err) != tt.want {
			t.Errorf("%s: Tell = %v, want class %q", tt.name, err, tt.want)
		}
		if m.said.Account != "ann" || m.said.Sender != "" || m.said.Random != 7 || !cmp.Equal(m.said.Texts, []string{"hello"}) {
			t.Errorf("%s: it posted %+v", tt.name, m.said)
		}
	}
}

func TestTellWhereNothingIsPosted(t *testing.T) {
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": &oracle{}})
	for _, app := range []string{"main", "none"} {
		err := s.Tell(t.Context(), models.Account{App: app, Name: "ann"}, "hello", 7)
		if platforms.ClassOf(err) != platforms.Permanent {
			t.Errorf("%s: Tell = %v, want class %s", app, err, platforms.Permanent)
		}
	}
}
