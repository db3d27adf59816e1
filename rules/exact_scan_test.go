package rules_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/keyed"
	"github.com/takeback-chat/takeback/rules/shingles"
)

func indexSecret() []byte { return bytes.Repeat([]byte{7}, 32) }

func indexSalt() []byte { return bytes.Repeat([]byte{9}, keyed.SaltSize) }

// exactFile is the index of a table; the first column is the primary one.
func exactFile(tb testing.TB, table string, need int, columns ...string) []byte {
	tb.Helper()
	o := exact.Options{ID: "customers", Title: "Customers", Category: "custom", Severity: "high", Need: need, Near: 100}
	for i, s := range columns {
		c, err := exact.ParseColumn(s)
		if err != nil {
			tb.Fatal(err)
		}
		if i == 0 {
			o.Primary = c
		} else {
			o.Also = append(o.Also, c)
		}
	}
	data, _, err := exact.Build(strings.NewReader(table), o, indexSecret(), indexSalt())
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// confidential is a text that cannot be met by chance.
const confidential = `The northern harvest of copper lanterns will be delayed until the seventh ferry returns from the
island of glass, where eleven surveyors still argue about the width of the old canal and the price of barley. Nobody
outside the council of weavers may learn that the bridge near the mill was sold twice, nor that its keeper was paid
in salt. The second ledger names every cousin of the harbour master and stays under the loose stone.`

func documentsFile(tb testing.TB) []byte {
	tb.Helper()
	b, err := shingles.New(shingles.Options{ID: "papers", Title: "Papers", Category: "custom", Severity: "critical"}, indexSecret(), indexSalt())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := b.Add("council.txt", confidential); err != nil {
		tb.Fatal(err)
	}
	data, err := b.File()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func engineWith(tb testing.TB, packs ...rules.Pack) *rules.Engine {
	tb.Helper()
	e, err := rules.New(append(rules.Builtin(), packs...), rules.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// sighted is what a test compares of a finding.
type sighted struct {
	Value      string
	Confidence float64
	Mask       string
	Share      string
}

func sightings(e *rules.Engine, detector, text string) []sighted {
	var out []sighted
	for _, f := range e.Explain(text, "") {
		if f.Detector == detector {
			out = append(out, sighted{text[f.Start:f.End], f.Confidence, f.Mask, f.Share})
		}
	}
	return out
}

func TestExactRecordsAreFound(t *testing.T) {
	const table = "account,name,born\nKX-77-1234-90,Jane Doe,1985-03-01\nKX4711,Ann Poe,1990-01-31\n"
	pack, err := rules.ParseExact("customers.edm", exactFile(t, table, 0, "account", "name:words", "born:date"), indexSecret())
	if err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, pack)
	cases := map[string][]sighted{
		"send it to KX-77-1234-90 please": {{"KX-77-1234-90", 0.85, "••••90", ""}},
		"account ｋｘ７７１２３４９０，of Jane Doe":  {{"ｋｘ７７１２３４９０", 1, "••••90", "1 of 2 other values"}},
		"kx4711":                                    {{"kx4711", 0.6, "••••11", ""}},
		"ann poe has kx4711":                        {{"kx4711", 1, "••••11", "1 of 2 other values"}},
		"https://example.com/x/kx4711":              nil, // a path
		"KX77123491 is not hers":                    nil,
		"ordinary words and a number 123456, today": nil,
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, sightings(e, "customers", text)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestDocumentsAreFound(t *testing.T) {
	pack, err := rules.ParseDocuments("papers.fp", documentsFile(t), indexSecret())
	if err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, pack)
	card := "4111 1111 " + "1111 1111"
	text := "Look!\n" + strings.ToUpper(confidential[:200]) + " (card " + card + ") " + confidential[200:]
	got := sightings(e, "papers", text)
	if len(got) != 1 || got[0].Confidence != 1 || !strings.Contains(got[0].Share, "of council.txt") || strings.Contains(got[0].Mask, "harvest") {
		t.Fatalf("found %+v", got)
	}
	if at := strings.Index(text, got[0].Value); at < 6 || at > 80 {
		t.Errorf("it begins at byte %d", at)
	}
	if cards := sightings(e, "credit_card", text); len(cards) != 1 {
		t.Errorf("the card within is found %d times", len(cards))
	}
	for i, f := range e.Scan([]models.Element{{Text: text}}) {
		if i == 0 && f.Detector != "papers" {
			t.Errorf("the first finding is of %s; they must stand in order", f.Detector)
		}
	}
	if got := sightings(e, "papers", "the northern harvest of apples was good; nobody outside may learn it"); len(got) > 0 {
		t.Errorf("a few words in common: %+v", got)
	}
}

func TestIndexesAreRefused(t *testing.T) {
	edm, fp := exactFile(t, "a\n1234567\n", 0, "a"), documentsFile(t)
	cases := map[string]struct {
		parse func() error
		words string
	}{
		"another key": {func() error { _, err := rules.ParseExact("x.edm", edm, make([]byte, 32)); return err }, "x.edm: the file was made with another key"},
		"cut":         {func() error { _, err := rules.ParseDocuments("x.fp", fp[:40], indexSecret()); return err }, "x.fp: the file is cut off"},
		"swapped":     {func() error { _, err := rules.ParseDocuments("x.fp", edm, indexSecret()); return err }, "not an index of this kind"},
	}
	for name, tc := range cases {
		if err := tc.parse(); err == nil || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %v, want %q", name, err, tc.words)
		}
	}
}

// An account number in two messages is found when both are read together.
func TestExactRecordsAcrossMessages(t *testing.T) {
	pack, err := rules.ParseExact("c.edm", exactFile(t, "account\n7712349056\n", 0, "account:digits"), indexSecret())
	if err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, pack)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	found := e.ScanAfter([]models.Element{{Kind: models.TextElement, Text: "49056"}}, []rules.Past{{Message: "1", SentAt: now, Elements: []models.Element{{Kind: models.TextElement, Text: "77123"}}}})
	if len(found) != 1 || found[0].Detector != "customers" || len(found[0].Parts) != 2 {
		t.Errorf("found %+v", found)
	}
}
