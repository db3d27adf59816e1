package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// What takeback posts into a chat is ordered in the transaction of what it
// follows, and worked off like a recall: a lease, a fence, a number by which the
// platform knows a repetition.

// order writes down that something is to be posted. Where the same was ordered
// for the recall before and can still be posted, that stays.
func (u *unit) order(p postingRow, elements []models.Element) error {
	p.ID, p.OrderedAt, p.Random = u.id(), cmp.Or(p.OrderedAt, u.now.UnixMilli()), int64(randomNumber())
	content := []byte{}
	if len(elements) > 0 {
		content = u.s.keys.Seal(encodeElements(elements), "postings", "content", p.ID)
	}
	batch := rows{table: postingsTable}
	batch.add(p.ID, p.RecallID, p.MessageID, p.ConversationID, p.App, p.Kind, p.Account, p.Sender, p.Named, p.Language,
		content, u.s.contentDigest(p.Sender, elements), p.Random, p.State, p.OrderedBy, int64(0),
		"", p.Explanation, p.OrderedAt, int64(0), int64(0), int64(0), p.EndedAt, "", "", int64(0), int64(0))
	n, err := u.insert(&batch)
	if err != nil || n == 0 {
		return err
	}
	details := map[string]string{"recall": p.RecallID, "message": p.MessageID, "kind": p.Kind, "state": p.State}
	if p.Account != "" {
		details["account"] = u.s.alias(p.App, p.Account) // no entry can be changed when they are erased
	}
	if p.Explanation != "" {
		details["why"] = p.Explanation
	}
	return u.recordPosting(&p, p.OrderedBy, "posting.ordered", details)
}

// randomNumber is one by which the platform tells postings apart; never zero.
func randomNumber() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return max(binary.LittleEndian.Uint32(b[:]), 1)
}

func (u *unit) recordPosting(p *postingRow, actor, action string, details map[string]string) error {
	return u.record(models.AuditEntry{Actor: actor, Action: action, Subject: "posting", Thing: p.ID, Details: details})
}

// movePosting takes a posting from the state in which p was read to another, with
// its audit entry. The fence goes up, as that of a recall does.
func (u *unit) movePosting(p *postingRow, next postingRow, actor string, details map[string]string) error {
	from, to := models.PostingState(p.State), models.PostingState(next.State)
	if !from.CanBecome(to) {
		return fmt.Errorf("posting %s cannot go from %s to %s: %w", p.ID, from, to, models.ErrInvalid)
	}
	if err := u.savePosting(p, &next); err != nil {
		return err
	}
	*p = next
	if details == nil {
		details = map[string]string{}
	}
	details["recall"], details["kind"], details["from"] = p.RecallID, p.Kind, string(from)
	details["attempts"] = strconv.FormatInt(p.Attempts, 10)
	if p.Code != "" {
		details["code"] = p.Code
	}
	return u.recordPosting(p, actor, "posting."+p.State, details)
}

// savePosting writes a posting where nobody moved it since it was read.
func (u *unit) savePosting(old, p *postingRow) error {
	p.Fence = old.Fence + 1
	n, err := u.execCount(`UPDATE postings SET state = ?, sender = ?, digest = ?, code = ?, explanation = ?, due_at = ?,
		leased_until = ?, attempts = ?, fence = ?, sent_at = ?, posted_at = ?, ended_at = ?, ref = ?, kept_id = ?
		WHERE id = ? AND state = ? AND fence = ?`,
		p.State, p.Sender, p.Digest, p.Code, p.Explanation, p.DueAt, p.LeasedUntil, p.Attempts, p.Fence,
		p.SentAt, p.PostedAt, p.EndedAt, p.Ref, p.KeptID, old.ID, old.State, old.Fence)
	if err != nil {
		return fmt.Errorf("move posting %s: %w", old.ID, err)
	}
	if n == 0 {
		return &databaseError{text: "posting " + old.ID + " moved meanwhile", again: true}
	}
	return nil
}

// Postings lists what followed a recall, oldest first, with what it says.
func (s *Store) Postings(ctx context.Context, scope models.Scope, recall models.RecallID) ([]models.Posting, error) {
	var found []postingRow
	err := scoped(s.reader(ctx), scope, "conversation_id").Where("recall_id = ?", string(recall)).Order("id").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("postings of recall %s: %w", recall, clean(err))
	}
	return s.postingModels(ctx, found)
}

// PostingOf returns the posting that a message of ours came from, or models.ErrNotFound.
func (s *Store) PostingOf(ctx context.Context, scope models.Scope, id models.MessageID) (models.Posting, error) {
	var p postingRow
	err := first(scoped(s.reader(ctx), scope, "conversation_id").Where("kept_id = ? AND kept_id <> ''", string(id)), &p)
	if err != nil {
		return models.Posting{}, fmt.Errorf("posting of message %s: %w", id, err)
	}
	found, err := s.postingModels(ctx, []postingRow{p})
	if err != nil {
		return models.Posting{}, err
	}
	return found[0], nil
}

// PostingBacklog counts the postings that are not over, by state.
func (s *Store) PostingBacklog(ctx context.Context) (map[models.PostingState]int64, error) {
	var counts []struct {
		State string
		N     int64
	}
	err := s.reader(ctx).Model(&postingRow{}).Select("state, count(*) AS n").
		Where("ended_at = 0 AND state <> 'ordered'").Group("state").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("backlog of postings: %w", clean(err))
	}
	out := map[models.PostingState]int64{}
	for _, c := range counts {
		out[models.PostingState(c.State)] = c.N
	}
	return out, nil
}

// postingModels completes rows with their conversations and what they say.
func (s *Store) postingModels(ctx context.Context, found []postingRow) ([]models.Posting, error) {
	if len(found) == 0 {
		return nil, nil
	}
	conversations, err := conversationsByID(s.reader(ctx), idsOf(found, func(p postingRow) string { return p.ConversationID }))
	if err != nil {
		return nil, err
	}
	out := make([]models.Posting, len(found))
	for i, p := range found {
		if out[i], err = s.completePosting(p, conversations[p.ConversationID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) completePosting(p postingRow, c models.Conversation) (models.Posting, error) {
	posting := p.model()
	posting.Conversation = c
	var err error
	posting.Elements, err = s.openContent(p.Content, "postings", p.ID)
	return posting, err
}

// liveReplacement returns the replacement of a recall that is posted or may be,
// or models.ErrNotFound.
func (u *unit) liveReplacement(recall string) (postingRow, error) {
	var p postingRow
	err := first(u.locked(false).Where("recall_id = ?", recall).Where(isLiveReplacement, string(models.ReplacementPosting)), &p)
	return p, err
}

// isLiveReplacement is the condition that a posting of this kind is a replacement
// that is posted or may be.
const isLiveReplacement = "kind = ? AND account = '' AND state NOT IN ('failed', 'cancelled')"

// replaceable refuses a second replacement for the message of a request.
func (u *unit) replaceable(message string) error {
	active, err := u.activeRecall(message)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = u.liveReplacement(active.ID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", models.ErrInvalid, "Something else is to be posted in the place of this message already.")
}

// orderReplacement writes down that a text is to stand in the place of the
// message of a recall once that is gone.
func (u *unit) orderReplacement(id, text, actor string) error {
	var r recallRow
	if err := first(u.locked(false).Where("id = ?", id), &r); err != nil {
		return fmt.Errorf("recall %s: %w", id, err)
	}
	elements := models.TextElements(text)
	p := replacementOf(&r, actor)
	p.Language = string(models.LanguageOf(elements))
	if r.State == string(models.Accepted) { // nothing will say once more that it is gone
		p.State = string(models.PostingQueued)
	}
	return u.order(p, elements)
}

// replacementOf is a posting in the place of a recall's message.
func replacementOf(r *recallRow, actor string) postingRow {
	return postingRow{
		RecallID: r.ID, MessageID: r.MessageID, ConversationID: r.ConversationID, App: r.App,
		Kind: string(models.ReplacementPosting), Sender: r.Sender, Named: r.Sender,
		State: string(models.PostingOrdered), OrderedBy: actor,
	}
}

// repost orders what a rule wants to stand in the place of a message it takes
// back. What cannot be posted is on record too, with the reason.
func (u *unit) repost(r *recallRow, d *models.Decision) error {
	p := replacementOf(r, actorOf(d))
	p.Language = string(models.LanguageOf(d.Repost.Elements))
	if len(d.Repost.Elements) == 0 {
		p.State, p.EndedAt, p.Explanation = string(models.PostingFailed), u.now.UnixMilli(), d.Repost.Why
	}
	return u.order(p, d.Repost.Elements)
}

// replaceAgain orders for a recall what was to stand in the place of the same
// message when it was tried before.
func (u *unit) replaceAgain(old, next, actor string) error {
	var p postingRow
	err := first(u.tx.Where("recall_id = ? AND kind = ? AND state = ?", old,
		string(models.ReplacementPosting), string(models.PostingCancelled)).Order("id DESC"), &p)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("replacement of recall %s: %w", old, err)
	}
	elements, err := u.s.openContent(p.Content, "postings", p.ID)
	if err != nil {
		return err
	}
	return u.order(postingRow{
		RecallID: next, MessageID: p.MessageID, ConversationID: p.ConversationID, App: p.App, Kind: p.Kind, Sender: p.Named,
		Named: p.Named, Language: p.Language, State: string(models.PostingOrdered), OrderedBy: actor,
	}, elements)
}
