package console

import "github.com/takeback-chat/takeback/server/access"

// may reports whether the visitor has a power. What may be seen within a page is
// the scope's business, and what may be taken back in a conversation is asked of
// the platform by the door.
func (v *visit) may(p access.Power) bool { return access.Check(v.caller, p) == nil }
