package jobs

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	fillEvery  = time.Second // how often a node looks for holes
	fillAtOnce = 8           // holes, or pieces of them, that a node works on at once
	fillSize   = 200         // numbers of one piece
	fillLease  = 30 * time.Second
	tellAfter  = 5 // tries after which somebody is told that a hole cannot be read
)

// fill reads back what is missing for longer than the grace period, until
// nothing is due.
func (s *seeker) fill(ctx context.Context) {
	for ctx.Err() == nil {
		apps := s.open()
		if len(apps) == 0 {
			return
		}
		claims, err := s.Store.ClaimHoles(ctx, apps, fillAtOnce, fillSize, fillLease)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "holes were not claimed", slog.Any("error", err))
		}
		var work sync.WaitGroup
		for _, h := range claims {
			work.Go(func() { s.fillOne(ctx, s.apps[h.App], h) })
		}
		work.Wait()
		if len(claims) < fillAtOnce {
			return
		}
	}
}

// open lists the apps whose platform may be asked for history now.
func (s *seeker) open() []string {
	var apps []string
	for id, h := range s.apps {
		if h.sequenced != nil && h.open() {
			apps = append(apps, id)
		}
	}
	slices.Sort(apps)
	return apps
}

// fillOne accounts for the numbers of one hole, and gives it back where that fails.
func (s *seeker) fillOne(ctx context.Context, h *historian, claim models.HoleClaim) {
	f := &filling{seeker: s, h: h, claim: claim, open: map[int64]bool{}}
	err := f.work(ctx)
	if err == nil {
		return
	}
	until, code, words := s.clock.now(), "", ""
	if ctx.Err() == nil {
		until, code, words = f.failed(ctx, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := s.Store.DelayHole(ctx, claim.ID, until, code, words); err != nil {
		s.log.WarnContext(ctx, "hole was not given back; its lease ends", slog.String("hole", string(claim.ID)), slog.Any("error", err))
	}
}

// filling is the work on one hole.
type filling struct {
	*seeker
	h     *historian
	claim models.HoleClaim
	open  map[int64]bool // the numbers that are still missing
}

// work first looks for what was kept without being counted, and reads the rest
// back from the end of the hole downwards.
func (f *filling) work(ctx context.Context) error {
	if err := f.recheck(ctx); err != nil {
		return err
	}
	if !f.claim.Place.DissolvedAt.IsZero() { // whoever has its name now is another
		return f.account(ctx, f.all(models.ClosedGone))
	}
	for len(f.open) > 0 {
		left := models.Range{First: f.claim.First, Last: f.claim.First - 1}
		for n := range f.open {
			left.Last = max(left.Last, n)
		}
		if err := f.page(ctx, left); err != nil {
			return err
		}
	}
	return nil
}

// recheck accounts for messages that are kept: late ones, those that were forgotten
// before they were counted, and those that were read back by one who died before
// they were.
func (f *filling) recheck(ctx context.Context) error {
	for n := f.claim.First; n <= f.claim.Last; n++ {
		f.open[n] = true
	}
	how, err := f.keptOf(ctx, slices.Collect(maps.Keys(f.open)))
	if err != nil || len(how) == 0 {
		return err
	}
	return f.account(ctx, how)
}

// keptOf says how those of some numbers are accounted for whose messages are kept.
func (f *filling) keptOf(ctx context.Context, numbers []int64) (map[int64]models.Closing, error) {
	refs := make(map[string]int64, len(numbers))
	for _, n := range numbers {
		refs[f.h.sequenced.Ref(f.claim.Place, n)] = n
	}
	kept, err := f.Store.KeptAmong(ctx, f.claim.Conversation, slices.Collect(maps.Keys(refs)))
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	how := map[int64]models.Closing{}
	late := f.claim.FoundAt.Add(f.Cadence.Grace)
	for ref, at := range kept {
		how[refs[ref]] = models.ClosedLate
		if at.Before(late) {
			how[refs[ref]] = models.ClosedInTime
		}
	}
	read, err := f.Store.ReadBack(ctx, f.claim.Conversation, slices.Collect(maps.Keys(kept)))
	if err != nil {
		return nil, err
	}
	for _, ref := range read {
		how[refs[ref]] = models.ClosedHistory
	}
	return how, nil
}

// page reads the end of a range back and accounts for what it tells of.
func (f *filling) page(ctx context.Context, left models.Range) error {
	var p platforms.Passage
	err := f.h.call(ctx, opHistory, 1, func(ctx context.Context) (err error) {
		p, err = f.h.sequenced.Passage(ctx, f.claim.Place, left)
		return err
	})
	if err != nil {
		return err
	}
	if p.Told.Len() < 1 || p.Told.Last != left.Last {
		return &platforms.CallError{Op: opHistory, Class: platforms.Transient, Words: "The platform did not show this part of its history."}
	}
	how, err := f.takeIn(ctx, p)
	if err != nil {
		return err
	}
	if err := f.cameAndWent(ctx, p.Gone, how); err != nil {
		return err
	}
	return f.account(ctx, how)
}

// cameAndWent counts what is gone from history as kept where it was delivered, and taken
// back at once, between our look and the platform's answer.
func (f *filling) cameAndWent(ctx context.Context, gone []int64, how map[int64]models.Closing) error {
	if len(gone) == 0 {
		return nil
	}
	kept, err := f.keptOf(ctx, gone)
	maps.Copy(how, kept)
	return err
}

// takeIn hands what was missed to the intake and says how each number that the
// passage tells of is accounted for.
func (f *filling) takeIn(ctx context.Context, p platforms.Passage) (map[int64]models.Closing, error) {
	how := map[int64]models.Closing{}
	for n := p.Told.First; n <= p.Told.Last; n++ {
		how[n] = models.ClosedHistory
	}
	for _, n := range p.Tips {
		how[n] = models.ClosedTip
	}
	for _, n := range p.Gone {
		how[n] = models.ClosedGone
	}
	if err := f.setAside(ctx, p, how); err != nil {
		return nil, err
	}
	missed := slices.DeleteFunc(slices.Clone(p.Events), func(e models.Event) bool { return !f.open[f.numberOf(e)] })
	if len(missed) == 0 {
		return how, nil
	}
	kept, err := f.Intake().Backfill(ctx, f.h.id, missed)
	if err != nil {
		return nil, err
	}
	for i, k := range kept {
		if e := missed[i]; e.Message != nil && (k.Result == models.KeptDuplicate || k.Result == models.KeptConflict) {
			how[f.numberOf(e)] = models.ClosedLate // it was delivered while we read
		}
	}
	return how, nil
}

// all accounts for everything that is still missing in one way.
func (f *filling) all(how models.Closing) map[int64]models.Closing {
	numbers := map[int64]models.Closing{}
	for n := range f.open {
		numbers[n] = how
	}
	return numbers
}

func (f *filling) numberOf(e models.Event) int64 {
	ref := ""
	switch {
	case e.Message != nil:
		ref = e.Message.Ref
	case len(e.Refs) > 0:
		ref = e.Refs[0]
	}
	n, _ := f.h.sequenced.Number(f.claim.Place, ref)
	return n
}

// setAside keeps for a person what is there and cannot be read.
func (f *filling) setAside(ctx context.Context, p platforms.Passage, how map[int64]models.Closing) error {
	var asides []models.SetAside
	for n, a := range p.Unreadable {
		if _, told := how[n]; told && f.open[n] {
			asides = append(asides, a)
		}
	}
	if len(asides) == 0 {
		return nil
	}
	return f.Intake().SetAside(ctx, f.h.id, asides)
}

// account closes what is still open of some numbers.
func (f *filling) account(ctx context.Context, how map[int64]models.Closing) error {
	by := map[models.Closing][]int64{}
	for n, h := range how {
		if f.open[n] {
			by[h] = append(by[h], n)
		}
	}
	var all []models.Accounted
	for _, h := range append([]models.Closing{models.ClosedInTime}, models.Closings...) {
		for _, r := range runs(by[h]) {
			all = append(all, models.Accounted{Range: r, How: h})
		}
	}
	slices.SortFunc(all, func(a, b models.Accounted) int { return cmp.Compare(b.First, a.First) }) // so that rows join
	if err := f.Store.Account(ctx, f.claim.Conversation, all, f.Cadence); err != nil {
		return err
	}
	for _, a := range all {
		f.metrics.accounted(f.h.id, a.How, a.Len())
	}
	for n := range how {
		delete(f.open, n)
	}
	return nil
}

// failed says until when a hole waits, and tells somebody of one that cannot be
// read for long.
func (f *filling) failed(ctx context.Context, err error) (until time.Time, code, words string) {
	until = f.clock.now().Add(max(backoff(f.claim.Tries), retryAfter(err)))
	if f.claim.Tries+1 == tellAfter {
		f.log.ErrorContext(ctx, "missed messages cannot be read back", slog.String("app", f.h.id),
			slog.String("conversation", string(f.claim.Conversation)), slog.Int64("first", f.claim.First),
			slog.Int64("last", f.claim.Last), slog.Any("error", err))
	}
	return until, codeOf(err), wordsOf(err, "What was missed could not be stored.")
}
