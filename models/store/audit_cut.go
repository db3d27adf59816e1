package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// RetainAudit removes up to limit entries that are too old from the beginning of one chain of
// the audit, and seals where it begins now. The last entry of a chain is never removed, and
// nothing is while a legal hold stands: a chain has no holes, so what is held cannot be told
// from the rest. A step that removes nothing is the last. models.ErrConflict: another node
// has the round.
func (s *Store) RetainAudit(ctx context.Context, round models.RetentionRound, r models.Retention, limit int) (models.RetentionStep, error) {
	var step models.RetentionStep
	if r.Audit <= 0 {
		return step, nil
	}
	chains, err := s.auditChains(ctx)
	if err != nil {
		return step, err
	}
	before := round.Now.Add(-r.Audit).UnixMilli()
	for _, chain := range chains {
		if step.Entries, err = s.cutChain(ctx, round, chain, before, limit); err != nil || step.Entries > 0 {
			return step, err
		}
	}
	return step, nil
}

func (s *Store) cutChain(ctx context.Context, round models.RetentionRound, chain string, before int64, limit int) (int64, error) {
	var oldest auditRow
	err := first(s.reader(ctx).Select("at").Where("chain = ?", chain).Order("seq"), &oldest)
	if err != nil || oldest.At >= before {
		return 0, err
	}
	var gone int64 // not a result: a write that was given up on may still set it
	err = s.write(ctx, func(u *unit) error {
		if err := u.ours(round); err != nil {
			return err
		}
		held, err := u.anyHold()
		if gone = 0; err != nil || held {
			return err
		}
		last, err := u.lastTooOld(chain, before, limit)
		if err != nil || last == nil {
			return err
		}
		gone, err = u.cutAfter(last)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("cut the audit: %w", err)
	}
	return gone, nil
}

// lastTooOld finds the last of the first entries of a chain that are all too old; nil: there
// are none, or it is the last of the chain.
func (u *unit) lastTooOld(chain string, before int64, limit int) (*auditRow, error) {
	var found []auditRow
	err := u.tx.Select("chain", "seq", "at", "hash", "seal").Where("chain = ?", chain).Order("seq").Limit(limit + 1).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("old entries of the audit: %w", clean(err))
	}
	n := 0
	for n < len(found)-1 && found[n].At < before {
		n++
	}
	if n == 0 {
		return nil, nil //nolint:nilnil // said above
	}
	return &found[n-1], nil
}

// cutAfter removes a chain's entries up to one. The database lets entries go that a cut
// names; that the cut is ours its seal says, and the entry that is added here.
func (u *unit) cutAfter(last *auditRow) (gone int64, err error) {
	if err := u.sealCut(last); err != nil {
		return 0, err
	}
	if gone, err = u.execCount("DELETE FROM audit WHERE chain = ? AND seq <= ?", last.Chain, last.Seq); err != nil {
		return 0, fmt.Errorf("remove old entries: %w", err)
	}
	return gone, nil
}

// sealCut says, sealed and in the audit, that a chain begins behind an entry. It never
// begins earlier than it was said to before.
func (u *unit) sealCut(last *auditRow) error {
	var before auditCutRow
	err := first(u.tx.Where("chain = ?", last.Chain), &before)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("read the cut: %w", err)
	}
	if before.Seq >= last.Seq {
		return nil
	}
	c := auditCutRow{Chain: last.Chain, Seq: last.Seq, Hash: last.Hash, Sealed: flag(last.Seal != ""), At: u.now.UnixMilli()}
	err = u.exec(`INSERT INTO audit_cuts (chain, seq, hash, sealed, at, seal) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, sealed = excluded.sealed, at = excluded.at, seal = excluded.seal`,
		c.Chain, c.Seq, c.Hash, c.Sealed, c.At, u.s.cutSeal(&c))
	if err != nil {
		return fmt.Errorf("seal the cut: %w", err)
	}
	return u.record(models.AuditEntry{
		Actor: "takeback", Action: "audit.cut", Subject: "audit", Thing: c.Chain,
		Details: map[string]string{"through": strconv.FormatInt(c.Seq, 10), "entries": strconv.FormatInt(c.Seq-before.Seq, 10)},
	})
}

// cutSeal is what only who has the keyset can make of a cut.
func (s *Store) cutSeal(c *auditCutRow) string {
	numbers := binary.BigEndian.AppendUint64(nil, uint64(c.Seq))
	numbers = binary.BigEndian.AppendUint64(numbers, uint64(c.At))
	numbers = binary.BigEndian.AppendUint64(numbers, uint64(c.Sealed))
	return s.digestHex("audit cut", []byte(c.Chain), numbers, c.Hash)
}

// auditCut returns where a chain was cut, nil where it was not.
func (s *Store) auditCut(ctx context.Context, chain string) (*auditCutRow, error) {
	var c auditCutRow
	err := first(s.reader(ctx).Where("chain = ?", chain), &c)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil //nolint:nilnil // said above
	}
	return &c, err
}

// cutChains lists the chains that were cut, of which an owner of the database may have taken
// away the rest.
func (s *Store) cutChains(ctx context.Context) ([]string, error) {
	var chains []string
	err := s.reader(ctx).Model(&auditCutRow{}).Order("chain").Pluck("chain", &chains).Error
	return chains, clean(err)
}
