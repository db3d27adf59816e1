package store

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/takeback-chat/takeback/models"
)

// scoped narrows a query to the conversations that a scope shows, whose ids
// stand in column. The zero scope shows nothing. Every read goes through here.
func scoped(db *gorm.DB, scope models.Scope, column string) *gorm.DB {
	if scope.All {
		return db
	}
	if len(scope.Groups) == 0 {
		return db.Where("1 = 0")
	}
	in := inGroups(scope.Groups)
	return db.Where(column+" IN (SELECT id FROM conversations WHERE "+in.SQL+")", in.Vars...)
}

// inGroups is the condition that a conversation belongs to one of the groups.
// A direct chat belongs to none.
func inGroups(groups []models.Place) clause.Expr {
	vars := make([]any, 0, 2*len(groups))
	for _, g := range groups {
		vars = append(vars, g.App, g.Ref)
	}
	values := "(?, ?)" + strings.Repeat(", (?, ?)", len(groups)-1)
	return clause.Expr{SQL: "group_ref <> '' AND (app, group_ref) IN (VALUES " + values + ")", Vars: vars}
}
