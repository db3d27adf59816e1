package console

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

var (
	// errSignedOut says that nobody is signed in here (any more).
	errSignedOut = errors.New("signed out")
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
	Status int
	Words  string
}

// fail turns an error into its answer; the one place that does.
func (v *visit) fail(err error) {
	if v.gin.Writer.Written() {
		v.logFailure(err)
		v.gin.Abort()
		return
	}
	if errors.Is(err, errSignedOut) {
		v.askToSignIn()
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
	view := errorView{Status: status, Words: words}
	if v.byScript() { // beside what was typed, which stays
		v.gin.Header("HX-Retarget", v.noticeAt())
		v.gin.Header("HX-Reswap", "innerHTML")
		v.must(v.part(status, "notice", noticeView{Class: "red", Title: title, Words: words}))
		return
	}
	view.shell = v.bareShell(title)
	v.must(v.render(status, "error", view))
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

// askToSignIn sends people to the sign-in and back here after it. A script is
// told in place, so that nothing typed is lost.
func (v *visit) askToSignIn() {
	if v.byScript() {
		v.gin.Header("HX-Retarget", v.noticeAt())
		v.gin.Header("HX-Reswap", "innerHTML")
		v.must(v.part(http.StatusUnauthorized, "signed_out", v.words.T("error.signed_out")))
		return
	}
	to := "/sign-in"
	if r := v.gin.Request; r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	v.redirect(to)
}
