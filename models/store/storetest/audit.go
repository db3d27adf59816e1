package storetest

import (
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var auditTests = []test{
	{"cannot be changed or deleted", auditIsAppendOnly},
	{"a changed entry is found", findsChange},
	{"a deleted entry is found", findsHole},
	{"an inserted entry is found", findsInsertion},
	{"two swapped entries are found", findsSwap},
	{"a chain whose start was cut is found", findsCutStart},
	{"every node has its chain", chainsPerNode},
	{"two processes on one chain", sharedChain},
	{"filters and pages", auditLists},
}

// unlock takes the triggers away that keep the audit as it is: a forger with
// the rights of the database's owner can.
func (b *bench) unlock() func(statements ...string) {
	b.Helper()
	for i := range 5 {
		err := b.store.Record(b.Context(), models.AuditEntry{
			Actor: "moderator:eve", Action: "session.started", Subject: "moderator", Thing: ref(i),
			Details: map[string]string{"n": ref(i)},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	db := b.raw()
	if b.sqlite() {
		b.rawExec(db, "DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
	} else {
		b.rawExec(db, "DROP TRIGGER audit_no_change ON audit", "DROP TRIGGER audit_no_delete ON audit")
	}
	b.verify()
	return func(statements ...string) { b.Helper(); b.rawExec(db, statements...) }
}

func (b *bench) broken(seq int64) {
	b.Helper()
	report, err := b.store.VerifyAudit(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if len(report.Broken) != 1 || report.Broken[0].Seq != seq || report.Broken[0].Chain != "one" || report.Broken[0].Why == "" {
		b.Errorf("broken = %+v, want entry %d of chain one", report.Broken, seq)
	}
}

func auditIsAppendOnly(b *bench) {
	if err := b.store.Record(b.Context(), models.AuditEntry{Actor: "a", Action: "b", Subject: "c", Thing: "d"}); err != nil {
		b.Fatal(err)
	}
	db := b.raw()
	for _, s := range []string{"UPDATE audit SET actor = 'x'", "DELETE FROM audit"} {
		if _, err := db.ExecContext(b.Context(), s); err == nil {
			b.Errorf("%s went through", s)
		}
	}
	if report := b.verify(); report.Entries != 1 || report.Chains != 1 {
		b.Errorf("report = %+v", report)
	}
}

func findsChange(b *bench) {
	change := b.unlock()
	for _, column := range []string{"actor", "action", "subject", "thing"} {
		old := b.column(b.raw(), "SELECT "+column+" FROM audit WHERE seq = 3")[0]
		change("UPDATE audit SET " + column + " = 'forged' WHERE seq = 3")
		b.broken(3)
		change("UPDATE audit SET " + column + " = '" + old + "' WHERE seq = 3")
		b.verify()
	}
	for _, set := range []string{"at = at + 1", `details = '{"n":"9"}'`, "details = 'x'", "id = 'x'"} {
		b.rawExec(b.raw(), "DROP TABLE IF EXISTS aside", "CREATE TABLE aside AS SELECT * FROM audit")
		change("UPDATE audit SET " + set + " WHERE seq = 3")
		b.broken(3)
		change("DELETE FROM audit", "INSERT INTO audit SELECT * FROM aside")
	}
	b.verify()
}

func findsHole(b *bench) {
	change := b.unlock()
	change("DELETE FROM audit WHERE seq = 2")
	b.broken(2)
	change("UPDATE audit SET seq = seq - 1 WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq = 4", "UPDATE audit SET seq = seq - 1 WHERE seq = 5")
	b.broken(2)
}

func findsInsertion(b *bench) {
	change := b.unlock()
	change("UPDATE audit SET seq = 6 WHERE seq = 5", "UPDATE audit SET seq = 5 WHERE seq = 4",
		"INSERT INTO audit SELECT 'new', chain, 4, at, actor, action, subject, thing, details, prev, hash, seal FROM audit WHERE seq = 3")
	b.broken(4)
}

func findsSwap(b *bench) {
	change := b.unlock()
	change("UPDATE audit SET seq = 99 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = 99")
	b.broken(3)
}

func findsCutStart(b *bench) {
	change := b.unlock()
	change("DELETE FROM audit WHERE seq = 1")
	b.broken(1)
}

func chainsPerNode(b *bench) {
	other := b.open(store.Options{Node: "two"})
	for _, s := range []*store.Store{b.store, other, b.store} {
		if err := s.Record(b.Context(), models.AuditEntry{Actor: "a", Action: "b", Subject: "c", Thing: "d"}); err != nil {
			b.Fatal(err)
		}
	}
	if report := b.verify(); report.Chains != 2 || report.Entries != 3 {
		b.Errorf("report = %+v, want 3 entries in 2 chains", report)
	}
}

func sharedChain(b *bench) {
	other := b.open(store.Options{Node: "one"})
	var wg sync.WaitGroup
	for _, s := range []*store.Store{b.store, other} {
		wg.Go(func() {
			for i := range 10 {
				if err := s.Record(b.Context(), models.AuditEntry{Actor: "a", Action: "b", Subject: "c", Thing: ref(i)}); err != nil {
					b.Errorf("Record: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if report := b.verify(); report.Chains != 1 || report.Entries != 20 {
		b.Errorf("report = %+v, want 20 entries in one chain", report)
	}
}

func auditLists(b *bench) {
	for i := range 7 {
		e := models.AuditEntry{Actor: "actor" + ref(i%2), Action: "act" + ref(i%3), Subject: "s", Thing: ref(i)}
		if err := b.store.Record(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	var things []string
	for page := (models.Page{Limit: 3}); ; {
		es, next, err := b.store.Audit(b.Context(), models.AuditFilter{Page: page})
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range es {
			things = append(things, e.Thing)
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"6", "5", "4", "3", "2", "1", "0"}, things); diff != "" {
		b.Errorf("pages (-want +got):\n%s", diff)
	}
	for want, f := range map[int]models.AuditFilter{
		4: {Actor: "actor0"}, 3: {Action: "act0"}, 1: {Thing: "5"}, 7: {Chain: "one"}, 0: {Chain: "two"},
	} {
		if es, _, err := b.store.Audit(b.Context(), f); err != nil || len(es) != want {
			b.Errorf("%+v finds %d, %v, want %d", f, len(es), err, want)
		}
	}
	for _, e := range firstPage(b) {
		if string(store.EntryHash(e)) != string(e.Hash) {
			b.Errorf("the hash of entry %d cannot be computed from what is shown", e.Seq)
		}
	}
}

func firstPage(b *bench) []models.AuditEntry {
	es, _, err := b.store.Audit(b.Context(), models.AuditFilter{})
	if err != nil {
		b.Fatal(err)
	}
	return es
}
