package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/server/problem"
)

// MaxBody is the largest request body that is read, in bytes.
const MaxBody = 1 << 20

// bind reads and checks a JSON body. It is strict: unknown fields, names given twice,
// names in another case, invalid UTF-8 and anything after the value are refused,
// since what we would leave out the caller would believe done.
func bind[T any](c *gin.Context) (T, error) {
	var request T
	body, err := readBody(c)
	if err != nil {
		return request, err
	}
	if err := decode(body, &request); err != nil {
		return request, err
	}
	return request, check(request)
}

// bindOptional is bind for a body that may be left out altogether.
func bindOptional[T any](c *gin.Context) (T, error) {
	if c.Request.ContentLength == 0 {
		var none T
		return none, nil
	}
	return bind[T](c)
}

// prose is text that somebody wrote, without the white space around it, so that
// spaces do not count as words.
type prose string

// UnmarshalText trims.
func (p *prose) UnmarshalText(text []byte) error {
	*p = prose(strings.TrimSpace(string(text)))
	return nil
}

func readBody(c *gin.Context) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, problem.WrongType()
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, MaxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, problem.TooLarge()
	}
	if err != nil {
		return nil, problem.Malformed("The body broke off.")
	}
	return body, nil
}

// decode reads JSON into request. Its errors name the place, never a value.
func decode(body []byte, request any) error {
	err := json.Unmarshal(body, request, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(e.Err, jsontext.ErrDuplicateName) {
			return unreadable(e.JSONPointer, "is given twice")
		}
		return problem.Malformed("The body is not one JSON value in UTF-8.")
	}
	e, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return problem.Malformed("The body cannot be read.")
	case errors.Is(e.Err, json.ErrUnknownName):
		return unreadable(e.JSONPointer, "is not known here")
	}
	return unreadable(e.JSONPointer, "has the wrong type")
}

func unreadable(at jsontext.Pointer, words string) error {
	return problem.Malformed("The body cannot be read.", problem.Field{Field: path(at), Words: words})
}

// path writes a JSON pointer the way check names fields: reason.code, messages[2].
func path(at jsontext.Pointer) string {
	var b strings.Builder
	for token := range at.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	if b.Len() == 0 {
		return "body"
	}
	return short(b.String())
}
