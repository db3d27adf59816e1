package store

import (
	"encoding/json"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

type slotRow struct {
	ConversationID string `gorm:"primaryKey;type:text"` // empty: of all conversations
	Slot           int64  `gorm:"primaryKey;autoIncrement:false"`
	Figures        string `gorm:"not null"` // JSON
}

func (slotRow) TableName() string { return "slots" }

var slotsTable = &table{
	name: "slots", conflict: "DO NOTHING", // another node wrote the same
	columns: append(append(texts("conversation_id"), numbers("slot")...), texts("figures")...),
}

func (r slotRow) model() (models.Figures, error) {
	var t models.Figures
	if err := json.Unmarshal([]byte(r.Figures), &t); err != nil {
		return t, fmt.Errorf("figures of slot %d are not readable", r.Slot)
	}
	t.At = fromMillis(r.Slot)
	return t, nil
}
