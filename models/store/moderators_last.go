package store

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// operatorsLock is held by whoever takes an operator away: of two who take each other
// away at the same moment the second sees what the first did.
const operatorsLock = 0x7461_6b65_6f70_6572

// managing is the condition that a login can sign in and manage the others: it is an
// operator's, no groups limit it, and it has something to sign in with.
const managing = `grant_name = ? AND disabled_at = 0 AND places IN ('', 'null', '[]')
	AND (password_hash <> '' OR EXISTS (SELECT 1 FROM passkeys WHERE passkeys.moderator_id = moderators.id)
		OR EXISTS (SELECT 1 FROM identities WHERE identities.moderator_id = moderators.id))`

// notTheLast refuses to go on where a login is the last that manages the others.
func (u *unit) notTheLast(name string) error {
	if _, err := u.alone(operatorsLock); err != nil {
		return err
	}
	var names []string
	err := u.tx.Model(&moderatorRow{}).Where(managing, string(models.GrantOperator)).Order("name").Limit(2).Pluck("name", &names).Error
	if err != nil {
		return clean(err)
	}
	if slices.Equal(names, []string{name}) {
		return refuse(models.ErrLastOperator)
	}
	return nil
}
