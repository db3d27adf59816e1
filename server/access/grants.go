package access

import (
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// Power is one thing that a login may do, wherever its scope reaches.
type Power string

// The powers. The words complete "may not ...".
const (
	Look         Power = "look at conversations"
	ReadText     Power = "read masked messages"
	Reveal       Power = "see messages in clear"
	Recall       Power = "take messages back"
	Decide       Power = "decide cases"
	SeeAll       Power = "see every conversation"
	Export       Power = "take lists away as files"
	SeeRules     Power = "see the rules"
	WriteRules   Power = "change the rules"
	ReadAudit    Power = "read the audit"
	SeeBreakers  Power = "see what stops automatic recalls"
	Stop         Power = "stop or start automatic recalls"
	SeeCoverage  Power = "see how much of an app was seen"
	SeeHooks     Power = "see what other systems are told"
	DeliverHooks Power = "have other systems told again"
	SeeHolds     Power = "see legal holds"
	PlaceHolds   Power = "place or lift legal holds"
	ErasePeople  Power = "erase a person"
	SeeSettings  Power = "see the settings and how apps fare"
	Manage       Power = "manage logins and tokens"
	OwnLogin     Power = "look after their own login"
)

// Powers is who may do what: the one table that the API, the console and the
// stores' scopes are held to.
var Powers = map[Power][]models.Grant{
	Look:         {models.GrantOperator, models.GrantModerator, models.GrantContentReader, models.GrantRuleAuthor, models.GrantAuditor, models.GrantViewer, models.GrantGroupOwner},
	ReadText:     {models.GrantOperator, models.GrantModerator, models.GrantContentReader, models.GrantViewer, models.GrantGroupOwner},
	Reveal:       {models.GrantOperator, models.GrantModerator, models.GrantContentReader, models.GrantGroupOwner},
	Recall:       {models.GrantOperator, models.GrantModerator, models.GrantGroupOwner},
	Decide:       {models.GrantOperator, models.GrantModerator, models.GrantGroupOwner},
	SeeAll:       {models.GrantOperator, models.GrantContentReader, models.GrantAuditor},
	Export:       {models.GrantOperator, models.GrantModerator, models.GrantAuditor},
	SeeRules:     {models.GrantOperator, models.GrantModerator, models.GrantContentReader, models.GrantRuleAuthor, models.GrantAuditor, models.GrantViewer},
	WriteRules:   {models.GrantOperator, models.GrantRuleAuthor},
	ReadAudit:    {models.GrantOperator, models.GrantAuditor},
	SeeBreakers:  {models.GrantOperator, models.GrantAuditor},
	Stop:         {models.GrantOperator},
	SeeCoverage:  {models.GrantOperator, models.GrantAuditor},
	SeeHooks:     {models.GrantOperator, models.GrantAuditor},
	DeliverHooks: {models.GrantOperator},
	SeeHolds:     {models.GrantOperator, models.GrantAuditor},
	PlaceHolds:   {models.GrantOperator},
	ErasePeople:  {models.GrantOperator},
	SeeSettings:  {models.GrantOperator, models.GrantAuditor},
	Manage:       {models.GrantOperator},
	OwnLogin:     {models.GrantOperator, models.GrantModerator, models.GrantContentReader, models.GrantRuleAuthor, models.GrantAuditor, models.GrantViewer, models.GrantGroupOwner},
}

// whole are the powers over every conversation at once, which a login that was
// limited to some groups has not, each with what it concerns.
var whole = map[Power]string{
	WriteRules:   "The rules concern every conversation",
	ReadAudit:    "The audit speaks of every conversation",
	SeeBreakers:  everywhere,
	Stop:         everywhere,
	SeeCoverage:  "How much of an app was seen concerns every conversation",
	SeeHooks:     hooksEverywhere,
	DeliverHooks: hooksEverywhere,
	SeeHolds:     holdsEverywhere,
	PlaceHolds:   holdsEverywhere,
	ErasePeople:  "A person is erased in every conversation",
	SeeSettings:  "The settings concern every conversation",
	Manage:       "Logins and tokens concern every conversation",
}

const (
	everywhere      = "What stops automatic recalls concerns every conversation"
	hooksEverywhere = "What other systems are told concerns every conversation"
	holdsEverywhere = "A legal hold keeps messages whatever their group"
)

// Has reports whether a grant has a power, where nothing limits it.
func Has(g models.Grant, p Power) bool { return slices.Contains(Powers[p], g) }

// Check is nil if the caller has a power. Otherwise it wraps models.ErrForbidden
// with a sentence for the caller.
func Check(c models.Caller, p Power) error {
	switch {
	case Has(c.Grant, p) && len(c.Groups) > 0 && whole[p] != "":
		return forbidden(whole[p] + ", and this login was limited to some groups.")
	case Has(c.Grant, p):
		return nil
	case !known(c.Grant):
		return forbidden(fmt.Sprintf("This login may not %s.", p))
	}
	return forbidden(fmt.Sprintf("A login with the role %q may not %s.", c.Grant, p))
}

// known reports whether g is one of the grants; a caller with any other may nothing.
func known(g models.Grant) bool { return slices.Contains(models.Grants, g) }

// MayReadText reports whether a grant shows the masked text of messages.
// Auditors see what was done, not what was said.
func MayReadText(g models.Grant) bool { return Has(g, ReadText) }

// CheckRecall is nil if the caller's grant can take messages back at all; which
// ones is asked per conversation.
func CheckRecall(c models.Caller) error { return Check(c, Recall) }

// CheckDecide is nil if the caller may decide cases of its scope.
func CheckDecide(c models.Caller) error { return Check(c, Decide) }

// CheckReveal is nil if the caller may see plaintext of its scope, on record.
func CheckReveal(c models.Caller) error { return Check(c, Reveal) }

// CheckAudit is nil if the caller may read the audit.
func CheckAudit(c models.Caller) error { return Check(c, ReadAudit) }

// CheckBreakers is nil if the caller may see what stops automatic recalls.
func CheckBreakers(c models.Caller) error { return Check(c, SeeBreakers) }

// CheckStop is nil if the caller may stop automatic recalls, start them again
// and reset breakers.
func CheckStop(c models.Caller) error { return Check(c, Stop) }

// CheckCoverage is nil if the caller may see how much of everything was seen.
func CheckCoverage(c models.Caller) error { return Check(c, SeeCoverage) }

// CheckHooks is nil if the caller may see what other systems are told.
func CheckHooks(c models.Caller) error { return Check(c, SeeHooks) }

// CheckDeliver is nil if the caller may have other systems told again.
func CheckDeliver(c models.Caller) error { return Check(c, DeliverHooks) }

// CheckLegalHolds is nil if the caller may see legal holds, with the reasons that
// people gave. Others learn of one where it keeps them from something: who holds, and
// since when.
func CheckLegalHolds(c models.Caller) error { return Check(c, SeeHolds) }

// CheckErase is nil if the caller may erase a person.
func CheckErase(c models.Caller) error { return Check(c, ErasePeople) }

// CheckHold is nil if the caller may place and lift legal holds.
func CheckHold(c models.Caller) error { return Check(c, PlaceHolds) }
