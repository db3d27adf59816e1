package platforms

import (
	"errors"
	"fmt"
	"time"
)

// Class says what a failure means for what to do next.
type Class string

// The classes of failure.
const (
	Transient Class = "transient" // try again, with back-off
	RateLimit Class = "throttled" // the platform wants less; pause the app
	Permanent Class = "permanent" // this request will never succeed
	Setup     Class = "setup"     // credentials or configuration: tell the operator, pause
	Lost      Class = "lost"      // the call left, its answer did not come: it may have been applied
)

// CallError is a failed call to a platform. It never holds a credential, a URL
// or content.
type CallError struct {
	Op         string // the platform's name of the call
	Class      Class
	Code       string // the platform's code, if it gave one
	Words      string // one sentence for people
	RetryAfter time.Duration
	Err        error // the cause, already cleaned of URLs and credentials
}

// Error says which call failed and how.
func (e *CallError) Error() string {
	switch {
	case e.Code != "":
		return fmt.Sprintf("%s: code %s (%s): %s", e.Op, e.Code, e.Class, e.Words)
	case e.Err != nil:
		return fmt.Sprintf("%s: %s: %v", e.Op, e.Class, e.Err)
	}
	return fmt.Sprintf("%s: %s: %s", e.Op, e.Class, e.Words)
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// ClassOf returns the class of a failure; what it does not know may have been applied.
func ClassOf(err error) Class {
	if ce, ok := errors.AsType[*CallError](err); ok {
		return ce.Class
	}
	return Lost
}

// ErrForged says that a request does not come from the platform. The error
// around it may say why, for a counter; the caller's answer never does.
var ErrForged = errors.New("not from the platform")

// ErrStale says that a request bears the platform's signature, of another time than
// ours: a replay, or one of the two clocks is wrong. It is an ErrForged.
var ErrStale = fmt.Errorf("signed at another time: %w", ErrForged)
