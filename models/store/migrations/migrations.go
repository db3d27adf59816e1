// Package migrations holds the schema as numbered SQL files, one folder per
// kind of database. A released file is never edited.
package migrations

import "embed"

// SQLite and Postgres hold the files of their folders.
var (
	//go:embed sqlite/*.sql
	SQLite embed.FS
	//go:embed postgres/*.sql
	Postgres embed.FS
)
