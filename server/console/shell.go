package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// shell is what surrounds every page: the words of the top bar and the side.
// Page views embed it.
type shell struct {
	Lang      string
	Title     string
	Here      string // the entry of the side that this page belongs to
	Who       string // the login, empty when signed out
	Grant     models.Grant
	Audits    bool   // the login may read the audit
	MayBreak  bool   // the login may see what stops automatic recalls
	Sets      bool   // the login may see the settings
	Holds     bool   // the login may see legal holds and hooks
	Sweeps    bool   // the login may take back many at once, everywhere
	Owns      bool   // the login has groups of its own
	SeesRules bool   // it may see the rules
	Stream    string // where the page's live changes come from, empty for none
	Numbers   []number
	Version   string
	Notice    *noticeView
}

// noticeView is one sentence about what just happened.
type noticeView struct {
	Class string // green, amber or red
	Title string
	Words string
	Watch *recallBox // what came of it, live; nil for nothing
}

// number is one figure, and the list behind it.
type number struct {
	Class string
	Count string
	Key   string // of its words
	URL   string
}

// bareShell is the shell of pages that need no sign-in.
func (v *visit) bareShell(title string) shell {
	return shell{Lang: v.words.Lang, Title: title, Version: v.Version}
}

func (v *visit) shell(here, title, stream string) (shell, error) {
	numbers, err := v.numbers(v.ctx())
	if err != nil {
		return shell{}, err
	}
	s := v.bareShell(title)
	_, login, _ := strings.Cut(v.caller.Actor, ":")
	s.Here, s.Who, s.Grant, s.Stream, s.Numbers = here, login, v.caller.Grant, stream, numbers
	s.Sweeps = v.scope.All && v.may(access.Recall)
	s.Owns = len(v.scope.Groups) > 0
	s.Holds = v.may(access.SeeHolds) && v.may(access.SeeHooks)
	s.Audits, s.Sets, s.SeesRules, s.MayBreak = v.may(access.ReadAudit), v.may(access.SeeSettings), v.may(access.SeeRules), v.may(access.SeeBreakers)
	return s, nil
}

// countTo is how far the numbers of the top bar count; a longer list shows as "99+".
const countTo = 100

// watched are the recall states whose number stands in the top bar. Green is
// left out: what went well needs nobody.
var watched = []struct {
	state models.RecallState
	class string
}{
	{models.Queued, ""},
	{models.Accepted, "amber"},
	{models.Unknown, "violet"},
	{models.Failed, "red"},
}

// numbers is the state of the visitor's world in a few numbers.
func (v *visit) numbers(ctx context.Context) ([]number, error) {
	waiting, err := v.Store.Waiting(ctx, v.scope, v.caller.Actor, countTo)
	if err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	all := []number{{classUnlessZero("", waiting), count(waiting), "number.waiting", "/queue"}}
	var states []models.RecallState
	for _, w := range watched {
		states = append(states, w.state)
	}
	recalls, err := v.Store.RecallCounts(ctx, v.scope, states, time.Time{}, countTo)
	if err != nil {
		return nil, fmt.Errorf("count recalls: %w", err)
	}
	for _, w := range watched {
		n := recalls[w.state]
		all = append(all, number{classUnlessZero(w.class, n), count(n), "number." + string(w.state), "/recalls?state=" + string(w.state)})
	}
	return all, nil
}

func classUnlessZero(class string, n int) string {
	if n == 0 {
		return "zero"
	}
	return class
}

func count(n int) string {
	if n >= countTo {
		return fmt.Sprintf("%d+", countTo-1)
	}
	return strconv.Itoa(n)
}

// known refuses a filter with a value that is not of its list: an empty page
// would say that there is nothing, where nothing was asked.
func known[S ~string](v *visit, value string, all []S) error {
	if value == "" || slices.Contains(all, S(value)) {
		return nil
	}
	return invalid(v.words.T("filter.unknown", Visible(value)))
}

// field returns a form field, trimmed, with at most limit bytes of it.
func (v *visit) field(name string, limit int) string {
	s := strings.TrimSpace(v.gin.PostForm(name))
	return strings.ToValidUTF8(s[:min(limit, len(s))], "")
}

// query returns a parameter of the URL, trimmed, with at most fieldText bytes of it.
func (v *visit) query(name string) string {
	s := strings.TrimSpace(v.gin.Query(name))
	return strings.ToValidUTF8(s[:min(fieldText, len(s))], "")
}
