package store

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// joined records that a second request met an active recall, which from then on
// stands on its right too.
func (u *unit) joined(r *recallRow, q models.RecallRequest) error {
	err := u.recordRecall("recall.joined", r.ID, q, map[string]string{"message": r.MessageID})
	if err != nil || slices.Contains(r.model().Rights(), q.Right()) {
		return err
	}
	if r.Rights, err = encodeRights(append(decodeRights(r.Rights), q.Right())); err != nil {
		return err
	}
	if err := u.exec("UPDATE recalls SET rights = ? WHERE id = ?", r.Rights, r.ID); err != nil {
		return fmt.Errorf("rights of recall %s: %w", r.ID, err)
	}
	return nil
}

func encodeRights(rights []models.Right) (string, error) {
	b, err := json.Marshal(rights)
	if err != nil {
		return "", fmt.Errorf("encode rights: %w", err)
	}
	return string(b), nil
}

// decodeRights reads what encodeRights wrote; what cannot be read gives no right.
func decodeRights(text string) []models.Right {
	var rights []models.Right
	if text == "" || json.Unmarshal([]byte(text), &rights) != nil {
		return nil
	}
	return rights
}
