package rules

import (
	"fmt"
	"strings"
)

// SourceError is one problem in a pack or a policy: where it is, and what is
// wrong in a sentence.
type SourceError struct {
	File  string
	Line  int    // from 1; 0 when the problem has no line
	Field string // "detectors[2].severity"; empty for the file as a whole
	Words string
}

// Error says "file:line: field: words".
func (e SourceError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Field != "" {
		b.WriteString(": " + e.Field)
	}
	b.WriteString(": " + e.Words)
	return b.String()
}

// SourceErrors is every problem of one file, in the order of its lines.
type SourceErrors struct{ Problems []SourceError } //nolint:errname // it is many of them, and says so

// Error lists the problems, one a line.
func (e *SourceErrors) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the problems one by one.
func (e *SourceErrors) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}
