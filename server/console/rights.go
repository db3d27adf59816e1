package console

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// right says with an error who may not use a route. What may be seen within a
// page is the scope's business, and what may be taken back in a conversation is
// asked of the platform by the door.
type right func(models.Caller) error

// The rights of the routes; the door's words where it has them, so that the API
// and the console cannot differ.
var (
	recalls right = access.CheckRecall
	decides right = access.CheckDecide
	reveals right = access.CheckReveal
	audits  right = access.CheckAudit
	looks   right = func(c models.Caller) error {
		if slices.Contains(models.Grants, c.Grant) {
			return nil
		}
		return forbidden("This login may see nothing here.")
	}
)

// may reports whether the visitor has a right.
func (v *visit) may(r right) bool { return r(v.caller) == nil }
