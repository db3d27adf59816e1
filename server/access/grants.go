package access

import (
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// known reports whether g is one of the grants; a caller with any other may nothing.
func known(g models.Grant) bool { return slices.Contains(models.Grants, g) }

// acts reports whether a grant may change things in its scope, and see plaintext there.
func acts(g models.Grant) bool { return g == models.GrantOperator || g == models.GrantModerator }

// MayReadText reports whether a grant shows the masked text of messages.
// Auditors see what was done, not what was said.
func MayReadText(g models.Grant) bool { return known(g) && g != models.GrantAuditor }

// CheckRecall is nil if the caller's grant can take messages back at all; which
// ones is asked per conversation. This and the checks below wrap
// models.ErrForbidden with a sentence for the caller.
func CheckRecall(c models.Caller) error { return check(acts(c.Grant), c.Grant, "take messages back") }

// CheckDecide is nil if the caller may decide cases of its scope.
func CheckDecide(c models.Caller) error { return check(acts(c.Grant), c.Grant, "decide cases") }

// CheckReveal is nil if the caller may see plaintext of its scope, on record.
func CheckReveal(c models.Caller) error {
	return check(acts(c.Grant), c.Grant, "see messages in clear")
}

// CheckAudit is nil if the caller may read the audit. It speaks of every
// conversation, so it is not for one that was limited to some.
func CheckAudit(c models.Caller) error {
	reads := c.Grant == models.GrantOperator || c.Grant == models.GrantAuditor
	if reads && len(c.Groups) > 0 {
		return forbidden("The audit speaks of every conversation, and this login was limited to some groups.")
	}
	return check(reads, c.Grant, "read the audit")
}

func check(may bool, g models.Grant, what string) error {
	switch {
	case may:
		return nil
	case !known(g):
		return forbidden(fmt.Sprintf("This login may not %s.", what))
	}
	return forbidden(fmt.Sprintf("A login with the role %q may not %s.", g, what))
}
