package api

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/problem"
)

// pageQuery is the part of a query that every list has.
type pageQuery struct {
	Cursor string `query:"cursor" validate:"max=512,plain"`
	Limit  int    `query:"limit" validate:"omitempty,min=1,max=500"`
}

func (p pageQuery) page() models.Page { return models.Page{Cursor: p.Cursor, Limit: p.Limit} }

// timesQuery is the part of a query of lists that can be cut by time.
type timesQuery struct {
	Since time.Time `query:"since"`
	Until time.Time `query:"until" validate:"omitempty,gtfield=Since"`
}

// bindQuery reads and checks a query string. Like a body it is strict: a
// misspelt filter would otherwise be a list of everything.
func bindQuery[T any](c *gin.Context) (T, error) {
	var request T
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return request, problem.Malformed("The query cannot be read.")
	}
	known := map[string]reflect.Value{}
	collect(reflect.ValueOf(&request).Elem(), known)
	var fields []problem.Field
	for name, given := range values {
		if words := assign(known[name], given); words != "" {
			fields = append(fields, problem.Field{Field: short(name), Words: words})
		}
	}
	if len(fields) > 0 {
		slices.SortFunc(fields, func(a, b problem.Field) int { return cmp.Compare(a.Field, b.Field) })
		return request, problem.Invalid(fields...)
	}
	return request, check(request)
}

// collect lists the fields of a struct, and of those embedded in it, by their query tag.
func collect(v reflect.Value, known map[string]reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			collect(v.Field(i), known)
			continue
		}
		known[f.Tag.Get("query")] = v.Field(i)
	}
}

// assign sets a field from the values of its parameter, or says what is wrong.
func assign(field reflect.Value, given []string) string {
	switch {
	case !field.IsValid():
		return "is not known here"
	case len(given) != 1:
		return "is given twice"
	case !utf8.ValidString(given[0]):
		return "is not text"
	case given[0] == "":
		return "" // as if it were not there: forms send empty fields
	}
	return set(field, given[0])
}

func set(field reflect.Value, text string) string {
	switch field.Interface().(type) {
	case time.Time:
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "must be a time such as 2026-05-01T12:00:00Z"
		}
		field.Set(reflect.ValueOf(t.UTC()))
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "must be a whole number"
		}
		field.SetInt(int64(n))
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "must be true or false"
		}
		field.SetBool(b)
	default: // a string, or a word of models
		field.SetString(text)
	}
	return ""
}

// short keeps a stranger's parameter name from filling the answer.
func short(name string) string {
	if len(name) > 40 {
		return "(a long name)"
	}
	return name
}
