package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// What became of recalls is told by hours and days, over weeks. Counting the rows each
// time would cost more with every recall, and counting at every recall would make nodes
// wait for each other's row. So each quarter of an hour is counted once, some minutes
// after it is over: what is over does not change any more, so nodes that count the same
// slot write the same.

const (
	slotLength  = int64(models.Slot / time.Millisecond)
	slotLag     = 2 * time.Minute // how far clocks of nodes may differ, and a commit take
	slotsAtOnce = 4               // counted in one transaction
	slotTail    = 20_000          // recalls that are counted anew at every look
)

// CountSlots counts the next slots that are over, and says whether there are more. It may be
// called on every node.
func (s *Store) CountSlots(ctx context.Context) (more bool, err error) {
	from, err := s.uncounted(ctx)
	if err != nil || from == 0 {
		return false, err
	}
	last := s.now().Add(-slotLag).UnixMilli() / slotLength * slotLength
	to := min(from+slotsAtOnce*slotLength, last)
	if to <= from {
		return false, nil
	}
	counted, err := s.count(ctx, models.Scope{All: true}, from, to, 0)
	if err != nil {
		return false, err
	}
	batch, err := counted.rows(to - slotLength)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(u *unit) error {
		_, err := u.insert(&batch)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep slots: %w", err)
	}
	return to < last, nil
}

// uncounted is the slot of what was over first and is not counted yet, 0 for none.
func (s *Store) uncounted(ctx context.Context) (int64, error) {
	done, err := s.countedTo(ctx)
	if err != nil {
		return 0, err
	}
	var first int64
	for _, q := range []*gorm.DB{
		s.reader(ctx).Model(&recallRow{}).Select("ended_at").Where("ended_at > 0 AND ended_at >= ?", done).Order("ended_at"),
		s.reader(ctx).Model(&caseRow{}).Select("decided_at").Where("decided_at > 0 AND decided_at >= ?", done).Order("decided_at"),
	} {
		var at int64
		if err := q.Limit(1).Scan(&at).Error; err != nil {
			return 0, fmt.Errorf("what is not counted: %w", clean(err))
		}
		if at > 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return first / slotLength * slotLength, nil
}

// countedTo is up to when everything is counted. The last slot of each count has a row
// of all conversations, also where nothing happened in it.
func (s *Store) countedTo(ctx context.Context) (int64, error) {
	var last []int64
	err := s.reader(ctx).Model(&slotRow{}).Where("conversation_id = ''").Order("slot DESC").Limit(1).Pluck("slot", &last).Error
	if err != nil || len(last) == 0 {
		return 0, clean(err)
	}
	return last[0] + slotLength, nil
}

// Numbers returns the figures of a scope from since on, oldest first, one for each slot
// in which something was over. What is not counted yet is counted now; where that is
// more than anybody should wait for, part says that the last minutes are left out.
func (s *Store) Numbers(ctx context.Context, scope models.Scope, since time.Time) (all []models.Figures, part bool, err error) {
	border, err := s.countedTo(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("numbers: %w", err)
	}
	q := s.reader(ctx).Where("conversation_id = ''")
	if !scope.All {
		q = scoped(s.reader(ctx), scope, "conversation_id")
	}
	var found []slotRow
	if err := q.Where("slot >= ?", since.UnixMilli()).Find(&found).Error; err != nil {
		return nil, false, fmt.Errorf("numbers: %w", clean(err))
	}
	sum := slots{}
	for _, r := range found {
		t, err := r.model()
		if err != nil {
			return nil, false, err
		}
		sum.at("", r.Slot).Add(t)
	}
	tail, err := s.count(ctx, scope, max(border, since.UnixMilli()), 0, slotTail)
	if err != nil {
		return nil, false, err
	}
	for key, t := range tail {
		if key.conversation == "" {
			sum.at("", key.slot).Add(*t)
		}
	}
	return sum.list(), tail.whole() >= slotTail, nil
}

// slotKey names the figures of one slot.
type slotKey struct {
	conversation string
	slot         int64
}

// slots are counts, of each conversation and under "" of all.
type slots map[slotKey]*models.Figures

func (c slots) at(conversation string, ms int64) *models.Figures {
	key := slotKey{conversation, ms / slotLength * slotLength}
	if c[key] == nil {
		c[key] = &models.Figures{At: fromMillis(key.slot)}
	}
	return c[key]
}

// add adds one thing that was over to its conversation and to all.
func (c slots) add(conversation string, ms int64, one models.Figures) {
	c.at("", ms).Add(one)
	c.at(conversation, ms).Add(one)
}

// whole is how many recalls were counted.
func (c slots) whole() (n int) {
	for key, t := range c {
		if key.conversation == "" {
			for _, m := range t.Outcomes {
				n += m
			}
		}
	}
	return n
}

// list returns the figures of all conversations, oldest first.
func (c slots) list() (all []models.Figures) {
	for key, t := range c {
		if key.conversation == "" {
			all = append(all, *t)
		}
	}
	slices.SortFunc(all, func(a, b models.Figures) int { return a.At.Compare(b.At) })
	return all
}

// rows are the figures as they are kept, in an order in which nodes never wait for each
// other in a ring; last is the slot up to which all is counted.
func (c slots) rows(last int64) (rows, error) {
	c.at("", last)
	keys := make([]slotKey, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b slotKey) int {
		return cmp.Or(cmp.Compare(a.conversation, b.conversation), cmp.Compare(a.slot, b.slot))
	})
	batch := rows{table: slotsTable}
	for _, key := range keys {
		figures, err := json.Marshal(c[key])
		if err != nil {
			return batch, fmt.Errorf("encode figures: %w", err)
		}
		batch.add(key.conversation, key.slot, string(figures))
	}
	return batch, nil
}

// ended is a recall that is over, as far as it counts. Seen is how many read its message,
// as far as the platform told; nil: it told nothing.
type ended struct {
	ConversationID string
	EndedAt        int64
	State          string
	ReasonCode     string
	Rule           string
	SentAtPlatform int64
	Seen           *int64
}

func (e ended) figures() models.Figures {
	t := models.Figures{
		Outcomes: map[models.RecallState]int{models.RecallState(e.State): 1}, Reasons: map[models.ReasonCode]int{models.ReasonCode(e.ReasonCode): 1},
		Rules: map[string]int{e.Rule: 1},
	}
	if e.State != string(models.Confirmed) {
		return t
	}
	t.Reads = map[models.ReadBefore]int{e.read(): 1}
	if e.SentAtPlatform > 0 {
		took := time.Duration(max(0, e.EndedAt-e.SentAtPlatform)) * time.Millisecond
		t.Took = map[int]int{models.TookBand(took): 1}
	}
	return t
}

func (e ended) read() models.ReadBefore {
	switch {
	case e.Seen == nil:
		return models.ReadNotKnown
	case *e.Seen > 0:
		return models.ReadBySome
	}
	return models.ReadByNobody
}

// count counts what was over from a time on until another, 0 for now; of recalls up to
// limit, 0 for all of them.
func (s *Store) count(ctx context.Context, scope models.Scope, from, to int64, limit int) (slots, error) {
	counted := slots{}
	if to == 0 {
		to = s.now().UnixMilli() + slotLength
	}
	q := scoped(s.reader(ctx), scope, "conversation_id").Model(&recallRow{}).
		Where("ended_at > 0 AND ended_at >= ? AND ended_at < ?", from, to).Order("ended_at")
	if limit > 0 {
		q = q.Limit(limit)
	}
	var over []ended
	err := q.Select(`conversation_id, ended_at, state, reason_code, rule, sent_at_platform,
		(SELECT max(CASE WHEN r.reader = '' THEN r.seen ELSE 1 END) FROM reads r
			WHERE r.conversation_id = recalls.conversation_id AND r.ref = recalls.ref) AS seen`).Scan(&over).Error
	if err != nil {
		return nil, fmt.Errorf("count recalls: %w", clean(err))
	}
	for _, e := range over {
		counted.add(e.ConversationID, e.EndedAt, e.figures())
	}
	return counted, s.countCases(ctx, scope, from, to, counted)
}

// countCases counts what people decided of the cases of each rule.
func (s *Store) countCases(ctx context.Context, scope models.Scope, from, to int64, counted slots) error {
	var decided []caseRow
	err := scoped(s.reader(ctx), scope, "conversation_id").Model(&caseRow{}).Select("conversation_id", "decided_at", "rule", "verdict").
		Where("decided_at > 0 AND decided_at >= ? AND decided_at < ? AND rule <> ''", from, to).
		Where("verdict IN ?", []string{string(models.VerdictRecall), string(models.VerdictAllow)}).
		Where("decided_by NOT IN ? AND decided_by NOT LIKE 'worker:%'", []string{"", models.PlatformDecides, "policy", "breaker"}).
		Order("decided_at").Limit(slotTail).Scan(&decided).Error
	if err != nil {
		return fmt.Errorf("count cases: %w", clean(err))
	}
	for _, r := range decided {
		v := models.Verdicts{Allow: 1}
		if r.Verdict == string(models.VerdictRecall) {
			v = models.Verdicts{Recall: 1}
		}
		counted.add(r.ConversationID, r.DecidedAt, models.Figures{Verdicts: map[string]models.Verdicts{r.Rule: v}})
	}
	return nil
}
