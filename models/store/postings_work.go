package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// postingDue is the condition that a posting waits for a worker at a time.
const postingDue = "ended_at = 0 AND state <> 'ordered' AND due_at <= ? AND leased_until <= ? AND " + unheld

// ClaimPostings leases up to limit due postings, those that waited longest first.
// Queued ones become sent, before the call leaves; what was found as sent or
// unknown may be posted already.
func (s *Store) ClaimPostings(ctx context.Context, limit int, lease time.Duration) ([]models.PostingClaim, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	if due, err := some(s.glance(ctx).Model(&postingRow{}).Where(postingDue, now, now)); err != nil || !due {
		return nil, named(err, "due postings")
	}
	var claims []models.PostingClaim
	err = s.write(ctx, func(u *unit) (err error) {
		claims, err = u.claimPostings(limit, lease)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim postings: %w", err)
	}
	return claims, nil
}

func (u *unit) claimPostings(limit int, lease time.Duration) ([]models.PostingClaim, error) {
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	var found []postingRow
	err = u.locked(true).Where(postingDue, now, now).Order("due_at, id").Limit(limit).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("due postings: %w", clean(err))
	}
	var claims []models.PostingClaim
	for i := range found {
		c, err := u.claimPosting(&found[i], now+lease.Milliseconds())
		if err != nil {
			return nil, err
		}
		claims = append(claims, c)
	}
	return claims, nil
}

func (u *unit) claimPosting(p *postingRow, until int64) (models.PostingClaim, error) {
	was, next := models.PostingState(p.State), *p
	next.LeasedUntil = until
	var err error
	if was == models.PostingQueued {
		next.State = string(models.PostingSent)
		next.Attempts++
		if next.SentAt == 0 {
			next.SentAt = u.now.UnixMilli()
		}
		err = u.movePosting(p, next, "worker:"+u.s.opts.Node, nil)
	} else if err = u.savePosting(p, &next); err == nil {
		*p = next
	}
	if err != nil {
		return models.PostingClaim{}, err
	}
	c, err := u.conversationByID(p.ConversationID)
	if err != nil {
		return models.PostingClaim{}, err
	}
	posting, err := u.s.completePosting(*p, c)
	return models.PostingClaim{Posting: posting, Was: was, Fence: int(p.Fence)}, err
}

// SettlePosting writes what a worker learned of a claimed posting and says whether
// it applied: it does where its fence is the posting's own. What was posted into
// a conversation is kept as a message of ours.
func (s *Store) SettlePosting(ctx context.Context, st models.PostingSettlement) (bool, error) {
	applied := false
	err := s.write(ctx, func(u *unit) (err error) {
		applied, err = u.settlePosting(st)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("settle posting %s: %w", st.Posting, err)
	}
	return applied, nil
}

func (u *unit) settlePosting(st models.PostingSettlement) (bool, error) {
	var p postingRow
	err := first(u.locked(false).Where("id = ? AND fence = ? AND ended_at = 0", string(st.Posting), st.Fence), &p)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	next := p
	next.State, next.Code, next.Explanation = string(st.State), st.Code, st.Explanation
	next.DueAt, next.LeasedUntil = millis(st.DueAt), 0
	if !st.Called && st.State == models.PostingQueued && p.State == string(models.PostingSent) {
		next.Attempts-- // the claim counted a call that did not leave
	}
	if next.Attempts == 0 {
		next.SentAt = 0
	}
	if st.DueAt.IsZero() {
		next.EndedAt = u.now.UnixMilli()
	}
	if st.OwnName && next.Sender != "" {
		next.Sender = ""
	}
	if st.State == models.PostingPosted {
		if err := u.wasPosted(&next, st); err != nil {
			return false, err
		}
	}
	if p.State == next.State { // unknown, and looked for again
		return true, u.savePosting(&p, &next)
	}
	return true, u.movePosting(&p, next, "worker:"+u.s.opts.Node, nil)
}

// wasPosted notes where a posting stands in the chat, and keeps it as a message of
// its conversation. Nothing is decided of that: it was judged before it was ordered.
func (u *unit) wasPosted(p *postingRow, st models.PostingSettlement) error {
	p.Ref, p.PostedAt = st.Ref, millis(st.At)
	if p.PostedAt == 0 {
		p.PostedAt = u.now.UnixMilli()
	}
	if p.Account != "" || p.Sender == "" || st.Ref == "" {
		return nil // it is for one account, or of our own, whose messages come to nobody's notice
	}
	c, err := u.conversationByID(p.ConversationID)
	if err != nil {
		return err
	}
	posting, err := u.s.completePosting(*p, c)
	if err != nil {
		return err
	}
	e := &event{app: p.App, in: &models.Judged{
		Event: models.Event{Kind: models.EventPosted, At: fromMillis(p.PostedAt), Conversation: c, Message: &models.Message{
			App: p.App, Conversation: c, Ref: st.Ref, Sender: p.Sender, SentAt: fromMillis(p.PostedAt), Revision: 1,
			State: models.Visible, Inspection: models.Clean, Elements: posting.Elements, Deadline: st.Deadline,
		}},
		Decision: models.Decision{Verdict: models.VerdictAllow},
	}}
	u.s.prepare(e)
	if err := u.post([]*event{e}); err != nil {
		return fmt.Errorf("keep what was posted: %w", err)
	}
	p.KeptID = e.row.ID
	return nil
}

// echo reports whether a message is one of our own postings that came back, and
// puts it on record as that: it is not judged again, for it was before it was ordered.
func (u *unit) echo(e *event) (bool, error) {
	var p postingRow
	err := first(u.locked(false).Where("conversation_id = ? AND digest = ? AND account = ''", e.conv.id, e.digest).
		Where("sender <> '' AND state IN ('sent', 'unknown', 'posted') AND ref IN ('', ?)", e.in.Event.Message.Ref), &p)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a posting: %w", err)
	}
	err = u.exec("UPDATE messages SET verdict = ?, rule = '' WHERE id = ?", string(models.VerdictAllow), e.row.ID)
	if err != nil {
		return false, err
	}
	return true, u.recordPosting(&p, "platform", "posting.echoed", map[string]string{"recall": p.RecallID, "message": e.row.ID})
}
