package platformtest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// refsOf names the messages that events say were posted, in their order.
func refsOf(events []models.Event) []string {
	var refs []string
	for _, e := range events {
		if e.Kind == models.EventPosted && e.Message != nil {
			refs = append(refs, e.Message.Ref)
		}
	}
	return refs
}

// past holds an adapter that reads history back to what was posted and is still
// there, the newest first, and to where it is asked to begin.
func past(h *watched) {
	r, ok := h.Adapter.(platforms.Historian)
	if !ok {
		h.Skip("the platform has no history")
	}
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 3)
		if _, err := h.recall(h.Context(), c, items[1]); err != nil {
			h.Fatalf("Recall: %v", err)
		}
		want := []string{items[2].Ref, items[0].Ref}
		if !h.Adapter.Limits(c.Kind).History {
			want = nil
		}
		got, _, err := r.History(h.Context(), c, "", 100)
		if err != nil {
			h.Fatalf("History: %v", err)
		}
		if diff := cmp.Diff(want, refsOf(got)); diff != "" {
			h.Errorf("history (-want +got):\n%s", diff)
		}
		for _, e := range got {
			if e.Message != nil && !slices.ContainsFunc(e.Message.Elements, holds(secretText)) {
				h.Errorf("message %s is read back as something else", e.Message.Ref)
			}
		}
	})
}

// numbered holds an adapter that numbers what is stored to its word: names and
// numbers belong together, the newest is not below what was posted, and a passage
// tells of each of its numbers in one way.
func numbered(h *watched) {
	s, ok := h.Adapter.(platforms.Sequenced)
	if !ok {
		h.Skip("the platform numbers nothing")
	}
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 3)
		if h.Adapter.Limits(c.Kind).Newest == 0 {
			if _, ok := s.Number(c, items[0].Ref); ok {
				h.Error("a message has a number where there is no counting")
			}
			return
		}
		numbers := make([]int64, len(items))
		for i, item := range items {
			n, ok := s.Number(c, item.Ref)
			if numbers[i] = n; !ok || s.Ref(c, n) != item.Ref {
				h.Errorf("%s has the number %d, %v, and that names %s", item.Ref, n, ok, s.Ref(c, n))
			}
		}
		newest, err := s.Newest(h.Context(), []models.Conversation{c})
		if err != nil || len(newest) != 1 || newest[0] != 0 && newest[0] < numbers[2] {
			h.Errorf("Newest = %v, %v after %d", newest, err, numbers[2])
		}
		if _, err := h.recall(h.Context(), c, items[1]); err != nil {
			h.Fatalf("Recall: %v", err)
		}
		h.passage(s, c, models.Range{First: numbers[0], Last: numbers[2]}, items)
	})
}

// passage reads a range back in which the second of three messages was taken back.
func (h *watched) passage(s platforms.Sequenced, c models.Conversation, r models.Range, items []platforms.Item) {
	h.Helper()
	p, err := s.Passage(h.Context(), c, r)
	if err != nil || p.Told != r {
		h.Fatalf("Passage tells of %v, %v, want %v", p.Told, err, r)
	}
	if diff := cmp.Diff([]string{items[0].Ref, items[2].Ref}, refsOf(p.Events)); diff != "" {
		h.Errorf("messages of the passage (-want +got):\n%s", diff)
	}
	told := map[int64]bool{}
	for _, ref := range refsOf(p.Events) {
		n, _ := s.Number(c, ref)
		told[n] = true
	}
	for _, n := range slices.Concat(p.Tips, p.Gone) {
		if told[n] || n < r.First || n > r.Last {
			h.Errorf("number %d is told of twice, or was not asked for", n)
		}
		told[n] = true
	}
	if int64(len(told)) != r.Len() {
		h.Errorf("%d numbers are told of, want %d", len(told), r.Len())
	}
}

// recent holds an adapter that reads back what has no numbers to what was posted
// since a moment, the oldest first.
func recent(h *watched) {
	r, ok := h.Adapter.(platforms.Recent)
	if !ok {
		h.Skip("the platform has nothing to read back without numbers")
	}
	h.each(func(h *watched, c models.Conversation) {
		if l := h.Adapter.Limits(c.Kind); c.Kind != models.Direct || !l.History {
			return
		}
		items := h.post(c, 2)
		got, err := r.Since(h.Context(), c, time.Now().Add(-time.Hour))
		if err != nil {
			h.Fatalf("Since: %v", err)
		}
		if diff := cmp.Diff([]string{items[0].Ref, items[1].Ref}, refsOf(got)); diff != "" {
			h.Errorf("since then (-want +got):\n%s", diff)
		}
	})
}

// stranger is an account that no platform under test knows.
const stranger = "nobody-at-all"

// roles expects the roles of many to be those of each one.
func roles(h *watched) {
	r, ok := h.Adapter.(platforms.Roles)
	if !ok {
		h.Skip("the platform tells roles one by one")
	}
	h.each(func(h *watched, c models.Conversation) {
		if !h.Adapter.Limits(c.Kind).Roles {
			return
		}
		accounts := []string{h.Server.Post(c, "hello").Sender, stranger}
		got, err := r.Authorities(h.Context(), c, accounts)
		if err != nil {
			h.say(err)
			h.Fatalf("Authorities: %v", err)
		}
		for _, account := range accounts {
			one, err := h.Adapter.Authority(h.Context(), c, account)
			if role, told := got[account]; err != nil || told && role != one {
				h.Errorf("%s is %q among others and %q alone, %v", account, role, one, err)
			}
		}
		if role := got[stranger]; role == models.RoleOwner || role == models.RoleAdmin {
			h.Errorf("a stranger is %s", role)
		}
	})
}

// moderates expects the groups that are listed for an account to be those of which
// the platform says, asked about each, that it is owner or admin there.
func moderates(h *watched) {
	m, ok := h.Adapter.(platforms.Moderates)
	if !ok {
		h.Skip("the platform does not list whose groups are whose")
	}
	accounts := map[string]bool{stranger: true}
	for _, c := range h.Conversations {
		accounts[h.Server.Post(c, "hello").Sender] = true
	}
	for account := range accounts {
		listed, err := m.Moderates(h.Context(), account)
		if err != nil {
			h.say(err)
			h.Fatalf("Moderates: %v", err)
		}
		for _, c := range h.Conversations {
			if c.Kind != models.Group || !h.Adapter.Limits(c.Kind).Roles {
				continue
			}
			role, err := h.Adapter.Authority(h.Context(), c, account)
			if err != nil || role.Moderates() != slices.Contains(listed, c.Group) {
				h.Errorf("%s is %q in %s (%v), of which the list %v knows otherwise", account, role, c.Group, err, listed)
			}
		}
	}
	h.Server.Fail(Down)
	if listed, err := m.Moderates(h.Context(), stranger); err == nil {
		h.Errorf("a platform that is down lists %v", listed)
	}
}

// own expects nobody but the adapter's own accounts to be left unjudged.
func own(h *watched) {
	m, ok := h.Adapter.(platforms.Mute)
	if !ok {
		h.Skip("the adapter has no account of its own")
	}
	for _, account := range []string{"", stranger, h.Server.Post(h.Conversations[0], "hello").Sender} {
		if m.Own(account) {
			h.Errorf("%q passes for an account of our own", account)
		}
	}
}
