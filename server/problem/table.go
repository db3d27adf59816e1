package problem

import (
	"context"
	"errors"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// row says how one kind of error is answered.
type row struct {
	kind   error
	name   string
	status int
	title  string
	detail string // where the error has no words of its own
}

// table is every error that callers branch on; the first that fits answers.
var table = []row{
	{models.ErrNotFound, "not_found", http.StatusNotFound, "Not found", "There is no such thing here, or it is not yours to see."},
	{models.ErrForbidden, "forbidden", http.StatusForbidden, "Forbidden", "This login may not do that."},
	{models.ErrInvalid, "invalid", http.StatusUnprocessableEntity, "Not acceptable as it is", "A value is not acceptable."},
	{models.ErrLegalHold, "legal_hold", http.StatusConflict, "Under a legal hold", "A legal hold keeps it."},
	{models.ErrConflict, "conflict", http.StatusConflict, "Somebody was first", "It has changed in the meantime."},
	{models.ErrBusy, "busy", http.StatusServiceUnavailable, "Busy", "There is too much to do just now. Nothing was done; try again in a moment."},
	{access.ErrUnavailable, "unavailable", http.StatusServiceUnavailable, "Unavailable", "The chat platform could not be asked just now. Nothing was done; try again in a moment."},
	{access.ErrTooMany, "too_many", http.StatusTooManyRequests, "Too often", "That was asked for too often. Nothing was done; try again in a minute."},
	{context.DeadlineExceeded, "timeout", http.StatusServiceUnavailable, "Took too long", "It took too long. Try again in a moment."},
}

// Of returns the problem document of an error; known is false for an error that
// stands in no table, which the caller logs under the document's ID.
func Of(err error) (p *Problem, known bool) {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p, true
	}
	for _, r := range table {
		if errors.Is(err, r.kind) {
			return r.problem(err), true
		}
	}
	return Internal(), false
}

// problem makes the document. What is not found always reads the same, or the
// words would tell what is foreign from what is not there.
func (r row) problem(err error) *Problem {
	p := build(r.name, r.status, r.title, r.detail)
	if words := access.Words(err); words != "" && r.status != http.StatusNotFound {
		p.Detail = words
	}
	switch r.status {
	case http.StatusServiceUnavailable:
		return p.say("Retry-After", "2")
	case http.StatusTooManyRequests:
		return p.say("Retry-After", "60")
	}
	return p
}

func build(name string, status int, title, detail string) *Problem {
	return &Problem{Type: urn + name, Status: status, Title: title, Detail: detail}
}

// Internal is the answer to what nobody expected. Its ID leads to the log.
func Internal() *Problem {
	p := build("internal", http.StatusInternalServerError, "Internal error",
		"Something went wrong on our side. The operator finds it in the log under the id given here.")
	p.ID = models.NewID()
	return p
}

// Malformed is a body or query that cannot be read.
func Malformed(detail string, fields ...Field) *Problem {
	p := build("malformed", http.StatusBadRequest, "Cannot be read", detail)
	p.Errors = fields
	return p
}

// Invalid is a request whose fields are not acceptable.
func Invalid(fields ...Field) *Problem {
	p := build("invalid", http.StatusUnprocessableEntity, "Not acceptable as it is", "Some fields are not acceptable.")
	p.Errors = fields
	return p
}

// Unauthorized is a call without a token that we know. presented says whether
// there was one at all.
func Unauthorized(presented bool) *Problem {
	p := build("unauthorized", http.StatusUnauthorized, "Who is calling?",
		`Send a token of this service as "Authorization: Bearer tb_...".`)
	challenge := `Bearer realm="takeback"`
	if presented {
		p.Detail, challenge = "The token is not known here, or not any more.", challenge+`, error="invalid_token"`
	}
	return p.say("WWW-Authenticate", challenge)
}

// NotFound is the answer to an address that leads nowhere, and to an id that
// cannot be one; it reads like that of a thing which is not there.
func NotFound() *Problem { return table[0].problem(table[0].kind) }

// WrongMethod is an address that exists, asked in a way that does not.
func WrongMethod() *Problem {
	return build("wrong_method", http.StatusMethodNotAllowed, "Wrong method", "This address does not answer that method.")
}

// TooLarge is a body of more bytes than are read.
func TooLarge() *Problem {
	return build("too_large", http.StatusRequestEntityTooLarge, "Too large", "The body is larger than is read here.")
}

// WrongType is a body that does not say that it is JSON.
func WrongType() *Problem {
	return build("wrong_type", http.StatusUnsupportedMediaType, "Wrong media type", "Send the body as application/json.")
}

// CrossOrigin is a page of another site that made a browser call us.
func CrossOrigin() *Problem {
	return build("cross_origin", http.StatusForbidden, "Forbidden", "A page of another site may not do that.")
}
