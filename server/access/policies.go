package access

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// PolicyStore is what the door needs of *store.Store for policies.
type PolicyStore interface {
	ApplyPolicy(ctx context.Context, p models.PolicyVersion) (models.PolicyVersion, error)
	RollbackPolicy(ctx context.Context, version int, by, note string) (models.PolicyVersion, error)
}

// ApplyPolicy puts a policy that was read without a problem in force, as the version
// after the one it was made of. An error wraps models.ErrConflict where another is in
// force by now.
func (d *Door) ApplyPolicy(ctx context.Context, c models.Caller, source string, replaces int, reason string) (models.PolicyVersion, error) {
	reason, err := whyRules(c, reason)
	if err != nil {
		return models.PolicyVersion{}, err
	}
	p, err := d.store.ApplyPolicy(ctx, models.PolicyVersion{Source: source, AppliedBy: c.Actor, Note: reason, Replaces: replaces})
	return p, hide(err, "apply the policy")
}

// RollbackPolicy puts an earlier version in force again, as a new one.
func (d *Door) RollbackPolicy(ctx context.Context, c models.Caller, version int, reason string) (models.PolicyVersion, error) {
	reason, err := whyRules(c, reason)
	if err != nil {
		return models.PolicyVersion{}, err
	}
	p, err := d.store.RollbackPolicy(ctx, version, c.Actor, reason)
	return p, hide(err, fmt.Sprintf("roll back to policy version %d", version))
}

// whyRules checks who changes the rules, and that they say why.
func whyRules(c models.Caller, reason string) (string, error) {
	if err := Check(c, WriteRules); err != nil {
		return "", err
	}
	return cleanWhy(reason, true)
}
