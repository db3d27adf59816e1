package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// work collects the rows that follow from judged messages, to be written in the
// order in which they refer to each other.
type work struct {
	findings, decisions, cases, recalls rows
}

func (u *unit) newWork() *work {
	return &work{
		findings: rows{table: findingsTable}, decisions: rows{table: decisionsTable},
		cases: rows{table: casesTable}, recalls: rows{table: recallsTable},
	}
}

func (w *work) flush(u *unit) error {
	for _, r := range []*rows{&w.findings, &w.decisions, &w.cases, &w.recalls} {
		if _, err := u.insert(r); err != nil {
			return err
		}
		r.values = nil
	}
	return nil
}

// judged adds what follows from the judgement of a message in its revision. A
// message that is new can have neither case nor recall yet.
func (u *unit) judged(w *work, e *event, revision int64, isNew bool) error {
	id := models.MessageID(e.row.ID)
	u.changed(models.MessageChanged, e.row.ID, id, e.model())
	u.addFindings(w, e, revision)
	if err := u.follows(w, e, isNew); err != nil {
		return err
	}
	return u.spread(w, e)
}

// follows adds what follows from the decision of a message.
func (u *unit) follows(w *work, e *event, isNew bool) error {
	d := &e.in.Decision
	if (d.Verdict == "" || d.Verdict == models.VerdictAllow) && len(d.Shadow) == 0 {
		return nil // the message's row is the record that it was seen
	}
	if ours, err := u.echo(e); ours || err != nil {
		return err
	}
	decision, err := u.addDecision(w, e.row.ID, *d)
	if err != nil {
		return err
	}
	switch d.Verdict {
	case models.VerdictReview:
		return u.policyCase(w, e, isNew)
	case models.VerdictRecall:
		return u.policyRecall(w, e, decision, isNew)
	case models.VerdictAllow, models.VerdictMask, models.VerdictBlock:
	}
	return u.record(models.AuditEntry{
		Actor: actorOf(d), Action: "message.judged", Subject: "message", Thing: e.row.ID,
		Details: e.details(map[string]string{"verdict": string(d.Verdict)}),
	})
}

// details adds to those of an audit entry which rule decided, which message
// completed the value of which this one holds a part, and which breaker or legal
// hold kept it from being taken back.
func (e *event) details(details map[string]string) map[string]string {
	d := &e.in.Decision
	details["rule"], details["policy"] = d.Rule, strconv.Itoa(d.Policy)
	if e.cause != "" {
		details["completed_by"] = e.cause
	}
	if e.breaker != "" {
		details["breaker"] = e.breaker
	}
	if e.hold != "" {
		details["legal_hold"] = e.hold
	}
	return details
}

func actorOf(d *models.Decision) string { return cmp.Or(d.Actor, string(models.ByPolicy)) }

func (u *unit) addFindings(w *work, e *event, revision int64) {
	for _, f := range e.in.Event.Message.Findings {
		f.Parts = u.partsOf(f, e.row.ID)
		u.addFinding(w, e.row.ID, revision, f)
	}
}

func (u *unit) addFinding(w *work, message string, revision int64, f models.Finding) {
	w.findings.add(u.id(), message, revision, f.Detector, string(f.Category), string(f.Severity),
		f.Confidence, int64(f.Element), int64(f.Start), int64(f.End), f.Mask, f.Fingerprint, f.View, encodeParts(f.Parts))
}

// addDecision adds a decision and returns its id.
func (u *unit) addDecision(w *work, message string, d models.Decision) (string, error) {
	shadow, err := json.Marshal(d.Shadow)
	if err != nil {
		return "", fmt.Errorf("encode shadow verdicts: %w", err)
	}
	at := d.At
	if at.IsZero() {
		at = u.now
	}
	id := u.id()
	w.decisions.add(id, message, string(d.Verdict), actorOf(&d), int64(d.Policy), d.Rule, string(d.Reason.Code),
		u.s.sealText(d.Reason.Note, "decisions", "note", id), d.Text, string(d.Severity), string(shadow), at.UnixMilli())
	return id, nil
}

// policyCase opens a case, or, where one is open after an edit, lets it say
// what the message is now.
func (u *unit) policyCase(w *work, e *event, isNew bool) error {
	d := &e.in.Decision
	if !isNew {
		open, err := u.openCase(e.row.ID)
		if err == nil {
			open.Severity = string(d.Severity)
			return u.exec("UPDATE cases SET severity = ?, rule = ?, place = ?, why = CASE WHEN why = '' THEN ? ELSE why END WHERE id = ?",
				open.Severity, d.Rule, open.rank(), e.why(), open.ID)
		}
		if !errors.Is(err, models.ErrNotFound) {
			return err
		}
	}
	r := caseRow{MessageID: e.row.ID, ConversationID: e.conv.id, App: e.app, Severity: string(d.Severity), Rule: d.Rule, Why: e.why()}
	if isNew { // its row is not there yet, and nobody has read it
		r.Deadline, r.Unread = millis(e.in.Event.Message.Deadline), 1
	}
	return u.addCase(w, r, e.model(), actorOf(d), e.details(map[string]string{}))
}

// why says what kept a rule from taking the message back, where that was a legal hold.
func (e *event) why() string {
	if e.hold != "" {
		return caseByHold
	}
	return ""
}

// addCase adds an open case and its audit entry.
func (u *unit) addCase(w *work, r caseRow, c models.Conversation, actor string, details map[string]string) error {
	r.ID, r.OpenedAt = cmp.Or(r.ID, u.id()), u.now.UnixMilli()
	if err := u.place(&r); err != nil {
		return err
	}
	w.cases.add(r.ID, r.MessageID, r.ConversationID, r.App, string(models.CaseOpen), r.Severity, r.Rule,
		u.now.UnixMilli(), "", "", []byte{}, "", int64(0), r.Why, r.RequestedBy, r.RequestedAt, r.RequestCode, r.RequestNote,
		r.Deadline, r.Unread, r.Place)
	u.changed(models.CaseChanged, r.ID, models.MessageID(r.MessageID), c)
	if err := u.hookCase("case.opened", r, nil); err != nil {
		return err
	}
	details["message"] = r.MessageID
	return u.record(models.AuditEntry{Actor: actor, Action: "case.opened", Subject: "case", Thing: r.ID, Details: details})
}

// openCase returns the case of a message that waits, or models.ErrNotFound.
func (u *unit) openCase(message string) (caseRow, error) {
	var r caseRow
	err := first(u.locked(false).Where("message_id = ? AND decided_at = 0", message), &r)
	return r, err
}

// policyRecall asks for a message to be taken back at the policy's word. Where a
// legal hold is on it, or a breaker is open or trips now, a person is asked instead.
func (u *unit) policyRecall(w *work, e *event, decision string, isNew bool) error {
	m, d := *e.in.Event.Message, &e.in.Decision
	m.State = cmp.Or(m.State, models.Visible)
	request := models.RecallRequest{
		Message: models.MessageID(e.row.ID), Actor: actorOf(d),
		Reason:    models.Reason{Code: cmp.Or(d.Reason.Code, models.PolicyViolation), Note: d.Reason.Note},
		Authority: models.ByPolicy, Trigger: models.FromPolicy,
	}
	if ok, why := m.Recallable(u.now); !ok {
		return u.record(models.AuditEntry{
			Actor: request.Actor, Action: "recall.impossible", Subject: "message", Thing: e.row.ID,
			Details: e.details(map[string]string{"why": why}),
		})
	}
	if hold, err := u.holdOn(e.row.ID); err != nil {
		return err
	} else if hold != nil {
		e.hold = hold.ID
		return u.policyCase(w, e, isNew)
	}
	if !isNew {
		active, err := u.activeRecall(e.row.ID)
		if err == nil {
			e.kept.Recall = models.RecallID(active.ID)
			if err := u.joined(&active, request); err != nil || len(d.Repost.Elements) == 0 {
				return err
			}
			return u.repost(&active, d)
		}
		if !errors.Is(err, models.ErrNotFound) {
			return err
		}
	}
	b, err := u.barred(w, asked{d.Rule, e.app, m.Sender, e.conv.id})
	if err != nil {
		return err
	}
	if b != nil {
		e.breaker = b.ID
		u.tally.cases[b.ID]++
		return u.policyCase(w, e, isNew)
	}
	row := recallRow{
		MessageID: e.row.ID, ConversationID: e.conv.id, App: e.app, Ref: m.Ref, Sender: m.Sender,
		Rule: d.Rule, Automatic: 1, CountedAt: u.tally.now, DecisionID: decision, Words: cmp.Or(d.Text, request.Reason.Code.Words()),
		Priority:       int64(models.PriorityPolicy + d.Severity.Rank()),
		SentAtPlatform: millis(m.SentAt), Deadline: millis(m.Deadline),
	}
	details := e.details(map[string]string{"decision": decision})
	if d.Hold > 0 {
		row.State, row.DueAt = string(models.Held), heldUntil(u.tally.now, d.Hold, row.Deadline)
		details["held_until"] = fromMillis(row.DueAt).Format(time.RFC3339Nano)
	}
	row.ID, err = u.addRecall(w, row, request, e.model(), details)
	e.kept.Recall, e.kept.Ring = models.RecallID(row.ID), d.Hold <= 0
	if err != nil || !d.Repost.Wanted {
		return err
	}
	return u.repost(&row, d)
}

// addRecall adds a recall, queued unless it says otherwise, and its audit entry,
// and returns its id.
func (u *unit) addRecall(w *work, r recallRow, q models.RecallRequest, c models.Conversation, details map[string]string) (string, error) {
	r.ID = u.id()
	r.Note = u.s.sealText(q.Reason.Note, "recalls", "note", r.ID)
	now := u.now.UnixMilli()
	w.recalls.add(r.ID, r.MessageID, r.ConversationID, r.App, r.Ref, r.Sender, r.DecisionID,
		cmp.Or(r.State, string(models.Queued)), string(q.Reason.Code), r.Note, r.Words, q.Actor, string(q.Authority), string(q.Trigger),
		r.Priority, int64(0), "", "", r.SentAtPlatform, now, r.DueAt, int64(0), int64(0), int64(0),
		int64(0), r.Deadline, int64(0), int64(0), r.Rule, r.Automatic, r.CountedAt, q.Account, "", int64(-1))
	u.changed(models.RecallChanged, r.ID, q.Message, c)
	details["message"] = r.MessageID
	return r.ID, u.recordRecall("recall.requested", r.ID, q, details)
}

// recordRecall writes an audit entry of a recall with what every request has: a
// reason, an authority, a door. The note itself stays sealed; its digest ties
// it to the entry.
func (u *unit) recordRecall(action, id string, q models.RecallRequest, details map[string]string) error {
	details["reason"] = string(q.Reason.Code)
	details["authority"] = string(q.Authority)
	details["trigger"] = string(q.Trigger)
	if q.Reason.Note != "" {
		details["note_digest"] = u.s.noteDigest(q.Reason.Note)
	}
	return u.record(models.AuditEntry{Actor: q.Actor, Action: action, Subject: "recall", Thing: id, Details: details})
}

// activeRecall returns the recall of a message that has not ended, or models.ErrNotFound.
func (u *unit) activeRecall(message string) (recallRow, error) {
	var r recallRow
	err := first(u.locked(false).Where("message_id = ? AND ended_at = 0", message), &r)
	return r, err
}
