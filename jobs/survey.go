package jobs

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// surveyEvery is how often what was seen is counted.
const surveyEvery = time.Second

// maxKept bounds the numbers that wait to be counted while the database does not
// take them. What is forgotten leaves holes, and is found when they are looked at.
const maxKept = 500_000

// newWithin is up to which number the first message that was seen of a
// conversation says that the conversation is new, so that those before it count
// too. Above it takeback came later than the conversation.
const newWithin = 20

// sighted is what was seen of one conversation and not counted yet.
type sighted struct {
	conversation models.Conversation
	numbered     bool
	numbers      []int64
	count        int64
	ready        int64 // the highest number at the last look: those up to it are counted now
	at           time.Time
}

// survey counts what was seen. The newest numbers wait for the next look, since
// those before them may still be under way; at the end all are counted.
func (s *seeker) survey(ctx context.Context, all bool) {
	waiting := 0
	for _, seen := range s.Store.Sightings() {
		s.note(seen)
	}
	var batch []models.Seen
	for _, k := range s.kept {
		if seen, ok := k.counted(all); ok {
			batch = append(batch, seen)
		}
		waiting += len(k.numbers)
	}
	err := s.count(ctx, batch)
	s.saw(ctx, err)
	switch {
	case err == nil:
		for _, seen := range batch {
			s.drop(seen)
		}
	case waiting > maxKept:
		clear(s.kept)
	}
}

func (s *seeker) count(ctx context.Context, batch []models.Seen) error {
	if len(batch) == 0 {
		return nil
	}
	return s.Store.Cover(ctx, batch, s.Cadence)
}

// note turns refs into numbers where they have some.
func (s *seeker) note(seen models.Sighting) {
	c := seen.Conversation
	k, ok := s.kept[c.ID]
	if !ok {
		k = &sighted{}
		s.kept[c.ID] = k
	}
	k.conversation, k.at = c, seen.At
	h := s.apps[c.App]
	k.numbered = h != nil && h.sequenced != nil && h.adapter.Limits(c.Kind).Newest > 0
	if !k.numbered {
		k.count += int64(len(seen.Refs))
		return
	}
	for _, ref := range seen.Refs {
		if n, ok := h.sequenced.Number(c, ref); ok {
			k.numbers = append(k.numbers, n)
		}
	}
}

// counted returns what can be counted of a conversation now.
func (k *sighted) counted(all bool) (models.Seen, bool) {
	seen := models.Seen{Conversation: k.conversation, Numbered: k.numbered, Count: k.count, At: k.at}
	if !k.numbered {
		return seen, true
	}
	if len(k.numbers) == 0 {
		return seen, false
	}
	newest := slices.Max(k.numbers)
	up := k.ready
	if k.ready = newest; all {
		up = newest
	}
	var ready []int64
	for _, n := range k.numbers {
		if n <= up {
			ready = append(ready, n)
		}
	}
	if len(ready) == 0 {
		return seen, false
	}
	seen.Ranges = runs(ready)
	if seen.Begin = seen.Ranges[0].First; seen.Begin <= newWithin {
		seen.Begin = 1
	}
	return seen, true
}

// drop forgets what was counted.
func (s *seeker) drop(seen models.Seen) {
	k := s.kept[seen.Conversation.ID]
	if seen.Numbered {
		up := seen.Ranges[len(seen.Ranges)-1].Last
		k.numbers = slices.DeleteFunc(k.numbers, func(n int64) bool { return n <= up })
	}
	if len(k.numbers) == 0 {
		delete(s.kept, seen.Conversation.ID)
	}
}

// saw tells when nothing can be counted, and when it can again.
func (s *seeker) saw(ctx context.Context, err error) {
	switch {
	case err != nil && !s.blind && ctx.Err() == nil:
		s.log.ErrorContext(ctx, "what was seen was not counted", slog.Any("error", err))
	case err == nil && s.blind:
		s.log.InfoContext(ctx, "what was seen is counted again")
	}
	s.blind = err != nil
}
