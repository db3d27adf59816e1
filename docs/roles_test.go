package docs

import (
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// TestRolesAreTheTableOfPowers holds the printed table to the one that decides.
func TestRolesAreTheTableOfPowers(t *testing.T) {
	page := read(t, "operating.md")
	grants := make([]string, len(models.Grants))
	for i, g := range models.Grants {
		grants[i] = string(g)
	}
	head := "| a login may | " + strings.Join(grants, " | ") + " |"
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
	cells := []string{string(p)}
	for _, g := range models.Grants {
		cell := ""
		if access.Has(g, p) {
			cell = "yes"
		}
		cells = append(cells, cell)
	}
	return "| " + strings.Join(cells, " | ") + " |"
}
