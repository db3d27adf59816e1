package problem

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDocuments(t *testing.T) {
	fields := []Field{
		{Field: "reason.code", Words: "is not one of the list"},
		{Field: "limit", Words: "must be 1 to 500"},
		{Field: "rules[0].when", Words: "does not compile", Line: 7},
	}
	tests := []struct {
		name string
		err  error
	}{
		{"not_found", fmt.Errorf("message 7: %w", models.ErrNotFound)},
		{"forbidden", &access.Refusal{Kind: models.ErrForbidden, Words: "bob is not an owner or admin of this group."}},
		{"invalid", models.ErrInvalid},
		{"invalid_fields", Invalid(fields...)},
		{"conflict", fmt.Errorf("%w: ann decided it at 12:00", models.ErrConflict)},
		{"legal_hold", models.LegalHold{PlacedBy: "moderator:ann", PlacedAt: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}.Err()},
		{"conflict_more", build("conflict", 409, "Somebody was first", "Ann was.").With("decided_by", "ann")},
		{"busy", models.ErrBusy},
		{"unavailable", fmt.Errorf("role: %w", access.ErrUnavailable)},
		{"too_many", &access.Refusal{Kind: access.ErrTooMany, Words: "That was asked for too often."}},
		{"timeout", fmt.Errorf("query: %w", context.DeadlineExceeded)},
		{"malformed", Malformed("The body is not JSON.")},
		{"unauthorized", Unauthorized(false)},
		{"unauthorized_token", Unauthorized(true)},
		{"wrong_method", WrongMethod()},
		{"too_large", TooLarge()},
		{"wrong_type", WrongType()},
		{"cross_origin", CrossOrigin()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, known := Of(tt.err)
			if !known {
				t.Error("an error of the table is not known")
			}
			golden(t, tt.name, p)
		})
	}
}

// golden compares a whole answer, headers and all, with its file.
func golden(t *testing.T, name string, p *Problem) {
	t.Helper()
	w := httptest.NewRecorder()
	p.Write(w)
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", w.Code)
	for _, h := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options", "Retry-After", "WWW-Authenticate"} {
		if v := w.Header().Get(h); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", w.Body)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestUnknownErrorsStayInside(t *testing.T) {
	p, known := Of(errors.New("sql: table findings has no column secret_thing"))
	if known || p.Status != 500 || p.ID == "" {
		t.Errorf("Of() = %+v, known %v", p, known)
	}
	w := httptest.NewRecorder()
	p.Write(w)
	if body := w.Body.String(); strings.Contains(body, "secret_thing") || !strings.Contains(body, p.ID) {
		t.Errorf("body %s, want the id and nothing of the error", body)
	}
	if q, _ := Of(errors.New("x")); q.ID == p.ID {
		t.Error("two internal errors have one id")
	}
}

func TestEveryRowOfTheTableAnswers(t *testing.T) {
	for _, r := range table {
		p, known := Of(fmt.Errorf("doing something: %w", r.kind))
		if !known || p.Status != r.status || p.Name() != r.name {
			t.Errorf("%v: %+v, known %v; want %d %s", r.kind, p, known, r.status, r.name)
		}
	}
	if len(table) != 9 {
		t.Errorf("the table has %d rows; this test and the golden files know 9", len(table))
	}
}
