package storetest

import (
	"crypto/ed25519"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// forgeryTests are about what the database's owner does to the audit.
var forgeryTests = []test{
	{"random edits by the database's owner are all found", findsRandomEdits},
	{"an end that was cut off is found by a checkpoint alone", findsCutEnd},
	{"what is newer than every checkpoint cannot be forged", findsForgedNews},
	{"entries older than seals hold", oldEntriesHold},
}

// line is an entry as it stands in the database.
type line struct {
	models.AuditEntry
	seal string
}

// forger edits the audit past the store, and puts it back.
type forger struct {
	*bench
	db    *sql.DB
	dice  *rand.Rand
	right []line
	known []models.AuditCheckpoint
}

// newForger fills two chains, and writes a checkpoint down as an operator would.
func newForger(b *bench, entries int) *forger {
	b.Helper()
	f := &forger{bench: b, db: b.raw(), dice: rand.New(rand.NewPCG(7, uint64(entries)))} //nolint:gosec // a test that can be run again
	stores := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	for i := range entries {
		e := models.AuditEntry{Actor: "moderator:eve", Action: "case.decided", Subject: "case", Thing: ref(i), Details: map[string]string{"n": ref(i), "why": "it's \"odd\""}}
		if err := stores[i%3%2].Record(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	if b.sqlite() {
		b.rawExec(f.db, "DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", "PRAGMA synchronous = OFF")
	} else {
		b.rawExec(f.db, "DROP TRIGGER audit_no_change ON audit", "DROP TRIGGER audit_no_delete ON audit")
	}
	f.right, f.known = f.read(), []models.AuditCheckpoint{b.checkpoint()}
	return f
}

// checkpoint is where the audit stands, as it comes back from a file.
func (b *bench) checkpoint() models.AuditCheckpoint {
	b.Helper()
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	point, err := b.store.Checkpoint(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	text, err := point.Sign(key)
	if err != nil {
		b.Fatal(err)
	}
	if point, err = models.ParseAuditCheckpoint(text, key.Public().(ed25519.PublicKey)); err != nil {
		b.Fatal(err)
	}
	return point
}

func (f *forger) read() []line {
	f.Helper()
	rows, err := f.db.QueryContext(f.Context(), "SELECT chain, seq, id, at, actor, action, subject, thing, details, prev, hash, seal FROM audit ORDER BY chain, seq")
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []line
	for rows.Next() {
		var l line
		var at int64
		var details string
		err := rows.Scan(&l.Chain, &l.Seq, &l.ID, &at, &l.Actor, &l.Action, &l.Subject, &l.Thing, &details, &l.Prev, &l.Hash, &l.seal)
		if err == nil {
			err = json.Unmarshal([]byte(details), &l.Details)
		}
		if err != nil {
			f.Fatal(err)
		}
		l.At = time.UnixMilli(at).UTC()
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		f.Fatal(err)
	}
	return all
}

// write makes the audit what it is given.
func (f *forger) write(all []line) {
	f.Helper()
	statements := []string{"BEGIN", "DELETE FROM audit"}
	values := make([]string, len(all))
	for i, l := range all {
		values[i] = f.values(l)
	}
	if len(values) > 0 {
		statements = append(statements, "INSERT INTO audit (chain, seq, id, at, actor, action, subject, thing, details, prev, hash, seal) VALUES "+strings.Join(values, ", "))
	}
	f.rawExec(f.db, strings.Join(append(statements, "COMMIT"), ";\n"))
}

func (f *forger) values(l line) string {
	details, _ := json.Marshal(l.Details) // a map of texts
	text := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	blob := func(b []byte) string {
		if f.sqlite() {
			return "x'" + hex.EncodeToString(b) + "'"
		}
		return `'\x` + hex.EncodeToString(b) + `'::bytea`
	}
	return fmt.Sprintf("(%s, %d, %s, %d, %s, %s, %s, %s, %s, %s, %s, %s)", text(l.Chain), l.Seq, text(l.ID), l.At.UnixMilli(),
		text(l.Actor), text(l.Action), text(l.Subject), text(l.Thing), text(string(details)), blob(l.Prev), blob(l.Hash), text(l.seal))
}

// rehash computes all hashes anew, so that every chain follows from its first entry.
func rehash(all []line) []line {
	heads, seqs := map[string][]byte{}, map[string]int64{}
	for i := range all {
		l := &all[i]
		if heads[l.Chain] == nil {
			heads[l.Chain] = make([]byte, 32)
		}
		seqs[l.Chain]++
		l.Seq, l.Prev = seqs[l.Chain], heads[l.Chain]
		l.Hash = store.EntryHash(l.AuditEntry)
		heads[l.Chain] = l.Hash
	}
	return all
}

func (f *forger) broken(known []models.AuditCheckpoint) []models.AuditBreak {
	f.Helper()
	report, err := f.store.VerifyAuditAgainst(f.Context(), known)
	if err != nil {
		f.Fatal(err)
	}
	return report.Broken
}

// edits is how many are tried; PROOF=1 tries them all.
func edits() int {
	if os.Getenv("PROOF") != "" {
		return 10_000
	}
	return 240
}

func findsRandomEdits(b *bench) {
	f := newForger(b, 40)
	if found := f.broken(f.known); len(found) != 0 {
		b.Fatalf("nothing was edited: %+v", found)
	}
	tried, missed := map[string]int{}, 0
	for n := range edits() {
		kind := forgeries[n%len(forgeries)]
		all := kind.edit(f.dice, slices.Clone(f.right))
		f.write(all)
		if len(f.broken(f.known)) == 0 {
			missed++
			b.Errorf("edit %d (%s) was not found", n, kind.name)
		}
		tried[kind.name]++
	}
	f.write(f.right)
	if found := f.broken(f.known); len(found) != 0 || len(tried) != len(forgeries) {
		b.Errorf("put back: %+v, %d kinds of %d", found, len(tried), len(forgeries))
	}
	b.Logf("%d edits of %d kinds, %d missed", edits(), len(tried), missed)
}
