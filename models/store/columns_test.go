package store

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// No statement selects all that a table has: columnsOf says why.
func TestNobodySelectsEverything(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	everything := regexp.MustCompile(`(?i)\b(select|returning) +(distinct +)?\*|[\s,]\w+\.\*[\s,]`)
	for _, file := range files {
		// One selects all of arrays; the other copies whatever columns there are.
		if strings.HasSuffix(file, "_test.go") || file == "insert.go" || file == "partitions_replace.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range everything.FindAll(text, -1) {
			t.Errorf("%s: %q", file, found)
		}
	}
	for _, text := range []string{"SELECT * FROM", "SELECT h.*, x", "RETURNING *"} {
		if !everything.MatchString(text) {
			t.Errorf("%s is not found", text)
		}
	}
}

// Nor does a statement that gorm makes.
func TestGormNamesColumns(t *testing.T) {
	db, err := gorm.Open(sqlite.Open(filepath.Join(t.TempDir(), "empty.db")), gormConfig(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	made := db.Session(&gorm.Session{DryRun: true}).Where("id = ?", "1").Find(&[]pauseRow{}).Statement.SQL.String()
	if !strings.Contains(made, "`pauses`.`app`") || strings.Contains(made, "*") {
		t.Errorf("gorm makes %s", made)
	}
}
