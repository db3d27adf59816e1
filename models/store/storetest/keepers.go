package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var keeperTests = []test{
	{"policies are versions", versionsPolicies},
	{"tokens", keepsTokens},
	{"moderators", keepsModerators},
	{"sessions", keepsSessions},
	{"what was set aside is bounded", boundsAsides},
	{"a reveal is audited first", audits},
	{"nothing is stored in plain text", storesNoPlaintext},
	{"keys are rotated", rotatesKeys},
}

func versionsPolicies(b *bench) {
	if _, err := b.store.PolicyInForce(b.Context()); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("before any: %v, want ErrNotFound", err)
	}
	if v, err := b.store.PolicyVersionInForce(b.Context()); v != 0 || err != nil {
		b.Errorf("before any: version %d, %v", v, err)
	}
	apply := func(source string) models.PolicyVersion {
		b.Helper()
		p, err := b.store.ApplyPolicy(b.Context(), models.PolicyVersion{Source: source, AppliedBy: "cli", Note: "why"})
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	if v := []int{apply("a").Version, apply("a").Version, apply("b").Version}; !cmp.Equal(v, []int{1, 1, 2}) {
		b.Errorf("versions = %v, want 1, 1 again, 2", v)
	}
	p, err := b.store.RollbackPolicy(b.Context(), 1, "moderator:eve", "too strict")
	if err != nil || p.Version != 3 || p.Source != "a" || p.Rollback != 1 || p.AppliedBy != "moderator:eve" || p.Note != "too strict" {
		b.Errorf("rollback = %+v, %v", p, err)
	}
	if _, err := b.store.RollbackPolicy(b.Context(), 9, "eve", ""); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("rollback to nothing: %v", err)
	}
	got, err := b.store.PolicyInForce(b.Context())
	if diff := cmp.Diff(p, got); diff != "" || err != nil {
		b.Errorf("in force (-want +got):\n%s%v", diff, err)
	}
	if v, err := b.store.PolicyVersionInForce(b.Context()); v != 3 || err != nil {
		b.Errorf("version in force %d, %v", v, err)
	}
	stale := models.PolicyVersion{Source: "c", AppliedBy: "bob", Replaces: 2}
	if _, err := b.store.ApplyPolicy(b.Context(), stale); !errors.Is(err, models.ErrConflict) || !strings.Contains(err.Error(), "moderator:eve") {
		b.Errorf("an edit of a version that is not in force: %v, want a conflict that says who was first", err)
	}
	if one, err := b.store.Policy(b.Context(), 2); err != nil || one.Source != "b" || one.InForce {
		b.Errorf("version 2 = %+v, %v", one, err)
	}
	if _, err := b.store.Policy(b.Context(), 9); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("no such version: %v", err)
	}
	all, err := b.store.Policies(b.Context())
	if err != nil || len(all) != 3 || all[0].Version != 3 || all[1].Source != "b" || all[1].InForce || all[2].Note != "why" {
		b.Errorf("policies = %+v, %v", all, err)
	}
	if n := b.announced(models.PolicyChanged); n != 3 {
		b.Errorf("announced %d times, want 3", n)
	}
	b.verify()
}

func keepsTokens(b *bench) {
	hash := sha256.Sum256([]byte("secret"))
	in := models.Token{Name: "ci", Hash: hash[:], Caller: models.Caller{
		Grant: models.GrantModerator, Account: models.Account{App: app, Name: "admin"}, Groups: []models.Place{{App: app, Ref: "g"}},
	}}
	if err := b.store.CreateToken(b.Context(), in, "cli"); err != nil {
		b.Fatal(err)
	}
	if err := b.store.CreateToken(b.Context(), in, "cli"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("twice: %v, want ErrConflict", err)
	}
	got, err := b.store.TokenByHash(b.Context(), hash[:])
	in.Caller.Actor = "token:ci"
	if diff := cmp.Diff(in.Caller, got.Caller); diff != "" || err != nil || got.Name != "ci" {
		b.Errorf("caller (-want +got):\n%s%v", diff, err)
	}
	if err := b.store.Ready(b.Context()); err != nil { // what was offered before is committed with it
		b.Error(err)
	}
	if got, _ := b.store.TokenByHash(b.Context(), hash[:]); got.LastUsed.IsZero() {
		b.Error("the use of the token was not noted")
	}
	if err := b.store.RevokeToken(b.Context(), "ci", "cli"); err != nil {
		b.Error(err)
	}
	if err := b.store.RevokeToken(b.Context(), "ci", "cli"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("revoked twice: %v", err)
	}
	if _, err := b.store.TokenByHash(b.Context(), hash[:]); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a revoked token: %v, want ErrNotFound", err)
	}
	if all, err := b.store.Tokens(b.Context()); err != nil || len(all) != 1 || all[0].RevokedAt.IsZero() {
		b.Errorf("tokens = %+v, %v", all, err)
	}
	if diff := cmp.Diff([]string{"token.created", "token.revoked"}, b.actions("ci")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if err := b.store.CreateToken(b.Context(), models.Token{Name: "short", Hash: []byte("x")}, "cli"); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("a hash that is none: %v", err)
	}
}

func keepsModerators(b *bench) {
	in := models.Moderator{Name: "eve", PasswordHash: "$argon2id$x", Caller: models.Caller{Grant: models.GrantOperator}}
	if err := b.store.CreateModerator(b.Context(), in, "cli"); err != nil {
		b.Fatal(err)
	}
	if err := b.store.CreateModerator(b.Context(), in, "cli"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("twice: %v, want ErrConflict", err)
	}
	byName, err := b.store.ModeratorByName(b.Context(), "eve")
	if err != nil || byName.Caller.Actor != "moderator:eve" || byName.PasswordHash != in.PasswordHash || byName.Caller.Grant != models.GrantOperator {
		b.Errorf("by name = %+v, %v", byName, err)
	}
	byID, err := b.store.Moderator(b.Context(), byName.ID)
	if diff := cmp.Diff(byName, byID); diff != "" || err != nil {
		b.Errorf("by id differs:\n%s%v", diff, err)
	}
	if _, err := b.store.ModeratorByName(b.Context(), "x"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("nobody: %v", err)
	}
}

func keepsSessions(b *bench) {
	s := b.store.Sessions()
	if _, ok, err := s.Find("t"); ok || err != nil {
		b.Errorf("before: %v, %v", ok, err)
	}
	for _, data := range []string{"one", "two"} {
		if err := s.Commit("t", []byte(data), time.Now().Add(time.Hour)); err != nil {
			b.Fatal(err)
		}
		if got, ok, err := s.Find("t"); !ok || err != nil || string(got) != data {
			b.Errorf("Find = %q, %v, %v, want %q", got, ok, err, data)
		}
	}
	if err := s.Commit("old", []byte("x"), time.Now().Add(-time.Second)); err != nil {
		b.Error(err)
	}
	if _, ok, _ := s.Find("old"); ok {
		b.Error("an expired session is found")
	}
	if err := s.Delete("t"); err != nil {
		b.Error(err)
	}
	if _, ok, _ := s.Find("t"); ok {
		b.Error("a deleted session is found")
	}
}

func boundsAsides(b *bench) {
	const most = 10_000
	many := make([]models.SetAside, most+3)
	for i := range many {
		many[i] = models.SetAside{App: app, Reason: "duplicate_key", Command: "x", Body: []byte("{}")}
	}
	many[0].Body = bytes.Repeat([]byte("x"), 65<<10)
	if err := b.store.SetAside(b.Context(), many[:2]); err != nil {
		b.Fatal(err)
	}
	got, _, err := b.store.SetAsides(b.Context(), models.Page{})
	if err != nil || len(got) != 2 || !got[1].Truncated || got[0].Truncated || got[0].Reason != "duplicate_key" || got[0].Body != nil {
		b.Fatalf("asides = %+v, %v", got, err)
	}
	if err := b.store.SetAside(b.Context(), many[2:]); err != nil {
		b.Fatal(err)
	}
	if n := b.column(b.raw(), "SELECT count(*) FROM set_asides"); n[0] != "10000" {
		b.Errorf("%s rows are kept, want 10000", n[0])
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Action: "set_aside.dropped"})
	if len(es) != 1 || es[0].Details["count"] != "3" {
		b.Errorf("audit = %+v", es)
	}
	if n := b.announced(models.SetAsideKept); n != most+3 {
		b.Errorf("announced %d times", n)
	}
}

func audits(b *bench) {
	id := b.keep(posted("1", "the secret"))[0].Message
	if _, err := b.store.Reveal(b.Context(), everything, id, "moderator:eve", ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("without a purpose: %v", err)
	}
	m, err := b.store.Reveal(b.Context(), everything, id, "moderator:eve", "a complaint")
	if err != nil || m.Elements[0].Text != "the secret" {
		b.Fatalf("Reveal = %v, %v", m, err)
	}
	if diff := cmp.Diff([]string{"message.revealed"}, b.actions(string(id))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

const marker = "tungsten-marmalade-7719"

// writeMarked puts the marker wherever people can write.
func writeMarked(b *bench) models.MessageID {
	in := found(posted("1", "says "+marker), models.VerdictReview)
	in.Decision.Reason.Note = "note " + marker
	id := b.keep(in)[0].Message
	b.keep(edited(in, "edited "+marker, time.Now().Add(time.Second)))
	b.keep(posted("1", "forged "+marker))
	q := asked(id)
	q.Reason.Note = "asked " + marker
	b.decide(q)
	second := b.keep(found(posted("2", marker), models.VerdictReview))[0]
	own := wish(second.Message)
	own.Reason.Note = "wish " + marker
	_, err6 := b.store.AskRecall(b.Context(), own)
	cases, _, _ := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	_, _, err1 := b.store.DecideCase(b.Context(), everything, cases[0].ID, models.VerdictAllow,
		models.Reason{Code: models.Other, Note: marker}, models.RecallRequest{Actor: "moderator:eve"})
	_, err2 := b.store.Reveal(b.Context(), everything, second.Message, "moderator:eve", "purpose "+marker)
	err3 := b.store.SetAside(b.Context(), []models.SetAside{{App: app, Reason: "x", Body: []byte("body " + marker)}})
	_, err4 := b.store.ApplyPolicy(b.Context(), models.PolicyVersion{Source: "source " + marker, Note: "note " + marker})
	err5 := b.store.Sessions().Commit("token "+marker, []byte("data "+marker), time.Now().Add(time.Hour))
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		b.Fatal(err)
	}
	markBreakers(b)
	markSweep(b)
	markErasure(b)
	markLegalHold(b)
	return id
}

// markLegalHold writes every reason that people give of legal holds.
func markLegalHold(b *bench) {
	h, err := b.store.PlaceLegalHold(b.Context(), models.LegalHold{
		Kind: models.HoldSender, App: app, Thing: "nobody", Reason: "hold " + marker, PlacedBy: "moderator:eve",
	})
	if err != nil {
		b.Fatal(err)
	}
	_, err1 := b.store.LiftLegalHold(b.Context(), h.ID, "command-line", "ask "+marker)
	_, err2 := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:eve", "lift "+marker)
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
}

// markBreakers writes every reason that people give of breakers.
func markBreakers(b *bench) {
	_, err1 := b.store.StopRecalls(b.Context(), "moderator:eve", "stop "+marker)
	_, err2 := b.store.StartRecalls(b.Context(), "moderator:eve", "start "+marker)
	b.login("eve", models.Account{})
	b.openBehind("rule", "cards")
	_, err3 := b.store.ResetBreaker(b.Context(), b.breaker().ID, "command-line", "ask "+marker)
	if err := errors.Join(err1, err2, err3); err != nil {
		b.Fatal(err)
	}
}

// markSweep writes every text that people give of sweeps.
func markSweep(b *bench) {
	o := models.SweepOrder{Kind: models.SweepSender, Sender: "nobody", Reason: models.Reason{Code: models.Abuse, Note: "sweep " + marker}}
	if _, err := b.store.CancelSweep(b.Context(), b.sweepBy(o, 1, nil).ID, "moderator:eve", "end "+marker); err != nil {
		b.Fatal(err)
	}
}

// markErasure erases nobody, for a reason.
func markErasure(b *bench) {
	if _, err := b.store.Erase(b.Context(), models.ErasureOrder{App: app, Account: "nobody", Reason: "erase " + marker, Actor: "moderator:eve"}); err != nil {
		b.Fatal(err)
	}
}

func storesNoPlaintext(b *bench) {
	writeMarked(b)
	all := b.everyByte()
	if !bytes.Contains(all, []byte("alice")) {
		b.Fatal("the search does not see the database")
	}
	if i := bytes.Index(all, []byte(marker)); i >= 0 {
		b.Errorf("the marker stands in the database: %q", all[max(i-80, 0):i+len(marker)])
	}
}

// rotatesKeys seals anew and then throws the old key away: a column left out
// could not be read any more.
func rotatesKeys(b *bench) {
	id := writeMarked(b)
	rotated, err := b.keys.Rotate(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	b.keys = rotated
	s := b.open(store.Options{Node: "rotating"})
	n, err := s.RotateKeys(b.Context(), 2)
	if err != nil || n != 25 {
		b.Errorf("resealed %d, %v, want 25", n, err)
	}
	if n, err := s.RotateKeys(b.Context(), 100); err != nil || n != 0 {
		b.Errorf("resealed %d again, %v", n, err)
	}
	if b.keys, err = rotated.Prune(); err != nil {
		b.Fatal(err)
	}
	b.store = b.open(store.Options{Node: "pruned"})
	if m := b.message(id); m.Elements[0].Text != "edited "+marker {
		b.Error("the content changed")
	}
	ds, err := b.store.Decisions(b.Context(), everything, id)
	if err != nil || !strings.Contains(ds[0].Reason.Note, marker) || b.recallOf(id).Reason.Note != "asked "+marker {
		b.Errorf("notes: %+v, %v", ds, err)
	}
	if all, _, err := b.store.Breakers(b.Context(), models.BreakerFilter{}); err != nil || all[0].AskedReason != "ask "+marker ||
		all[1].Reason != "stop "+marker || all[1].ResetReason != "start "+marker {
		b.Errorf("breakers = %+v, %v", all, err)
	}
	if all, _, err := b.store.Sweeps(b.Context(), models.SweepFilter{}); err != nil || all[0].Reason.Note != "sweep "+marker || all[0].EndReason != "end "+marker {
		b.Errorf("sweeps = %+v, %v", all, err)
	}
	if all, _, err := b.store.LegalHolds(b.Context(), models.LegalHoldFilter{}); err != nil || all[0].Reason != "hold "+marker ||
		all[0].AskedReason != "ask "+marker || all[0].LiftReason != "lift "+marker {
		b.Errorf("legal holds = %+v, %v", all, err)
	}
	if all, _, err := b.store.Erasures(b.Context(), app, "nobody", models.Page{}); err != nil || all[0].Reason != "erase "+marker {
		b.Errorf("erasures = %+v, %v", all, err)
	}
	if cases, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{}); err != nil || cases[0].Request.Reason.Note != "wish "+marker {
		b.Errorf("cases = %+v, %v", cases, err)
	}
	if p, err := b.store.PolicyInForce(b.Context()); err != nil || p.Source != "source "+marker {
		b.Errorf("policy = %+v, %v", p, err)
	}
	if data, ok, err := b.store.Sessions().Find("token " + marker); !ok || err != nil || string(data) != "data "+marker {
		b.Errorf("session = %q, %v", data, err)
	}
	b.verify()
}
