package storetest

import (
	"errors"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func sweepLists(b *bench) {
	kept := b.spam(1, 5)
	var ids []models.SweepID
	for range 3 {
		ids = append(ids, b.sweepBy(ofMallory(), 50, nil).ID)
	}
	b.run(ids[1], "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(2))
	for _, tt := range []struct {
		f    models.SweepFilter
		want []models.SweepID
	}{
		{models.SweepFilter{}, []models.SweepID{ids[2], ids[1], ids[0]}},
		{models.SweepFilter{State: models.SweepRunning}, []models.SweepID{ids[1]}},
		{models.SweepFilter{Actor: "moderator:eve", Page: models.Page{Limit: 2}}, []models.SweepID{ids[2], ids[1]}},
		{models.SweepFilter{Actor: "moderator:bob"}, nil},
	} {
		found, next, err := b.store.Sweeps(b.Context(), tt.f)
		var got []models.SweepID
		for _, s := range found {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" || (next != "") != (tt.f.Limit == 2) {
			b.Errorf("%+v: %v, next %q (-want +got):\n%s", tt.f, err, next, diff)
		}
	}
	first, next, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{Page: models.Page{Limit: 3}})
	if err != nil || len(first) != 3 || next == "" || first[0].Message != kept[4].Message || first[0].State != models.ItemWaiting {
		b.Fatalf("SweepItems = %+v, %q, %v", first, next, err)
	}
	last, next, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{Page: models.Page{Limit: 3, Cursor: next}})
	if err != nil || len(last) != 2 || next != "" || last[1].State != models.ItemAsked || last[1].Recall == "" ||
		last[1].RecallState != models.Queued || last[1].Conversation.Ref != room.Ref {
		b.Errorf("the last page = %+v, %q, %v", last, next, err)
	}
	waiting, _, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{State: models.ItemWaiting})
	if err != nil || len(waiting) != 3 {
		b.Errorf("what waits = %+v, %v, want 3", waiting, err)
	}
	places, err := b.store.SweepPlaces(b.Context(), ids[1])
	if err != nil || len(places) != 1 || places[0].Chosen != 5 || places[0].Conversation.Kind != models.Group {
		b.Errorf("SweepPlaces = %+v, %v", places, err)
	}
	if _, err := b.store.Sweep(b.Context(), "nothing"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a sweep that is none: %v", err)
	}
}
