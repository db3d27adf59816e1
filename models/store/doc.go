// Package store keeps what takeback knows, in SQLite or PostgreSQL, and alone
// knows gorm.
//
// All writes of a process go through one goroutine, which turns what waits
// into one transaction (writer.go): a call returns after its commit, and a bad
// record fails alone. Reads go past it and see what is committed.
//
// What people wrote is sealed before it is stored (package seal). Every change
// that somebody must answer for has an entry in the audit, written in the same
// transaction (audit.go).
package store
