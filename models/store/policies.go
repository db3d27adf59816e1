package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// ApplyPolicy makes a policy the one in force, as a new version, and returns it
// with its version and time. The source of the one in force already is no new
// version: that one is returned. An error wraps models.ErrConflict where p.Replaces is
// not in force.
func (s *Store) ApplyPolicy(ctx context.Context, p models.PolicyVersion) (models.PolicyVersion, error) {
	var applied models.PolicyVersion
	err := s.write(ctx, func(u *unit) error {
		current, err := u.policyInForce()
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		if p.Replaces != 0 && int64(p.Replaces) != current.Version {
			return fmt.Errorf("%w: version %d is in force by now, applied by %s", models.ErrConflict, current.Version, current.AppliedBy)
		}
		if err == nil && bytes.Equal(current.Digest, u.s.policyDigest(p)) {
			applied, err = u.s.policyModel(current)
			return err
		}
		applied, err = u.enforce(p, "policy.applied")
		return err
	})
	if err != nil {
		return models.PolicyVersion{}, fmt.Errorf("apply policy: %w", err)
	}
	return applied, nil
}

// RollbackPolicy puts the source of an older version in force again, as a new
// version. An empty note leaves that of the older one.
func (s *Store) RollbackPolicy(ctx context.Context, version int, by, note string) (models.PolicyVersion, error) {
	var applied models.PolicyVersion
	err := s.write(ctx, func(u *unit) error {
		var r policyRow
		if err := first(u.tx.Where("version = ?", version), &r); err != nil {
			return missing(err, "policy version", strconv.Itoa(version))
		}
		old, err := u.s.policyModel(r)
		if err != nil {
			return err
		}
		old.AppliedBy, old.Rollback, old.Note = by, version, cmp.Or(note, old.Note)
		applied, err = u.enforce(old, "policy.rolled_back")
		return err
	})
	if err != nil {
		return models.PolicyVersion{}, fmt.Errorf("roll policy back: %w", err)
	}
	return applied, nil
}

func (u *unit) policyInForce() (policyRow, error) {
	var r policyRow
	err := first(u.tx.Where("in_force = 1"), &r)
	return r, err
}

// enforce writes a policy as the next version and takes the one before out of force.
func (u *unit) enforce(p models.PolicyVersion, action string) (models.PolicyVersion, error) {
	var last int64
	if err := u.tx.Raw("SELECT coalesce(max(version), 0) FROM policies").Scan(&last).Error; err != nil {
		return p, clean(err)
	}
	if err := u.exec("UPDATE policies SET in_force = 0 WHERE in_force = 1"); err != nil {
		return p, err
	}
	p.Version, p.AppliedAt, p.InForce, p.Replaces = int(last)+1, u.now, true, 0
	row := strconv.Itoa(p.Version)
	err := u.exec(`INSERT INTO policies (version, app, source, digest, applied_by, applied_at, note, in_force, rollback)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`, p.Version, p.App, u.s.keys.Seal([]byte(p.Source), "policies", "source", row),
		u.s.policyDigest(p), p.AppliedBy, u.now.UnixMilli(), u.s.sealText(p.Note, "policies", "note", row), p.Rollback)
	if err != nil {
		return p, err
	}
	u.changed(models.PolicyChanged, row, "", models.Conversation{App: p.App})
	details := map[string]string{"source_digest": hex.EncodeToString(u.s.policyDigest(p))}
	if p.Rollback != 0 {
		details["rollback_to"] = strconv.Itoa(p.Rollback)
	}
	return p, u.record(models.AuditEntry{
		Actor: p.AppliedBy, Action: action, Subject: "policy", Thing: row, Details: details,
	})
}

func (s *Store) policyDigest(p models.PolicyVersion) []byte {
	return s.keys.Digest("policy", []byte(p.App), []byte(p.Source))
}

func (s *Store) policyModel(r policyRow) (models.PolicyVersion, error) {
	row := strconv.FormatInt(r.Version, 10)
	source, err := s.keys.Open(r.Source, "policies", "source", row)
	if err != nil {
		return models.PolicyVersion{}, err
	}
	return models.PolicyVersion{
		Version: int(r.Version), App: r.App, Source: string(source), AppliedBy: r.AppliedBy,
		AppliedAt: fromMillis(r.AppliedAt), Note: s.openNote(r.Note, "policies", row), InForce: r.InForce != 0, Rollback: int(r.Rollback),
	}, nil
}

// PolicyInForce returns the policy that judges now; models.ErrNotFound when
// none was ever applied.
func (s *Store) PolicyInForce(ctx context.Context) (models.PolicyVersion, error) {
	var r policyRow
	if err := first(s.reader(ctx).Where("in_force = 1"), &r); err != nil {
		return models.PolicyVersion{}, fmt.Errorf("policy in force: %w", err)
	}
	return s.policyModel(r)
}

// PolicyVersionInForce returns the version that judges now, 0 for none. It is
// cheap: every node asks every second.
func (s *Store) PolicyVersionInForce(ctx context.Context) (int, error) {
	var version int
	err := s.glance(ctx).Raw("SELECT coalesce(max(version), 0) FROM policies WHERE in_force = 1").Scan(&version).Error
	if err != nil {
		return 0, fmt.Errorf("policy in force: %w", clean(err))
	}
	return version, nil
}

// Policy returns one version of the policy.
func (s *Store) Policy(ctx context.Context, version int) (models.PolicyVersion, error) {
	var r policyRow
	if err := first(s.reader(ctx).Where("version = ?", version), &r); err != nil {
		return models.PolicyVersion{}, fmt.Errorf("policy version %d: %w", version, err)
	}
	return s.policyModel(r)
}

// Policies lists all versions, newest first, with their sources; at most
// models.MaxLimit.
func (s *Store) Policies(ctx context.Context) ([]models.PolicyVersion, error) {
	var found []policyRow
	if err := s.reader(ctx).Order("version DESC").Limit(models.MaxLimit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("policies: %w", clean(err))
	}
	out := make([]models.PolicyVersion, len(found))
	for i, r := range found {
		p, err := s.policyModel(r)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}
