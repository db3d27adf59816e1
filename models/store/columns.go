package store

import (
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

var schemas sync.Map // what gorm knows of rows, by their type

// columnsOf names the columns of a row, each behind the alias of its table. Nobody selects
// all that a table has: a later version adds columns while nodes of this one work, and
// PostgreSQL refuses a prepared statement whose result has changed.
func columnsOf(row any, alias string) string {
	s, err := schema.Parse(row, &schemas, schema.NamingStrategy{})
	if err != nil {
		panic("the columns of a row: " + err.Error()) // only a row that is none
	}
	return alias + "." + strings.Join(s.DBNames, ", "+alias+".")
}
