package storetest

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var auditCutTests = []test{
	{"what is left still proves itself", cutsTheAudit},
	{"a chain that was cut goes on", goesOnAfterCut},
	{"a legal hold keeps all of it", holdsTheAudit},
	{"the database lets go of nothing else", refusesOtherCuts},
	{"a stranger's cut is found", findsStrangersCut},
}

// chainOf fills a chain with entries, the first of them made some time ago.
func (b *bench) chainOf(node string, old, young int) {
	b.Helper()
	now := time.Now()
	s := b.open(store.Options{Node: node, Now: func() time.Time { return now }})
	for i := range old + young {
		now = time.Now()
		if i < old {
			now = now.Add(-100 * day).Add(time.Duration(i) * time.Second)
		}
		if err := s.Record(b.Context(), models.AuditEntry{Actor: "moderator:eve", Action: "session.started", Subject: "moderator", Thing: ref(i)}); err != nil {
			b.Fatal(err)
		}
	}
}

// cutAudit removes what is too old of the audit, a few entries at a time.
func (b *bench) cutAudit(s *store.Store) (gone int64) {
	b.Helper()
	round, err := s.ClaimRetention(b.Context(), time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	for {
		step, err := s.RetainAudit(b.Context(), round, keptFor, 4)
		if err != nil {
			b.Fatal(err)
		}
		if gone += step.Entries; step.Entries == 0 {
			break
		}
	}
	if err := s.EndRetention(b.Context(), round, 0, models.RetentionStep{}); err != nil {
		b.Fatal(err)
	}
	return gone
}

func cutsTheAudit(b *bench) {
	b.chainOf("old", 10, 5)
	b.chainOf("dead", 7, 0)
	before := b.checkpoint()
	// Of the dead node's chain the last entry stays, since it says where the chain stood.
	if gone := b.cutAudit(b.store); gone != 10+6 {
		b.Errorf("%d entries were removed, want 16", gone)
	}
	for _, known := range [][]models.AuditCheckpoint{nil, {before}, {before, b.checkpoint()}} {
		report, err := b.store.VerifyAuditAgainst(b.Context(), known)
		if err != nil || len(report.Broken) > 0 || report.Removed != 16 {
			b.Errorf("against %d checkpoints: %+v, %v", len(known), report, err)
		}
	}
	if gone := b.cutAudit(b.store); gone != 0 {
		b.Errorf("%d more entries were removed", gone)
	}
}

// goesOnAfterCut: a node that was away for long finds the end of its chain.
func goesOnAfterCut(b *bench) {
	b.chainOf("old", 6, 0)
	b.cutAudit(b.store)
	b.chainOf("old", 0, 2)
	b.cutAudit(b.store)
	if report := b.verify(); report.Removed != 6 || report.Chains != 2 {
		b.Errorf("report = %+v", report)
	}
}

func holdsTheAudit(b *bench) {
	b.chainOf("old", 6, 1)
	h := b.legalHold(models.HoldSender, "alice")
	if gone := b.cutAudit(b.store); gone != 0 {
		b.Errorf("%d entries were removed under a legal hold", gone)
	}
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	if gone := b.cutAudit(b.store); gone != 6 {
		b.Errorf("%d entries were removed after it, want 6", gone)
	}
}

func refusesOtherCuts(b *bench) {
	b.chainOf("old", 6, 3)
	b.cutAudit(b.store)
	for _, s := range []string{
		"DELETE FROM audit", "DELETE FROM audit WHERE chain = 'old' AND seq = 7", "DELETE FROM audit WHERE chain = 'one'",
		"UPDATE audit SET actor = 'x' WHERE chain = 'old'",
	} {
		if _, err := b.raw().ExecContext(b.Context(), s); err == nil {
			b.Errorf("%s was not refused", s)
		}
	}
	b.verify()
}

// findsStrangersCut: who owns the database and not the keyset cuts as takeback does, and
// undoes, moves and follows its cuts.
func findsStrangersCut(b *bench) {
	b.chainOf("old", 6, 6)
	b.chainOf("other", 6, 6)
	early := b.checkpoint()
	b.cutAudit(b.store)
	db := b.raw()
	blob := func(hash []byte) string {
		if b.sqlite() {
			return "x'" + hex.EncodeToString(hash) + "'"
		}
		return `'\x` + hex.EncodeToString(hash) + `'::bytea`
	}
	entries, _, err := b.store.Audit(b.Context(), models.AuditFilter{Chain: "old"})
	if err != nil || len(entries) != 6 {
		b.Fatalf("%d entries, %v", len(entries), err)
	}
	eighth := entries[4]
	b.rawExec(db, "CREATE TABLE kept_cuts AS SELECT * FROM audit_cuts", "CREATE TABLE kept_audit AS SELECT * FROM audit")
	back := func() {
		b.rawExec(db, "DELETE FROM audit_cuts",
			"INSERT INTO audit_cuts SELECT DISTINCT a.chain, 1000000, k.hash, 0, 0, '' FROM audit a, kept_cuts k WHERE k.chain = 'old'",
			"DELETE FROM audit", "DELETE FROM audit_cuts",
			"INSERT INTO audit_cuts SELECT * FROM kept_cuts", "INSERT INTO audit SELECT * FROM kept_audit")
	}
	cut := func(seal string) []string {
		return []string{
			fmt.Sprintf("UPDATE audit_cuts SET seq = 8, hash = %s%s WHERE chain = 'old'", blob(eighth.Hash), seal),
			"DELETE FROM audit WHERE chain = 'old' AND seq <= 8",
		}
	}
	for _, tt := range []struct {
		name string
		do   []string
	}{
		{"a deeper cut under the old seal", cut("")},
		{"a deeper cut under the seal of another chain", cut(", seal = (SELECT seal FROM kept_cuts WHERE chain = 'other')")},
		{"a cut without a seal", cut(", seal = ''")},
		{"a cut of a chain that had none", []string{
			"INSERT INTO audit_cuts SELECT 'one', seq, hash, sealed, at, seal FROM kept_cuts WHERE chain = 'old'", "DELETE FROM audit WHERE chain = 'one' AND seq = 1",
		}},
		{"the cut is gone", []string{"DELETE FROM audit_cuts WHERE chain = 'old'"}},
		{"the cut of another chain", []string{
			"DELETE FROM audit_cuts WHERE chain = 'old'", "INSERT INTO audit_cuts SELECT 'old', seq, hash, sealed, at, seal FROM kept_cuts WHERE chain = 'other'",
		}},
		{"all that followed is gone", []string{
			"UPDATE audit_cuts SET seq = 1000000", "DELETE FROM audit WHERE chain = 'old'",
			"DELETE FROM audit_cuts", "INSERT INTO audit_cuts SELECT * FROM kept_cuts",
		}},
		{"seals are stripped behind a cut that says there were some", []string{"UPDATE audit_cuts SET sealed = 0"}},
	} {
		b.rawExec(db, tt.do...)
		report, err := b.store.VerifyAudit(b.Context())
		if err != nil || len(report.Broken) == 0 {
			b.Errorf("%s: %+v, %v", tt.name, report, err)
		}
		back()
		b.verify()
	}
	if report, err := b.store.VerifyAuditAgainst(b.Context(), []models.AuditCheckpoint{early}); err != nil || len(report.Broken) > 0 {
		b.Errorf("against a checkpoint from before the cut: %+v, %v", report, err)
	}
	early.Heads[0].Seq, early.Heads[1].Seq = 6, 6
	if report, err := b.store.VerifyAuditAgainst(b.Context(), []models.AuditCheckpoint{early}); err != nil || len(report.Broken) == 0 {
		b.Errorf("against a checkpoint that knows another last entry: %+v, %v", report, err)
	}
}
