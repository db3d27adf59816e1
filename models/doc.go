// Package models holds the words of takeback as Go types: message, finding,
// decision, recall and the rest of docs/architecture.md.
//
// It imports the standard library only. Everything else imports it.
package models
