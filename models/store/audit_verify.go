package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// verifyPage is how many entries are verified at a time: a short read, so that
// the write-ahead log need not wait for it.
const verifyPage = 2000

// VerifyAudit walks every chain of the audit from its first entry to its last, and
// names the first entry of each that does not hold: one that is missing, was changed,
// stands where another one stood, or was written by somebody without the keys. An end
// that was cut off it cannot tell.
func (s *Store) VerifyAudit(ctx context.Context) (models.AuditReport, error) {
	return s.VerifyAuditAgainst(ctx, nil)
}

// VerifyAuditAgainst also names what is not as checkpoints know it, an end that was cut off
// among it. The checkpoints were read before, and their signatures held.
func (s *Store) VerifyAuditAgainst(ctx context.Context, checkpoints []models.AuditCheckpoint) (models.AuditReport, error) {
	chains, err := s.auditChains(ctx)
	if err != nil {
		return models.AuditReport{}, err
	}
	cut, err := s.cutChains(ctx)
	if err != nil {
		return models.AuditReport{}, err
	}
	known := knownHeads(checkpoints)
	report := models.AuditReport{Checkpoints: len(checkpoints)}
	for _, chain := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(chains, cut, slices.Collect(maps.Keys(known)))))) {
		report.Chains++
		c := newChainCheck(chain, known[chain], len(checkpoints) > 0, s.auditSeal)
		if err := s.verifyChain(ctx, c); err != nil {
			return models.AuditReport{}, fmt.Errorf("chain %s: %w", chain, err)
		}
		report.Entries += c.entries
		report.Removed += c.removed
		if c.why != "" {
			report.Broken = append(report.Broken, models.AuditBreak{Chain: chain, Seq: c.head.seq + 1, Why: c.why})
		}
	}
	return report, nil
}

// auditChains lists the chains, each found by one step in their index: there may be
// millions of entries.
func (s *Store) auditChains(ctx context.Context) ([]string, error) {
	var chains []string
	for after := ""; ; {
		var r auditRow
		q := s.reader(ctx).Select("chain").Order("chain").Limit(1)
		res := where(q, "chain > ?", after).Find(&r)
		if res.Error != nil {
			return nil, fmt.Errorf("chains of the audit: %w", clean(res.Error))
		}
		if res.RowsAffected == 0 {
			return chains, nil
		}
		after = r.Chain
		chains = append(chains, r.Chain)
	}
}

// Checkpoint says where all chains of the audit stand now.
func (s *Store) Checkpoint(ctx context.Context) (models.AuditCheckpoint, error) {
	at := s.now()
	chains, err := s.auditChains(ctx)
	if err != nil {
		return models.AuditCheckpoint{}, err
	}
	c := models.AuditCheckpoint{At: at, Node: s.opts.Node}
	for _, chain := range chains {
		var last auditRow
		err := first(s.reader(ctx).Select("seq", "hash").Where("chain = ?", chain).Order("seq DESC"), &last)
		if err != nil {
			return models.AuditCheckpoint{}, fmt.Errorf("end of chain %s: %w", chain, err)
		}
		c.Heads = append(c.Heads, models.AuditHead{Chain: chain, Seq: last.Seq, Hash: last.Hash})
	}
	return c, nil
}

// witness is what a checkpoint knows of an entry.
type witness struct {
	hash []byte
	at   time.Time
}

// knownHeads gathers what checkpoints know, by chain and number. Where two know
// different things of one entry, it cannot be both.
func knownHeads(checkpoints []models.AuditCheckpoint) map[string]map[int64]witness {
	known := map[string]map[int64]witness{}
	for _, c := range checkpoints {
		for _, h := range c.Heads {
			if known[h.Chain] == nil {
				known[h.Chain] = map[int64]witness{}
			}
			if w, twice := known[h.Chain][h.Seq]; twice && !bytes.Equal(w.hash, h.Hash) {
				h.Hash = nil // no entry has it
			}
			known[h.Chain][h.Seq] = witness{h.Hash, c.At}
		}
	}
	return known
}

// chainCheck follows one chain.
type chainCheck struct {
	name    string
	head    chainHead
	known   map[int64]witness // by checkpoints
	newest  int64             // of those
	bound   bool              // there are checkpoints: what is newer than all of them has to be sealed
	sealed  bool              // one was, so all that follow have to be
	seal    func(hash []byte) string
	entries int64
	removed int64  // before the first
	why     string // it does not hold; head is the last entry that did
}

func newChainCheck(name string, known map[int64]witness, bound bool, seal func([]byte) string) *chainCheck {
	c := &chainCheck{name: name, head: chainHead{0, genesis}, known: known, bound: bound, seal: seal}
	for seq := range known {
		c.newest = max(c.newest, seq)
	}
	return c
}

func (s *Store) verifyChain(ctx context.Context, c *chainCheck) error {
	cut, err := s.auditCut(ctx, c.name)
	if err != nil {
		return err
	}
	if cut != nil {
		if c.why = c.begin(cut, s.cutSeal(cut)); c.why != "" {
			return nil
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for read := range s.stretches(ctx, c.name, c.head.seq) {
		if read.err != nil {
			return read.err
		}
		if c.follow(read.entries); c.why != "" {
			return nil
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.why = c.end()
	return nil
}

// auditColumns are those of an auditRow, in the order in which scan reads them.
const auditColumns = "id, chain, seq, at, actor, action, subject, thing, details, prev, hash, seal"

func (r *auditRow) scan(rows *sql.Rows) error {
	return rows.Scan(&r.ID, &r.Chain, &r.Seq, &r.At, &r.Actor, &r.Action, &r.Subject, &r.Thing, &r.Details, &r.Prev, &r.Hash, &r.Seal)
}

// stretch is some entries of a chain that follow one another, or why they cannot be read.
type stretch struct {
	entries []auditRow
	err     error
}

// stretches reads a chain behind an entry, one stretch ahead of who takes them, until its
// end or that of ctx: the database reads while we compute.
func (s *Store) stretches(ctx context.Context, chain string, after int64) <-chan stretch {
	out := make(chan stretch, 1)
	go func() {
		defer close(out)
		for more := true; more; {
			read := s.stretch(ctx, chain, after)
			if more = len(read.entries) == verifyPage; more {
				after = read.entries[verifyPage-1].Seq
			}
			select {
			case out <- read:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// stretch reads the entries that follow one. They are read by hand: there are millions.
func (s *Store) stretch(ctx context.Context, chain string, after int64) (read stretch) {
	read.entries = make([]auditRow, 0, verifyPage)
	read.err = readRaw(s.reader(ctx), "SELECT "+auditColumns+" FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?",
		[]any{chain, after, verifyPage}, func(rows *sql.Rows) error {
			read.entries = append(read.entries, auditRow{})
			return read.entries[len(read.entries)-1].scan(rows)
		})
	if read.err != nil {
		read.entries = nil
	}
	return read
}

// follow checks the entries that follow, up to one that does not hold.
func (c *chainCheck) follow(entries []auditRow) {
	for i := range entries {
		r := &entries[i]
		if c.why = c.next(r); c.why != "" {
			return
		}
		c.head = chainHead{r.Seq, r.Hash}
		c.entries++
	}
}

// next says why an entry does not follow the one before, or "".
func (c *chainCheck) next(r *auditRow) string {
	e, err := r.model()
	switch {
	case r.Seq != c.head.seq+1:
		return "The entry is missing."
	case !bytes.Equal(r.Prev, c.head.hash):
		return "It does not follow the entry before it."
	case err != nil:
		return "Its details cannot be read."
	case !bytes.Equal(r.Hash, EntryHash(e)):
		return "It was changed after it was written."
	}
	if w, ok := c.known[r.Seq]; ok && !bytes.Equal(w.hash, r.Hash) {
		return fmt.Sprintf("It is not the entry that stood here at the checkpoint of %s: the chain was written anew.", w.at.Format(time.RFC3339))
	}
	return c.sealOf(r)
}

// sealOf says what is wrong with an entry's seal, or "". Entries older than seals have
// none; a checkpoint, or the entry after the last that has none, bounds how many those are.
func (c *chainCheck) sealOf(r *auditRow) string {
	switch {
	case r.Seal == "" && (c.sealed || c.bound && r.Seq > c.newest):
		return "It bears no seal: it was not written by takeback."
	case r.Seal != "" && r.Seal != c.seal(r.Hash):
		return "Its seal was not made with our keys: it was not written by takeback."
	}
	c.sealed = c.sealed || r.Seal != ""
	return ""
}

// begin puts the check behind a cut, or says why that is none of ours.
func (c *chainCheck) begin(cut *auditCutRow, seal string) string {
	if cut.Seal != seal {
		return "Its beginning was cut off by somebody without our keys."
	}
	if w, ok := c.known[cut.Seq]; ok && !bytes.Equal(w.hash, cut.Hash) {
		return fmt.Sprintf("It does not begin behind the entry that the checkpoint of %s knows: the chain was written anew.", w.at.Format(time.RFC3339))
	}
	c.head, c.sealed, c.removed = chainHead{cut.Seq, cut.Hash}, cut.Sealed != 0, cut.Seq
	return ""
}

// end says what is missing behind the last entry, or "". A cut never takes the last one.
func (c *chainCheck) end() string {
	if c.removed > 0 && c.entries == 0 {
		return "All that followed its cut is missing."
	}
	if c.newest <= c.head.seq {
		return ""
	}
	return fmt.Sprintf("The end is cut off: the checkpoint of %s knows entry %d.", c.known[c.newest].at.Format(time.RFC3339), c.newest)
}
