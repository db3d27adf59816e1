package console

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

var (
	// errSignedOut says that nobody is signed in here (any more).
	errSignedOut = errors.New("signed out")
	// errNoGroups says that somebody signed in by the chat and owns and runs nothing any more.
	errNoGroups = fmt.Errorf("%w: no groups any more", errSignedOut)
	// errTooLarge says that a form holds more than is read.
	errTooLarge = errors.New("form too large")
)

func invalid(words string) error {
	return &access.Refusal{Kind: models.ErrInvalid, Words: words}
}

// answers is which status each kind of error becomes, and the key of its
// title. What is not listed is 500, and its text stays inside.
var answers = []struct {
	kind   error
	status int
	title  string
}{
	{models.ErrNotFound, http.StatusNotFound, "error.not_found"},
	{models.ErrForbidden, http.StatusForbidden, "error.forbidden"},
	{models.ErrInvalid, http.StatusUnprocessableEntity, "error.invalid"},
	{errTooLarge, http.StatusRequestEntityTooLarge, "error.too_large"},
	{models.ErrConflict, http.StatusConflict, "error.conflict"},
	{access.ErrTooMany, http.StatusTooManyRequests, "error.too_many"},
	{models.ErrBusy, http.StatusServiceUnavailable, "error.busy"},
	{access.ErrUnavailable, http.StatusServiceUnavailable, "error.unavailable"},
}

// errorView is a page that says what went wrong and how to go on.
type errorView struct {
	shell
	Status    int
	Words     string
	SignedOut bool // the way on is to sign in, in another tab
	Kept      *typedForm
	Back      string // the page that it came from; empty where that is not known
}

// fail turns an error into its answer; the one place that does.
func (v *visit) fail(err error) {
	if v.gin.Writer.Written() {
		v.logFailure(err)
		v.gin.Abort()
		return
	}
	if errors.Is(err, errSignedOut) {
		v.askToSignIn(errors.Is(err, errNoGroups))
		return
	}
	status, title, words := v.explain(err)
	if status == http.StatusInternalServerError {
		v.logFailure(err)
	}
	v.sayFailure(status, title, words)
}

func (v *visit) explain(err error) (status int, title, words string) {
	for _, a := range answers {
		if !errors.Is(err, a.kind) {
			continue
		}
		if errors.Is(err, errLinkOver) {
			return a.status, v.words.T("own.over"), v.words.T("own.over.words")
		}
		if errors.Is(a.kind, models.ErrNotFound) { // one answer, whatever was looked for, and whether hidden or missing
			return a.status, v.words.T(a.title), v.words.T("error.not_found.words")
		}
		words := access.Words(err)
		if words == "" {
			words = v.words.T(a.title + ".words")
		}
		return a.status, v.words.T(a.title), words
	}
	return http.StatusInternalServerError, v.words.T("error.internal"), v.words.T("error.internal.words")
}

func (v *visit) logFailure(err error) {
	v.Logger.ErrorContext(v.ctx(), "console request failed",
		slog.String("route", v.gin.FullPath()), slog.Any("error", err))
}

func (v *visit) sayFailure(status int, title, words string) {
	if v.byScript() { // beside what was typed, which stays
		v.gin.Header("HX-Retarget", v.noticeAt())
		v.gin.Header("HX-Reswap", "innerHTML")
		v.must(v.part(status, "notice", noticeView{Class: "red", Title: title, Words: words}))
		return
	}
	again := status == http.StatusUnprocessableEntity || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
	v.must(v.render(status, "error", errorView{
		shell: v.bareShell(title), Status: status, Words: words, Kept: v.kept(again), Back: v.cameFrom(),
	}))
}

// noticeAt is where a script puts a notice: in the sheet, where that lies over the page.
func (v *visit) noticeAt() string {
	if v.inSheet() {
		return "#sheet-notice"
	}
	return "#notice"
}

// must is for answers to errors: if even those cannot be written, the log says so.
func (v *visit) must(err error) {
	if err != nil {
		v.logFailure(err)
		v.gin.AbortWithStatus(http.StatusInternalServerError)
	}
}

// askToSignIn sends people to the sign-in and back here after it. What they typed stays
// before their eyes: a script is told in place, and without one a page holds it.
func (v *visit) askToSignIn(noGroups bool) {
	if v.byScript() {
		v.gin.Header("HX-Retarget", v.noticeAt())
		v.gin.Header("HX-Reswap", "innerHTML")
		v.must(v.part(http.StatusUnauthorized, "signed_out", v.words.T("error.signed_out")))
		return
	}
	if k := v.kept(true); k != nil {
		v.must(v.render(http.StatusUnauthorized, "error", errorView{
			shell: v.bareShell(v.words.T("signed_out.title")), Status: http.StatusUnauthorized, Words: v.words.T("signed_out.words"), SignedOut: true, Kept: k,
		}))
		return
	}
	v.redirect(at("/sign-in", values("next", v.wanted(), "why", v.whyOut(noGroups))))
}

// wanted is where somebody goes on who has signed in again.
func (v *visit) wanted() string {
	if v.gin.Request.Method != http.MethodGet {
		return v.cameFrom()
	}
	if v.gin.Request.URL.Path == "/" {
		return ""
	}
	return v.gin.Request.URL.RequestURI()
}

// whyOut says why somebody who was signed in is asked again; nothing to whoever was not.
func (v *visit) whyOut(noGroups bool) string {
	switch {
	case noGroups:
		return "groups"
	case v.hadSession():
		return "over"
	}
	return ""
}

// hadSession reports whether the browser believes to be signed in: it holds a session
// that has run out, or that was ended.
func (v *visit) hadSession() bool {
	cookie, err := v.gin.Request.Cookie(v.sessions.Cookie.Name)
	return err == nil && cookie.Value != "" && (v.sessions.GetInt64(v.ctx(), keySeen) != 0 || len(v.sessions.Keys(v.ctx())) == 0)
}
