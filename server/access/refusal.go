package access

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// ErrUnavailable says that the platform, whose word decides a right, cannot be
// asked just now. Nothing was done; trying again later may succeed.
var ErrUnavailable = errors.New("unavailable")

// Refusal is a no with a sentence that may be shown to the caller.
type Refusal struct { //nolint:errname // it is named for what the caller meets
	Kind  error  // models.ErrNotFound, ErrForbidden, ErrInvalid or ErrUnavailable
	Words string // one sentence for people
	Cause error  // for the log, never shown; may be nil
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.Words }

// Unwrap lets errors.Is see the kind and the cause.
func (r *Refusal) Unwrap() []error {
	if r.Cause == nil {
		return []error{r.Kind}
	}
	return []error{r.Kind, r.Cause}
}

// speaking are the errors whose own text is for people. Of the others only a
// Refusal has words: what they wrap says what we were doing.
var speaking = []error{models.ErrForbidden, models.ErrInvalid, models.ErrConflict}

// Words returns the sentence of an error that wraps one of the errors callers
// branch on, and "" where it has none and for any other error, whose text stays inside.
func Words(err error) string {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Words
	}
	for _, kind := range speaking {
		if errors.Is(err, kind) {
			return sentence(innermost(err, kind).Error(), kind.Error())
		}
	}
	return ""
}

// innermost is the error that wraps kind itself: the sentence stands there, and
// what is around it says what we were doing.
func innermost(err, kind error) error {
	for _, inner := range unwrap(err) {
		if inner != kind && errors.Is(inner, kind) { //nolint:errorlint // the kind itself ends the search
			return innermost(inner, kind)
		}
	}
	return err
}

func unwrap(err error) []error {
	switch e := err.(type) { //nolint:errorlint // one step down, not a search
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// sentence strips the classing word from either end of an error's text, and
// gives the rest a capital and a full stop.
func sentence(text, kind string) string {
	text = strings.TrimPrefix(text, kind+": ")
	text = strings.TrimSuffix(text, ": "+kind)
	if text == kind || text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// nothingThere is said of what does not exist and of what the caller may not
// know of: the two are never told apart.
const nothingThere = "There is no such thing here, or it is not yours to see."

func notFound() error { return &Refusal{Kind: models.ErrNotFound, Words: nothingThere} }

func forbidden(words string) error { return &Refusal{Kind: models.ErrForbidden, Words: words} }

func invalid(words string) error { return &Refusal{Kind: models.ErrInvalid, Words: words} }

func unavailable(cause error) error {
	return &Refusal{
		Kind:  ErrUnavailable,
		Words: "The chat platform could not be asked for roles just now. Nothing was done; try again in a moment.",
		Cause: cause,
	}
}
