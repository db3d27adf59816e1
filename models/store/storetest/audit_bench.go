package storetest

import (
	"encoding/hex"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// BenchmarkVerifyAudit measures how long it takes to verify AUDIT entries, 20,000 where
// nothing is said.
func BenchmarkVerifyAudit(b *testing.B, database string) {
	n, err := strconv.Atoi(os.Getenv("AUDIT"))
	if err != nil {
		n = 20_000
	}
	keys := Keys(b)
	s, err := store.Open(b.Context(), store.Options{Database: database, Keys: keys, Node: "bench", Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	known := fillAudit(b, database, n, func(hash []byte) string { return hex.EncodeToString(keys.Digest("audit", hash)) })
	var cpu time.Duration
	for b.Loop() {
		before := cpuTime()
		report, err := s.VerifyAuditAgainst(b.Context(), known)
		if err != nil || len(report.Broken) != 0 || report.Entries != int64(n) {
			b.Fatalf("%+v, %v", report, err)
		}
		cpu += cpuTime() - before
	}
	perEntry := b.Elapsed().Seconds() / float64(b.N) / float64(n)
	b.ReportMetric(1/perEntry, "entries/s")
	b.ReportMetric(perEntry*1e6, "s/million")
	b.ReportMetric(cpu.Seconds()/float64(b.N)/float64(n)*1e6, "CPU-s/million")
}

// fillAudit writes n entries past the store, and a checkpoint for each thousand.
func fillAudit(b *testing.B, database string, n int, seal func([]byte) string) (known []models.AuditCheckpoint) {
	b.Helper()
	tx, err := rawOf(b, database).BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	marks := "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
	if (&bench{database: database}).sqlite() {
		marks = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	}
	insert, err := tx.PrepareContext(b.Context(), "INSERT INTO audit (chain, seq, id, at, actor, action, subject, thing, details, prev, hash, seal) VALUES "+marks)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = insert.Close() }()
	head := make([]byte, 32)
	at := time.UnixMilli(1_800_000_000_000).UTC()
	for i := range n {
		e := models.AuditEntry{
			Chain: "filled", Seq: int64(i + 1), ID: "018f2f6a-7c00-7000-8000-" + strconv.Itoa(1e11+i), At: at.Add(time.Duration(i) * time.Millisecond),
			Actor: "policy", Action: "recall.requested", Subject: "recall", Thing: "018f2f6a-7c00-7000-8000-" + strconv.Itoa(2e11+i), Prev: head,
			Details: map[string]string{"authority": "policy", "message": "018f2f6a-7c00-7000-8000-000000000001", "reason": "sensitive_information", "rule": "cards"},
		}
		head = store.EntryHash(e)
		const details = `{"authority":"policy","message":"018f2f6a-7c00-7000-8000-000000000001","reason":"sensitive_information","rule":"cards"}`
		if _, err := insert.ExecContext(b.Context(), e.Chain, e.Seq, e.ID, e.At.UnixMilli(), e.Actor, e.Action, e.Subject, e.Thing, details, e.Prev, head, seal(head)); err != nil {
			b.Fatal(err)
		}
		if e.Seq%1000 == 0 {
			known = append(known, models.AuditCheckpoint{At: e.At, Heads: []models.AuditHead{{Chain: e.Chain, Seq: e.Seq, Hash: head}}})
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return known
}
