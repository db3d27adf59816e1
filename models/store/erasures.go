package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// Erase erases what one account of an app posted, and the account wherever it stands: contents,
// digests, masks, fingerprints, what people noted about it, and who read what. Rows stay, with
// an alias in the place of the account, so that numbers and chains hold. What a legal hold is on
// stays as it is, and so does what a case or recall that is not over needs: erase again when it
// is. Entries of the audit stay until they are too old.
//
// With a nil error all is committed, with an audit entry that is the certificate. After an
// error some of it is: erase again. models.ErrInvalid: the order is not complete.
func (s *Store) Erase(ctx context.Context, o models.ErasureOrder) (models.Erasure, error) {
	e, err := s.newErasing(o)
	if err != nil {
		return models.Erasure{}, err
	}
	begun := func(u *unit) error {
		details := u.noted(o.Reason)
		details["app"] = o.App
		return u.record(models.AuditEntry{Actor: o.Actor, Action: "person.erasure_ordered", Subject: "account", Thing: e.alias, Details: details})
	}
	if err := s.write(ctx, begun); err != nil {
		return models.Erasure{}, fmt.Errorf("erase a person: %w", err)
	}
	if err := e.run(ctx); err != nil {
		return models.Erasure{}, fmt.Errorf("erase a person: %w", err)
	}
	done, err := e.certify(ctx)
	if err != nil {
		return models.Erasure{}, fmt.Errorf("certify an erasure: %w", err)
	}
	return done, nil
}

// PreviewErasure says what erasing a person would do, and does nothing.
func (s *Store) PreviewErasure(ctx context.Context, o models.ErasureOrder) (models.Erasure, error) {
	o.Reason = "none is needed to look"
	e, err := s.newErasing(o)
	if err != nil {
		return models.Erasure{}, err
	}
	e.dry = true
	if err := e.run(ctx); err != nil {
		return models.Erasure{}, fmt.Errorf("preview an erasure: %w", err)
	}
	e.did.App, e.did.Alias = o.App, e.alias
	return e.did, nil
}

// Erasures lists erasures, newest first, and returns the cursor of the next page, empty at the
// end. With an account it lists those of that account. Callers check that the asker may see them.
func (s *Store) Erasures(ctx context.Context, app, account string, p models.Page) ([]models.Erasure, string, error) {
	q := where(s.reader(ctx), "app = ?", app)
	if account != "" {
		q = q.Where("alias = ?", s.alias(app, account))
	}
	q, limit, err := page(q, p)
	if err != nil {
		return nil, "", err
	}
	var found []erasureRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("erasures: %w", clean(err))
	}
	found, next := cut(found, limit, func(r erasureRow) string { return r.ID })
	out := make([]models.Erasure, len(found))
	for i, r := range found {
		out[i] = r.model()
		out[i].Reason = s.openNote(r.Note, "erasures", r.ID)
	}
	return out, next, nil
}

// alias stands in the place of an erased account, and in entries of the audit that need not
// name one. It is keyed, so that who is asked of a known account can find it, and nobody can
// tell the account from it.
func (s *Store) alias(app, account string) string {
	return "alias-" + s.digestHex("erased account", []byte(app), []byte(account))[:20]
}

// erasing is one erasure under way.
type erasing struct {
	*Store
	order models.ErasureOrder
	alias string
	dry   bool
	did   models.Erasure
}

func (s *Store) newErasing(o models.ErasureOrder) (*erasing, error) {
	if o.App == "" || o.Account == "" {
		return nil, fmt.Errorf("erasing a person needs the app and the account: %w", models.ErrInvalid)
	}
	if err := needReason(o.Reason); err != nil {
		return nil, errors.Unwrap(err)
	}
	return &erasing{Store: s, order: o, alias: s.alias(o.App, o.Account)}, nil
}

func (e *erasing) run(ctx context.Context) error {
	if err := e.messages(ctx); err != nil {
		return err
	}
	for _, n := range e.names() {
		if err := e.name(ctx, n); err != nil {
			return fmt.Errorf("%s.%s: %w", n.table, n.column, err)
		}
	}
	if err := e.reads(ctx); err != nil {
		return err
	}
	return e.conversations(ctx)
}

// certify writes down what was erased, and what stays and why.
func (e *erasing) certify(ctx context.Context) (models.Erasure, error) {
	err := e.write(ctx, func(u *unit) error {
		d := &e.did
		d.ID, d.App, d.Alias, d.Reason, d.By, d.At = u.id(), e.order.App, e.alias, e.order.Reason, e.order.Actor, u.now
		err := u.exec(`INSERT INTO erasures (id, app, alias, note, erased_by, erased_at, messages, findings, reads, names, held, busy)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.App, d.Alias, u.s.sealText(d.Reason, "erasures", "note", d.ID), d.By, u.now.UnixMilli(),
			d.Messages, d.Findings, d.Reads, d.Names, d.Held, d.Busy)
		if err != nil {
			return err
		}
		details := u.noted(d.Reason)
		details["app"], details["erasure"] = d.App, d.ID
		for name, n := range map[string]int64{
			"messages": d.Messages, "findings": d.Findings, "reads": d.Reads, "names": d.Names, "kept_legal_hold": d.Held, "kept_not_over": d.Busy,
		} {
			details[name] = strconv.FormatInt(n, 10)
		}
		return u.record(models.AuditEntry{Actor: d.By, Action: "person.erased", Subject: "account", Thing: e.alias, Details: details})
	})
	if err != nil { // the write may be under way
		return models.Erasure{}, err
	}
	return e.did, nil
}
