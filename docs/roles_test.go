package docs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// TestRolesAreTheTableOfPowers holds the printed table to the one that decides.
func TestRolesAreTheTableOfPowers(t *testing.T) {
	page := read(t, "operating.md")
	head := "| a login may |"
	for _, g := range models.Grants {
		head += fmt.Sprintf(" %s |", g)
	}
	_, table, ok := strings.Cut(page, head+"\n")
	if !ok {
		t.Fatalf("operating.md has no table that begins with %s", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")[1:] // without the ruler
	if len(rows) != len(access.Powers) {
		t.Errorf("%d rows for %d powers", len(rows), len(access.Powers))
	}
	for power := range access.Powers {
		if row := rowOf(power); !strings.Contains(table+"\n", row+"\n") {
			t.Errorf("operating.md lacks %s", row)
		}
	}
}

func rowOf(p access.Power) string {
	row := "| " + string(p) + " |"
	for _, g := range models.Grants {
		if access.Has(g, p) {
			row += " yes |"
		} else {
			row += "  |"
		}
	}
	return row
}
