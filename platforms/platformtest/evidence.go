package platformtest

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// readBack holds an adapter that reads messages again to what was posted: who
// sent it, and every text. What is gone, or never was, has none.
func readBack(h *watched) {
	r, ok := h.Adapter.(platforms.Rereader)
	if !ok {
		h.Skip("the platform's messages cannot be read again")
	}
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 2)
		if _, err := h.recall(h.Context(), c, items[1]); err != nil {
			h.Fatalf("Recall: %v", err)
		}
		got, err := r.Reread(h.Context(), platforms.Order{Conversation: c, Items: []platforms.Item{items[1], h.Server.Missing(c), items[0]}})
		if err != nil || len(got) != 3 {
			h.Fatalf("Reread = %d copies, %v, want three", len(got), err)
		}
		if !h.Adapter.Limits(c.Kind).History {
			for _, one := range got {
				if one.State != platforms.Unsure || one.Message != nil {
					h.Errorf("%s where there is no history", one.State)
				}
			}
			return
		}
		want := []platforms.State{platforms.WasGone, platforms.NotFound, platforms.Present}
		for i, one := range got {
			h.say(one.Outcome)
			if one.State != want[i] || (one.Message != nil) != (want[i] == platforms.Present) {
				h.Errorf("item %d: %s, with a message: %v; want %s", i, one.State, one.Message != nil, want[i])
			}
		}
		if m := got[2].Message; m != nil && (m.Sender != items[0].Sender || !slices.ContainsFunc(m.Elements, holds(secretText))) {
			h.Errorf("read back as %v of %s", m, m.Sender)
		}
	})
}

func holds(text string) func(models.Element) bool {
	return func(e models.Element) bool { return e.Text == text }
}

// audience expects numbers that can be true, of the items that were asked about,
// and -1 where nothing is known.
func audience(h *watched) {
	r, ok := h.Adapter.(platforms.Readers)
	if !ok {
		h.Skip("the platform does not tell who reads")
	}
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 2)
		got, err := r.Audience(h.Context(), platforms.Order{Conversation: c, Items: items})
		if err != nil {
			h.say(err)
		}
		if got.Members < -1 || err == nil && got.Members == 0 {
			h.Errorf("%d members", got.Members)
		}
		for _, read := range got.Reads {
			asked := slices.ContainsFunc(items, func(i platforms.Item) bool { return i.Ref == read.Ref })
			if !asked || read.Count < -1 || len(read.Readers) > max(0, read.Count) {
				h.Errorf("receipt %+v for something else, or of more readers than have read it", read)
			}
		}
	})
}
