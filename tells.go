package main

import (
	"sync/atomic"

	"github.com/takeback-chat/takeback/models"
)

// tells says who is told what becomes of recalls, by the policy in force. The store
// is there before any policy is: until then nobody is told.
type tells struct{ rules atomic.Pointer[inForce] }

// Wants reports whether anybody is told.
func (t *tells) Wants(gone bool) bool {
	f := t.rules.Load()
	return f != nil && f.Current().Policy.Wants(gone)
}

// Whom says who is told.
func (t *tells) Whom(h models.Happening) []models.Notice {
	if f := t.rules.Load(); f != nil {
		return f.Current().Policy.Whom(h)
	}
	return nil
}

// Notices says what people are told.
func (t *tells) Notices(h models.Happening) []models.Notice {
	if f := t.rules.Load(); f != nil {
		return f.Current().Policy.Notices(h)
	}
	return nil
}
