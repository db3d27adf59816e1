package api_test

import "github.com/takeback-chat/takeback/server/access"

// noQueue is a store in which nobody works on cases.
type noQueue struct{ access.CaseStore }
