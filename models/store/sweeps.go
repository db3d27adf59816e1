package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// sweepChunk is how many messages one statement of a sweep names.
const sweepChunk = 500

// SweepCandidates lists the messages in the scope that an order of any kind but
// SweepContent is about, in the order of their receipt: those that are in the
// chat, and those that were. More than limit of them are models.ErrInvalid.
func (s *Store) SweepCandidates(ctx context.Context, scope models.Scope, o models.SweepOrder, limit int) ([]models.SweepItem, error) {
	q := scoped(s.reader(ctx), scope, "conversation_id").Where("app = ?", o.App)
	q = posted(inConversation(q, o.App, o.Conversation), o.Since, o.Until)
	switch o.Kind {
	case models.SweepSender:
		q = q.Where("sender = ?", o.Sender)
	case models.SweepSpan:
	case models.SweepFinding:
		q = sameFindings(q, o.Message)
	case models.SweepContent:
		return nil, fmt.Errorf("what says the same is not found by a query: %w", models.ErrInvalid)
	default:
		return nil, fmt.Errorf("a sweep of kind %q: %w", o.Kind, models.ErrInvalid)
	}
	found, err := sweepable(q, limit)
	if err != nil {
		return nil, err
	}
	return s.candidates(ctx, found)
}

// SweepMessages returns messages in the scope by their ids, as SweepCandidates does.
func (s *Store) SweepMessages(ctx context.Context, scope models.Scope, ids []models.MessageID) ([]models.SweepItem, error) {
	var found []messageRow
	for chunk := range slices.Chunk(ids, sweepChunk) {
		some, err := sweepable(scoped(s.reader(ctx), scope, "conversation_id").Where("id IN ?", chunk), len(chunk))
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return s.candidates(ctx, found)
}

func sweepable(q *gorm.DB, limit int) ([]messageRow, error) {
	var found []messageRow
	err := q.Select("id", "conversation_id", "sender", "revision").
		Where("state IN ?", []string{string(models.Visible), string(models.Removed)}).
		Order("id").Limit(limit + 1).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages of a sweep: %w", clean(err))
	}
	if len(found) > limit {
		return nil, fmt.Errorf("it is about more than %d messages: narrow it: %w", limit, models.ErrInvalid)
	}
	return found, nil
}

// posted narrows to a time of posting. What was posted after a moment came after
// it too, so the ids bound what is looked at.
func posted(q *gorm.DB, since, until time.Time) *gorm.DB {
	if !since.IsZero() {
		q = q.Where("id >= ? AND sent_at >= ?", models.FirstID(since.Add(-clockSlack)), millis(since))
	}
	if !until.IsZero() {
		q = q.Where("sent_at < ?", millis(until))
	}
	return q
}

// sameFindings narrows to the messages in whose present revisions stands a value
// that was found in the present revision of another.
func sameFindings(q *gorm.DB, id models.MessageID) *gorm.DB {
	return q.Where(`id IN (SELECT o.message_id FROM findings f
		JOIN messages m ON m.id = f.message_id AND m.revision = f.revision
		JOIN findings o ON o.fingerprint = f.fingerprint
		WHERE f.message_id = ? AND o.revision = (SELECT n.revision FROM messages n WHERE n.id = o.message_id))`, string(id))
}

// SameFindings lists messages in the scope in which a value was found that was found
// in another, the newest received first, beginning behind the message after: those
// that are in the chat, and those that were; up to limit of them.
func (s *Store) SameFindings(ctx context.Context, scope models.Scope, f models.CopyFilter, id, after models.MessageID, limit int) ([]models.MessageID, error) {
	var ids []models.MessageID
	err := sameFindings(streamed(s.reader(ctx).Model(&messageRow{}), scope, f, after), id).Limit(limit).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("messages with the same findings: %w", clean(err))
	}
	return ids, nil
}

func (s *Store) candidates(ctx context.Context, found []messageRow) ([]models.SweepItem, error) {
	places := map[string]models.Conversation{}
	for chunk := range slices.Chunk(found, sweepChunk) {
		if err := s.placesOf(ctx, chunk, places); err != nil {
			return nil, err
		}
	}
	out := make([]models.SweepItem, len(found))
	for i, r := range found {
		out[i] = models.SweepItem{
			Message: models.MessageID(r.ID), Conversation: places[r.ConversationID], Sender: r.Sender,
			Revision: int(r.Revision), State: models.ItemWaiting,
		}
	}
	return out, nil
}

// PreviewSweep keeps a sweep as it is ordered, with the messages that it is
// about: those that the caller marked with a Why are excluded, and so are those
// that cannot be recalled, or are being recalled, in this moment. More than
// second messages to be taken back need a second person.
func (s *Store) PreviewSweep(ctx context.Context, sw models.Sweep, items []models.SweepItem, second int) (models.Sweep, error) {
	if err := complete(models.RecallRequest{Reason: sw.Reason, Actor: sw.Actor, Authority: models.ByOperator, Trigger: sw.Trigger}); err != nil {
		return models.Sweep{}, fmt.Errorf("preview a sweep: %w", err)
	}
	var id models.SweepID
	err := s.write(ctx, func(u *unit) (err error) {
		id, err = u.preview(sw, items, second)
		return err
	})
	if err != nil {
		return models.Sweep{}, fmt.Errorf("preview a sweep: %w", err)
	}
	return s.Sweep(ctx, id)
}

func (u *unit) preview(sw models.Sweep, items []models.SweepItem, second int) (models.SweepID, error) {
	id := u.id()
	batch := rows{table: sweepItemsTable}
	chosen := 0
	for chunk := range slices.Chunk(items, sweepChunk) {
		why, err := u.unsweepable(sw.Actor, chunk)
		if err != nil {
			return "", err
		}
		for i, item := range chunk {
			state := models.ItemExcluded
			if why[i] == "" {
				state = models.ItemWaiting
				chosen++
			}
			batch.add(id, string(item.Message), string(item.Conversation.ID), item.Sender, int64(item.Revision),
				string(item.Authority), string(state), string(why[i]), "")
		}
	}
	row := sweepRow{
		ID: id, Kind: string(sw.Kind), App: sw.App, Conversation: sw.Conversation, Sender: sw.Sender, MessageID: string(sw.Message),
		Since: millis(sw.Since), Until: millis(sw.Until), Include: includeText(sw.Include), ReasonCode: string(sw.Reason.Code),
		Note: u.s.sealText(sw.Reason.Note, "sweeps", "note", id), State: string(models.SweepPreviewed), Actor: sw.Actor,
		AccountApp: sw.Account.App, Account: sw.Account.Name, Door: string(sw.Trigger), CreatedAt: u.now.UnixMilli(),
		Chosen: int64(chosen), Second: flag(chosen > second),
	}
	if err := u.addSweep(&row); err != nil {
		return "", err
	}
	if _, err := u.insert(&batch); err != nil {
		return "", err
	}
	details := u.why(sw.Reason)
	details["kind"], details["app"] = row.Kind, row.App
	details["chosen"], details["excluded"] = strconv.Itoa(chosen), strconv.Itoa(len(items)-chosen)
	for name, value := range map[string]string{
		"conversation": row.Conversation, "sender": row.Sender, "message": row.MessageID, "include": row.Include,
	} {
		if value != "" {
			details[name] = value
		}
	}
	if sw.Narrowed {
		details["narrowed_to"] = sw.Since.UTC().Format(time.RFC3339)
	}
	return models.SweepID(id), u.recordSweep(&row, sw.Actor, "sweep.previewed", details)
}

func (u *unit) addSweep(r *sweepRow) error {
	batch := rows{table: sweepsTable}
	batch.add(r.ID, r.Kind, r.App, r.Conversation, r.Sender, r.MessageID, r.Since, r.Until, r.Include, r.ReasonCode, r.Note,
		r.State, r.Actor, r.AccountApp, r.Account, r.Door, r.CreatedAt, r.Chosen, r.Second, int64(0), "", int64(0),
		"", int64(0), []byte{}, "", int64(0), int64(0), int64(0), int64(0))
	_, err := u.insert(&batch)
	return err
}

// unsweepable says of each item why it is not taken back, "" where it is.
func (u *unit) unsweepable(actor string, items []models.SweepItem) ([]models.SweepWhy, error) {
	ids := make([]string, len(items))
	places := make(map[string]models.Conversation, len(items))
	for i, item := range items {
		ids[i] = string(item.Message)
		places[ids[i]] = item.Conversation
	}
	var found []messageRow
	err := u.tx.Select("id", "state", "sent_at", "edited_at", "deadline", "ephemeral").Where("id IN ?", ids).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages of a sweep: %w", clean(err))
	}
	stays, err := u.stay(actor, ids)
	if err != nil {
		return nil, err
	}
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	why := map[string]models.SweepWhy{}
	for _, m := range found {
		if why[m.ID] = stays[m.ID]; m.EditedAt > 0 && why[m.ID] == models.MayStay {
			if c, err := u.mayStay(m); err != nil {
				return nil, err
			} else if c == nil { // it was edited since
				why[m.ID] = ""
			}
		}
		if o := obstacle(m, places[m.ID], now); o != "" {
			why[m.ID] = o
		}
	}
	if err := u.heldInSweep(ids, now, why); err != nil {
		return nil, err
	}
	if err := u.recalling(ids, why); err != nil {
		return nil, err
	}
	out := make([]models.SweepWhy, len(items))
	for i, item := range items {
		if out[i] = item.Why; out[i] == "" {
			out[i] = why[ids[i]]
		}
	}
	return out, nil
}

// heldInSweep marks the messages that a legal hold is on.
func (u *unit) heldInSweep(ids []string, now int64, why map[string]models.SweepWhy) error {
	holds, err := holdsOn(u.tx, now, ids...)
	if err != nil {
		return err
	}
	for id := range holds {
		if why[id] == "" || why[id] == models.MayStay {
			why[id] = models.MetLegalHold
		}
	}
	return nil
}

// obstacle says what stands against taking a message back, "" for nothing.
func obstacle(m messageRow, in models.Conversation, now int64) models.SweepWhy {
	message := m.model()
	message.Conversation = in
	return models.SweepWhy(message.Obstacle(time.UnixMilli(now)))
}

// stay tells which messages a person other than the actor let stay, by their
// newest cases and whatever was edited since.
func (u *unit) stay(actor string, ids []string) (map[string]models.SweepWhy, error) {
	var cases []caseRow
	err := u.tx.Select("id", "message_id", "verdict", "decided_by", "decided_at").Where("message_id IN ?", ids).Order("id").Find(&cases).Error
	if err != nil {
		return nil, fmt.Errorf("cases of a sweep: %w", clean(err))
	}
	out := map[string]models.SweepWhy{}
	for _, c := range cases {
		out[c.MessageID] = ""
		if c.Verdict == string(models.VerdictAllow) && c.DecidedBy != models.PlatformDecides && !overrules(models.RecallRequest{Actor: actor}, &c) {
			out[c.MessageID] = models.MayStay
		}
	}
	return out, nil
}

// recalling marks the messages that are being recalled.
func (u *unit) recalling(ids []string, why map[string]models.SweepWhy) error {
	var active []string
	err := u.tx.Model(&recallRow{}).Where("message_id IN ? AND ended_at = 0", ids).Pluck("message_id", &active).Error
	if err != nil {
		return fmt.Errorf("recalls of a sweep: %w", clean(err))
	}
	for _, id := range active {
		if why[id] == "" {
			why[id] = models.MetBeingRecalled
		}
	}
	return nil
}

// recordSweep writes the audit entry of a sweep and announces that it changed.
func (u *unit) recordSweep(r *sweepRow, actor, action string, details map[string]string) error {
	u.changed(models.SweepChanged, r.ID, "", models.Conversation{App: r.App})
	return u.record(models.AuditEntry{Actor: actor, Action: action, Subject: "sweep", Thing: r.ID, Details: details})
}

func includeText(include []models.SweepWhy) string {
	names := make([]string, len(include))
	for i, w := range include {
		names[i] = string(w)
	}
	return strings.Join(names, " ")
}
