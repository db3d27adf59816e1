package store

import (
	"encoding/json"

	"github.com/takeback-chat/takeback/models"
)

// encodeParts writes where a split value lies as JSON. Ids and numbers are all
// there is, so that it cannot fail; what lies in one message is empty.
func encodeParts(parts []models.FindingPart) string {
	if len(parts) == 0 {
		return ""
	}
	b, _ := json.Marshal(parts)
	return string(b)
}

// decodeParts reads what encodeParts wrote. What does not read is no parts: the
// finding itself still says where it stands in its own message.
func decodeParts(s string) []models.FindingPart {
	if s == "" {
		return nil
	}
	var parts []models.FindingPart
	if err := json.Unmarshal([]byte(s), &parts); err != nil {
		return nil
	}
	return parts
}
