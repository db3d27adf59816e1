package access

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// MaxNote is the largest number of characters of a reason's note.
const MaxNote = 500

// CleanReason returns a reason as it is kept, with the note trimmed, or an error
// that wraps models.ErrInvalid: a code outside the list, a missing note where
// the code is "other", or a note that is too long or not text.
func CleanReason(r models.Reason) (models.Reason, error) {
	r.Note = strings.TrimSpace(r.Note)
	switch {
	case r.Code == "":
		return r, invalid("A reason is needed.")
	case !r.Code.Valid():
		return r, invalid("The reason is not one of the list.")
	case !utf8.ValidString(r.Note):
		return r, invalid("The note is not text.")
	case r.Code == models.Other && r.Note == "":
		return r, invalid(`The reason "other" needs a note.`)
	case utf8.RuneCountInString(r.Note) > MaxNote:
		return r, invalid(fmt.Sprintf("The note may have at most %d characters.", MaxNote))
	}
	return r, nil
}
