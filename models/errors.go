package models

import (
	"errors"
	"fmt"
)

// What callers branch on. Anything else is an internal error whose text stays
// inside.
var (
	// ErrNotFound says that there is no such thing, or that the caller's scope
	// does not show it: the two are never told apart.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that somebody else was first; the error around it says who and when.
	ErrConflict = errors.New("conflict")
	// ErrLegalHold says that a legal hold forbids it; what wraps it is a *LegalHoldError.
	ErrLegalHold = errors.New("under legal hold")
	// ErrBusy says that the intake queue is full; try again in a moment.
	ErrBusy = errors.New("busy")
	// ErrInvalid says that a value is not acceptable; the error around it says which and why.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden says that the caller may see this but not do that.
	ErrForbidden = errors.New("forbidden")
	// ErrLastOperator says that somebody has to stay who can manage the logins.
	ErrLastOperator = fmt.Errorf("the last operator who can sign in stays one; make another operator first: %w", ErrConflict)
)
