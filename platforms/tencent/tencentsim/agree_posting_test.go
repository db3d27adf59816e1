package tencentsim_test

import (
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// posting is one in a conversation of the pair.
func posting(c models.Conversation, sender, account string) platforms.Posting {
	return platforms.Posting{
		Conversation: c, Sender: sender, Account: account, Named: "cid", Texts: []string{"card •••• 1111", "thanks"},
		Random: 7_000_001, Since: time.Now(),
	}
}

// What the adapter posts is there once, however often it says so, comes back as no
// webhook, and is found in history.
func TestAgreementOnPosting(t *testing.T) {
	places := []struct {
		name            string
		c               models.Conversation
		sender, account string
		unseen          bool // no history tells of it
	}{
		{"group", models.Conversation{App: "main", Kind: models.Group, Ref: "public", Group: "public"}, "cid", "", false},
		{"group, own name", models.Conversation{App: "main", Kind: models.Group, Ref: "public", Group: "public"}, "", "", false},
		{"one to one", models.Conversation{App: "main", Kind: models.Direct, Ref: "ann:cid"}, "cid", "", false},
		{"one to one, own name", models.Conversation{App: "main", Kind: models.Direct, Ref: "ann:cid"}, "", "", false},
		{"account", models.Conversation{App: "main", Kind: models.Group, Ref: "public", Group: "public"}, "", "cid", false},
		{"live", models.Conversation{App: "main", Kind: models.Live, Ref: "live", Group: "live"}, "", "", true},
	}
	for _, tt := range places {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t)
			order := posting(tt.c, tt.sender, tt.account)
			if got, err := p.adapter.Seek(t.Context(), order); err != nil || !tt.unseen && got.State != platforms.PostAbsent {
				t.Fatalf("before: %+v, %v, want absent", got, err)
			}
			first, err := p.adapter.Post(t.Context(), order)
			if err != nil || first.State != platforms.PostDone || first.Ref == "" || first.At.IsZero() {
				t.Fatalf("Post = %+v, %v", first, err)
			}
			if tt.c.Kind != models.Direct && tt.account == "" { // there it is known for a second only
				again, err := p.adapter.Post(t.Context(), order)
				if err != nil || again.Ref != first.Ref {
					t.Errorf("again: %+v, %v, want the same message", again, err)
				}
			}
			found, err := p.adapter.Seek(t.Context(), order)
			if want := platforms.PostDone; err != nil || tt.unseen != (found.State == platforms.PostUnsure) || !tt.unseen && (found.State != want || found.Ref != first.Ref) {
				t.Errorf("Seek = %+v, %v", found, err)
			}
			if heard := p.events(models.EventPosted); len(heard) != 0 {
				t.Errorf("it came back as %d webhooks", len(heard))
			}
		})
	}
}

// Who is not in the group any more is spoken for by our own account.
func TestAgreementOnPostingForAStranger(t *testing.T) {
	p := newPair(t)
	c := models.Conversation{App: "main", Kind: models.Group, Ref: "nowhere", Group: "nowhere"}
	if got, err := p.adapter.Post(t.Context(), posting(c, "cid", "")); err != nil || got.State != platforms.PostRefused {
		t.Errorf("a group that is none: %+v, %v", got, err)
	}
	c.Ref, c.Group = "public", "public"
	if got, err := p.adapter.Post(t.Context(), posting(c, "zoe", "")); err != nil || got.State != platforms.PostForbidden {
		t.Errorf("in a stranger's name: %+v, %v", got, err)
	}
	p.sim.SetFaults(tencentsim.Faults{Throttle: 1})
	if _, err := p.adapter.Post(t.Context(), posting(c, "cid", "")); platforms.ClassOf(err) != platforms.RateLimit {
		t.Errorf("throttled: %v", err)
	}
}
