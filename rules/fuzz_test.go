package rules

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"", "hello", testCard(" "), "密码：" + "Abc12345", "手机１３８００１３８０００", "a\u200b@example.com", "-----BEGIN " + "PRIVATE KEY-----\n\n",
		"postgres://a:b" + "1c@d/e", "eyJhbGciOiJIUzI1NiJ9.eyJ", "\xff\xfe@\xff", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "+86 138-0013-", "::::1", "İİİ@İ.İİ", "GB82 WEST 1234",
	} {
		f.Add(seed)
	}
	for _, name := range builtinOrder {
		text, err := packFiles.ReadFile("packs/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		p, _ := readPack(name, text)
		for _, d := range p.detectors {
			for _, x := range d.examples {
				f.Add(x.text)
			}
		}
	}
	set := builtinRuleset(f)
	f.Fuzz(func(t *testing.T, text string) {
		m := textMessage(text)
		set.Judge(m, false)
		checkSpans(t, text, m.Findings)
		if (len(m.Findings) > 0) != (m.Inspection == models.Found) {
			t.Fatalf("%d findings, and the message is %s", len(m.Findings), m.Inspection)
		}
	})
}

// FuzzReference compares the engine with the slow way.
func FuzzReference(f *testing.F) {
	e := plainEngine(f)
	r := newReference(e)
	for _, seed := range []string{
		"my card 4012 8888 8888 1881 exp 10/27 cvv 123", "身份证号码 110105 19491231 0021", "ssn 123-45-6789, passport AB1234567", "call +44 20 7946 0958 or 13800138000",
		"iban GB82 WEST 1234 5698 7654 32.", "password: hunter2, token=abc123DEF456ghi789", "a@b.com https://x:y@z.com/1 ::1 10.0.0.1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 200 && utf8.ValidString(text) {
			sameAsReference(t, e, r, text)
		}
	})
}

// checkSource holds an error of a reader to what it promises.
func checkSource(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	all, ok := errors.AsType[*SourceErrors](err)
	if !ok || len(all.Problems) == 0 {
		t.Fatalf("the error is %T %v, want *SourceErrors with problems", err, err)
	}
	for _, p := range all.Problems {
		if p.File != "f.yaml" || p.Words == "" || p.Line < 0 {
			t.Fatalf("the problem %+v is not whole", p)
		}
	}
}

func FuzzParsePack(f *testing.F) {
	f.Add([]byte(goodPack))
	f.Add([]byte("pack: a\ntitle: b\ndetectors:\n  - {id: x, words: [a]}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("{[: }"))
	f.Add([]byte("pack: a\ntitle: b\ndetectors:\n- id: x\n  title: x\n  description: x\n  category: custom\n  severity: low\n" +
		"  words: [密码, ab]\n  context: [b]\n  against: [c]\n  near: 9\n  edge: word\n  mask: last4\n  normal: digits\n" +
		"  confidence: [{level: certain, when: [context, clear, luhn, 'entropy:3']}, {level: low}]\n  match: [{text: 'a{}b', value: ab}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParsePack("f.yaml", text)
		checkSource(t, err)
		if err != nil {
			return
		}
		e, err := New([]Pack{p}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"staff-123456 and more", "密码 1234567890123456"} {
			checkSpans(t, s, scanText(e, s))
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	f.Add([]byte(goodPolicy))
	f.Add([]byte("policy: a\ntitle: t\nmode: shadow\nrules:\n- {name: b, when: sender.role == 'owner', verdict: mask, mode: enforce,\n  reason: {code: other, note: n, text: t}}\nexamples:\n- {findings: [{detector: d, confidence: low}], role: owner, kind: group, before: true, verdict: mask, rule: b}\n"))
	f.Add([]byte("policy: a\nrules: [{name: b, when: 'findings[0].rank > 1 / 0', verdict: allow}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParsePolicy("f.yaml", text)
		checkSource(t, err)
		if err != nil {
			return
		}
		for _, s := range []Subject{{}, {Findings: []models.Finding{card()}, Before: true, Role: models.RoleOwner}} {
			if d := p.Decide(s); d.Verdict == "" || d.Actor != actor {
				t.Fatalf("the decision %+v is not whole", d)
			}
		}
	})
}
