package rules

import (
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func scanText(e *Engine, text string) []models.Finding {
	return e.Scan([]models.Element{{Kind: models.TextElement, Text: text}})
}

// testCard is a card number that is good, with its separator given.
func testCard(sep string) string { return strings.Join([]string{"4012", "8888", "8888", "1881"}, sep) }

func TestScanNamesElementAndSpan(t *testing.T) {
	e := builtinRuleset(t).Engine
	text := "卡号" + testCard(" ") + "。"
	found := e.Scan([]models.Element{{Kind: models.ImageElement, Opaque: true}, {Text: "hello"}, {Text: text}, {Text: "mail jane@example.com"}})
	if len(found) != 2 {
		t.Fatalf("%d findings, want 2: %+v", len(found), found)
	}
	f := found[0]
	if f.Element != 2 || text[f.Start:f.End] != testCard(" ") || f.Detector != "credit_card" {
		t.Errorf("the first finding is %+v", f)
	}
	if f.Mask != "•••• 1881" || f.Confidence != 1 || f.Severity != models.Critical || f.Category != models.Financial {
		t.Errorf("the first finding is %+v", f)
	}
	if found[1].Element != 3 || found[1].Mask != "j••••@example.com" {
		t.Errorf("the second finding is %+v", found[1])
	}
}

func TestScanOfCleanTextIsNil(t *testing.T) {
	e := builtinRuleset(t).Engine
	if found := e.Scan([]models.Element{{Text: "see you at 10:30"}, {Text: ""}}); found != nil {
		t.Errorf("findings are %+v, want nil", found)
	}
	s := e.scratches.get(e) // of our own: a pool may give up what it keeps at any time
	for _, text := range []string{"see you there tomorrow, then", "那我们明天上午在车站见面吧，别忘了带伞。"} {
		if n := testing.AllocsPerRun(100, func() { e.scan(s, text) }); n > 0 {
			t.Errorf("a clean message costs %v allocations: %q", n, text)
		}
	}
}

func TestFingerprintsAreOfTheNormalForm(t *testing.T) {
	e, err := New(Builtin(), Options{Fingerprint: func(detector, value string) string { return detector + "/" + value }})
	if err != nil {
		t.Fatal(err)
	}
	want := "credit_card/" + testCard("")
	for _, sep := range []string{"", " ", "-", "\u200b", "–"} {
		found := scanText(e, "my card "+testCard(sep))
		if len(found) != 1 || found[0].Fingerprint != want {
			t.Errorf("with separator %q: %+v", sep, found)
		}
	}
}

func TestMinConfidence(t *testing.T) {
	e, err := New(Builtin(), Options{MinConfidence: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	if found := scanText(e, "mail jane@example.com"); found != nil {
		t.Errorf("findings below the least confidence: %+v", found)
	}
	if found := scanText(e, "my card "+testCard("")); len(found) != 1 {
		t.Errorf("findings are %+v", found)
	}
}

func TestOverlapsAreSettled(t *testing.T) {
	e := builtinRuleset(t).Engine
	tests := []struct{ name, text, want string }{
		{"validated beats unvalidated", "转账 到银行卡 " + "6222020200" + "001234562", "cn_bank_card"},
		{"an address holds a number", "13800138" + "000@163.com", "email"},
		{"credentials hold an address", "https://jane:Tk9x" + "Q2mz@git.example.com/x", "url_with_credentials"},
		{"an identity number is no card", "11010519491231" + "002X", "cn_resident_id"},
		{"a mobile number with its code", "+86 138 0013 " + "8000", "cn_mobile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := scanText(e, tt.text)
			if len(found) != 1 || found[0].Detector != tt.want {
				t.Errorf("findings are %+v, want one of %s", found, tt.want)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	set := builtinRuleset(t)
	set.Version = 7
	text := func(s string) models.Element { return models.Element{Kind: models.TextElement, Text: s} }
	opaque := func(k models.ElementKind) models.Element { return models.Element{Kind: k, Opaque: true} }
	tests := []struct {
		name     string
		elements []models.Element
		end      models.Inspection
		verdict  models.Verdict
		rule     string
	}{
		{"clean", []models.Element{text("hello")}, models.Clean, models.VerdictAllow, ""},
		{"a picture alone", []models.Element{opaque(models.ImageElement)}, models.Clean, models.VerdictAllow, ""},
		{"a sound with a text", []models.Element{opaque(models.SoundElement), text("hi")}, models.Clean, models.VerdictAllow, ""},
		{"of unknown kind", []models.Element{text("hi"), opaque(models.UnknownElement)}, models.Unreadable, models.VerdictAllow, ""},
		{"a forward kept elsewhere", []models.Element{opaque(models.MergedElement)}, models.Unreadable, models.VerdictAllow, ""},
		{"of unknown kind, with a finding", []models.Element{text("ssn 536-22-" + "8726"), opaque(models.UnknownElement)}, models.Found, models.VerdictReview, "sensitive-data"},
		{"an address", []models.Element{text("a@example.com")}, models.Found, models.VerdictAllow, ""},
		{"a card", []models.Element{text(testCard("-"))}, models.Found, models.VerdictRecall, "payment-card"},
		{"a key", []models.Element{text("AKIA" + "Z7QW3RT5YU2PL4MN")}, models.Found, models.VerdictRecall, "live-secret"},
		{"no element", nil, models.Clean, models.VerdictAllow, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &models.Message{ID: "m1", Revision: 3, Elements: tt.elements}
			d := set.Judge(m, false)
			if m.Inspection != tt.end || m.Verdict != tt.verdict || m.Rule != tt.rule || m.Policy != 7 {
				t.Errorf("the message is %s, %s by %q, policy %d", m.Inspection, m.Verdict, m.Rule, m.Policy)
			}
			if d.Verdict != m.Verdict || d.Rule != m.Rule || d.Policy != 7 || d.Message != "m1" {
				t.Errorf("the decision is %+v", d)
			}
			for _, f := range m.Findings {
				if f.Revision != 3 {
					t.Errorf("the finding is of revision %d", f.Revision)
				}
			}
		})
	}
}

// hostile draws texts in which detectors, separators and invisible characters
// meet in every order.
func hostile() *rapid.Generator[string] {
	pieces := []string{
		testCard(" "), testCard(""), "13800138" + "000", "11010519491231" + "002X", "jane@example.com", "密码：", "password: ",
		"s3cr" + "et!x9", "+44 20 7946 0958", "验证码", "482913", "-----BEGIN " + "PRIVATE KEY-----", "eyJ", "://", "@", "a", "1", "\u200b",
		"１２３", "é", "İ", "😀", "\n", " ", "-", ".", "0x", "GB82WEST12345698765432", "192.0.2.1", "::1", "绝密", "\xff",
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
	})
}

func TestSpansCutTheText(t *testing.T) {
	e := builtinRuleset(t).Engine
	rapid.Check(t, func(t *rapid.T) {
		text := hostile().Draw(t, "text")
		checkSpans(t, text, scanText(e, text))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkSpans holds findings to what Scan promises of them.
func checkSpans(t failer, text string, found []models.Finding) {
	t.Helper()
	last := 0
	for _, f := range found {
		if f.Start < last || f.End <= f.Start || f.End > len(text) {
			t.Fatalf("finding %+v in %q: spans must rise and stay inside", f, text)
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[f.Start:f.End]) {
			t.Fatalf("finding %+v cuts a character of %q", f, text)
		}
		if f.Mask == "" || f.Detector == "" || f.Confidence < 0.3 || f.Confidence > 1 {
			t.Fatalf("finding %+v is not whole", f)
		}
		if value := text[f.Start:f.End]; len(value) > 3 && strings.Contains(f.Mask, value) {
			t.Fatalf("the mask %q of %s shows the value", f.Mask, f.Detector)
		}
		last = f.End
	}
}

// A stranger's text before and behind, joined by a line break, changes nothing
// about a finding that is sure without context.
func TestFindingsDoNotDependOnTheirPlace(t *testing.T) {
	e := builtinRuleset(t).Engine
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringMatching(`[a-z ]{0,80}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z ]{0,80}`).Draw(t, "after")
		text := before + "\n" + testCard("") + "\n" + after
		start := len(before) + 1
		for _, f := range scanText(e, text) {
			if f.Detector == "credit_card" && f.Start == start && f.End == start+16 {
				return
			}
		}
		t.Fatalf("the card in %q is not found", text)
	})
}

func TestScanIsSafeForConcurrentUse(t *testing.T) {
	e := builtinRuleset(t).Engine
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if found := scanText(e, "pay "+testCard(" ")+" to jane@example.com"); len(found) != 2 {
					t.Errorf("%d findings, want 2", len(found))
				}
			}
		})
	}
	wg.Wait()
}

func TestFindingsOfOneElementAreBounded(t *testing.T) {
	e := builtinRuleset(t).Engine
	crowd := strings.Repeat("a@example.com 13800138"+"000 93.184.216.34 ", 2000)
	found := scanText(e, crowd+testCard(" "))
	if len(found) != maxFindings {
		t.Errorf("%d findings, want %d", len(found), maxFindings)
	}
	if findingOf(found, "credit_card") == nil {
		t.Error("the card behind the crowd is not found")
	}
}
