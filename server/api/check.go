package api

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"github.com/takeback-chat/takeback/server/problem"
)

// checker checks bound requests by their validate tags. Beside validator's own
// tags it knows "listed" (one of the type's list in enums), "id" (the form of our
// ids), "plain" (no control characters) and "runes=N" (at most N characters).
var checker = newChecker()

func newChecker() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(fieldName)
	for tag, fn := range map[string]validator.Func{
		"listed": func(fl validator.FieldLevel) bool { in, _ := listed(fl.Field()); return in },
		"id":     func(fl validator.FieldLevel) bool { return idShaped(fl.Field().String()) },
		"plain":  func(fl validator.FieldLevel) bool { return plain(fl.Field().String()) },
	} {
		if err := v.RegisterValidation(tag, fn); err != nil {
			panic(err) // a tag name that is a literal here
		}
	}
	return v
}

// silent stands in a path for a field that callers do not know of: a struct
// embedded in a request, a list that stands for its object.
const silent = "~"

// fieldName is the name of a field as callers know it.
func fieldName(f reflect.StructField) string {
	if f.Anonymous || f.Tag.Get("json") == "-" {
		return silent
	}
	for _, tag := range []string{"json", "query"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" {
			return name
		}
	}
	return f.Name
}

// check returns nil, or the problem that says which fields are not acceptable.
func check(request any) error {
	err := checker.Struct(request)
	if err == nil {
		return nil
	}
	failures, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return fmt.Errorf("check a request: %w", err)
	}
	var fields []problem.Field
	for _, f := range failures {
		_, path, _ := strings.Cut(f.Namespace(), ".")
		path = strings.NewReplacer(silent+".", "", "."+silent, "").Replace(path)
		fields = append(fields, problem.Field{Field: path, Words: words(f)})
	}
	return problem.Invalid(fields...)
}

// words says what is wrong with a field, as the rest of a sentence that begins
// with its name. They never hold the value.
func words(f validator.FieldError) string {
	switch f.Tag() {
	case "required", "required_if", "required_with", "required_without_all":
		return "is needed"
	case "excluded_with":
		return "cannot be given together with the other way of naming messages"
	case "listed":
		return "must be one of " + strings.Join(enums[f.Type()], ", ")
	case "oneof":
		return "must be one of " + strings.Join(strings.Fields(f.Param()), ", ")
	case "id":
		return "is not an id"
	case "plain":
		return "must be text without control characters"
	case "unique":
		return "names something twice"
	case "min", "max":
		return bound(f)
	case "gtfield":
		return "must be later than " + strings.ToLower(f.Param())
	}
	return "is not acceptable"
}

// bound words a limit; what it counts depends on what the field is.
func bound(f validator.FieldError) string {
	unit := map[reflect.Kind]string{reflect.String: " characters", reflect.Slice: " entries"}[f.Kind()]
	switch {
	case f.Tag() == "max":
		return "may be at most " + f.Param() + unit
	case unit == "":
		return "must be at least " + f.Param()
	}
	return "must have at least " + f.Param() + unit
}

var idForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// idShaped reports whether s has the form of an id of ours. What has not is
// answered like an id that is not there, and costs no query.
func idShaped(s string) bool { return idForm.MatchString(s) }

// plain reports whether s is valid text without control characters.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }
