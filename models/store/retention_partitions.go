package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Where a partition is large, the messages in it of which nothing is to be kept go all at
// once and together with it, after its end. What is to be kept of it moves into one in its
// place. That costs what those are, and not what the others were.

const (
	wholeFrom = 2_000_000 // messages, or entries: smaller partitions go row by row, in time
	mostKept  = 200_000   // rows that move: while they are looked over nobody else reads or writes
)

// RetainPartitions removes one partition that is too old, on PostgreSQL, and all that was in
// it but what is to be kept longer. A step that removes nothing is the last.
// models.ErrConflict: another node has the round.
func (s *Store) RetainPartitions(ctx context.Context, round models.RetentionRound, r models.Retention) (models.RetentionStep, error) {
	var step models.RetentionStep
	if s.db.dialect == sqliteDialect {
		return step, nil
	}
	for _, remove := range []func(context.Context, models.RetentionRound, models.Retention) (models.RetentionStep, error){
		s.forgetDetached, s.replaceMessages, s.replaceAudit, s.dropEmpty,
	} {
		step, err := remove(ctx, round, r)
		if err != nil {
			return models.RetentionStep{}, fmt.Errorf("remove a partition: %w", clean(err))
		}
		if !step.Nothing() {
			return step, nil
		}
	}
	return step, nil
}

// whole reports whether a partition goes at once rather than row by row.
func (s *Store) whole(p partition) bool { return !p.rest() && p.rows >= s.opts.wholeFrom }

// over reports whether all of a partition is older than a moment.
func (p partition) over(moment int64) bool {
	return !p.rest() && models.IDTime(p.to).UnixMilli() <= moment
}

// cleanBefore is the moment before which messages go of which nothing is to be kept.
func (l limits) cleanBefore() int64 { return min(l.clean, l.shown) }

// replaceMessages replaces the oldest large partition of messages whose time is over.
func (s *Store) replaceMessages(ctx context.Context, round models.RetentionRound, r models.Retention) (models.RetentionStep, error) {
	l := limitsOf(r, round.Now)
	found, err := partitionsOf(s.reader(ctx), "messages")
	if err != nil || l.clean == 0 {
		return models.RetentionStep{}, err
	}
	for _, p := range found {
		if !s.whole(p) || !p.over(l.cleanBefore()) {
			continue
		}
		kept := s.keptMessages(p, round.Now, r)
		if few, err := s.few(ctx, kept); err != nil || !few {
			return models.RetentionStep{}, err
		}
		if err := s.countIn(ctx, p); err != nil {
			return models.RetentionStep{}, err
		}
		if err := s.replace(ctx, round, messagesPartitions, p, kept); err != nil {
			return models.RetentionStep{}, err
		}
		return s.forgetDetached(ctx, round, r)
	}
	return models.RetentionStep{}, nil
}

// query is SQL with its parameters.
type query struct {
	text string
	args []any
}

// keptMessages is a query of the ids of the messages of a partition that stay: those of
// which anything more is known than that they came, that are under a legal hold or beside
// an open hole. It says yes rather than no; what is too old of them goes row by row.
func (s *Store) keptMessages(p partition, now time.Time, r models.Retention) query {
	q := query{text: "SELECT id FROM " + p.name + " WHERE " + apart}
	for _, table := range []string{"findings", "decisions", "cases", "recalls", "reveals", "revisions", "conflicts", "sweep_items"} {
		q.text += " UNION SELECT message_id FROM " + table + " WHERE message_id >= ? AND message_id < ?"
		q.args = append(q.args, p.from, p.to)
	}
	for _, on := range []string{"'message' AND h.thing = m.id", "'conversation' AND h.thing = m.conversation_id", "'sender' AND h.thing = m.sender"} {
		q.text += " UNION SELECT m.id FROM legal_holds h JOIN " + p.name + " m ON h.app = m.app AND h.kind = " + on + " WHERE " + holdStands
		q.args = append(q.args, now.UnixMilli())
	}
	q.text += " UNION SELECT m.id FROM holes o JOIN " + p.name + ` m ON m.conversation_id = o.conversation_id
		WHERE o.closed_at = 0 AND o.found_at > ? AND o.found_at < m.received_at + ?`
	q.args = append(q.args, now.UnixMilli()-max(r.Shown, holeLasts).Milliseconds(), holeMargin.Milliseconds())
	return q
}

// apart is the condition that more is to be kept of a message than that it came, as far as
// its own row says so. An index has those.
const apart = "(inspection <> 'clean' OR verdict <> 'allow' OR state <> 'visible' OR edited_at > 0 OR erased_at > 0)"

// few reports whether little enough stays for all else to go at once.
func (s *Store) few(ctx context.Context, kept query) (bool, error) {
	var n int64
	err := s.reader(ctx).Raw("SELECT count(*) FROM ("+kept.text+" LIMIT ?) AS kept", append(kept.args, mostKept+1)...).Scan(&n).Error
	return n <= mostKept, err
}

// countIn counts the messages of a partition where that was not done: how many a
// conversation has had must not shrink.
func (s *Store) countIn(ctx context.Context, p partition) error {
	var places []string
	err := s.reader(ctx).Raw("SELECT c.id FROM conversations c WHERE c.counted_to < ? AND EXISTS (SELECT 1 FROM "+p.name+
		" m WHERE m.conversation_id = c.id) ORDER BY c.id", p.to).Scan(&places).Error
	if err != nil {
		return err
	}
	for len(places) > 0 {
		n := min(len(places), rollChunk)
		chunk := places[:n]
		if err := s.write(ctx, func(u *unit) error { return u.moveBorder(chunk, p.to) }); err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

// replaceAudit cuts the audit behind the oldest large partition of it whose time is over, and
// replaces that.
func (s *Store) replaceAudit(ctx context.Context, round models.RetentionRound, r models.Retention) (models.RetentionStep, error) {
	found, err := partitionsOf(s.reader(ctx), "audit")
	if err != nil || r.Audit <= 0 {
		return models.RetentionStep{}, err
	}
	for _, p := range found {
		if !s.whole(p) || !p.over(round.Now.Add(-r.Audit).UnixMilli()) {
			continue
		}
		if cut, err := s.cutThrough(ctx, round, p); err != nil || !cut {
			return models.RetentionStep{}, err
		}
		kept := query{text: "SELECT id FROM " + p.name + " a WHERE NOT EXISTS (SELECT 1 FROM audit_cuts c WHERE c.chain = a.chain AND c.seq >= a.seq)"}
		if few, err := s.few(ctx, kept); err != nil || !few {
			return models.RetentionStep{}, err
		}
		if err := s.replace(ctx, round, auditPartitions, p, kept); err != nil {
			return models.RetentionStep{}, err
		}
		return s.forgetDetached(ctx, round, r)
	}
	return models.RetentionStep{}, nil
}

// cutThrough cuts each chain of the audit behind its last entry in a partition, but for the
// last of the chain. It does so where nothing older is left, and no legal hold stands.
func (s *Store) cutThrough(ctx context.Context, round models.RetentionRound, p partition) (cut bool, err error) {
	chains, err := s.auditChains(ctx)
	if err != nil {
		return false, err
	}
	var older bool
	if err := s.reader(ctx).Raw("SELECT EXISTS (SELECT 1 FROM audit WHERE id < ?)", p.from).Scan(&older).Error; err != nil || older {
		return false, err
	}
	var held bool // not a result: a write that was given up on may still set it
	err = s.write(ctx, func(u *unit) error {
		if err := u.ours(round); err != nil {
			return err
		}
		if held, err = u.anyHold(); err != nil || held {
			return err
		}
		for _, chain := range chains {
			if err := u.cutChainIn(p, chain); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	return !held, nil
}

// cutChainIn cuts a chain behind its last entry in a partition, whose entries may stand
// behind the cut until the partition is replaced.
func (u *unit) cutChainIn(p partition, chain string) error {
	var end, last auditRow
	if err := first(u.tx.Select("seq").Where("chain = ?", chain).Order("seq DESC"), &end); err != nil {
		return err
	}
	err := first(u.tx.Table(p.name).Select("chain", "seq", "at", "hash", "seal").Where("chain = ? AND seq < ?", chain, end.Seq).Order("seq DESC"), &last)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.sealCut(&last)
}
