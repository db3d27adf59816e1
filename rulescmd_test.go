package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/rules"
)

func TestRulesCheck(t *testing.T) {
	good, list := write(t, "own.yaml", ownPack), write(t, "names.csv", "term,category,severity\nmoonshine,custom,high\nblue harbour,custom,low\n")
	for name, c := range map[string]struct {
		files []string
		code  int
		want  string // in either output
	}{
		"a pack":        {[]string{good}, 0, "a pack with 1 detectors and 2 examples, nothing wrong"},
		"a list":        {[]string{list}, 0, "a list of 2 words, nothing wrong"},
		"a policy":      {[]string{"rules/policy.example.yaml"}, 0, "a policy, nothing wrong"},
		"all at once":   {[]string{good, write(t, "a.yaml", "detectors: 1\n"), write(t, "b.yaml", "rules: 1\n")}, 2, "b.yaml:1: rules"},
		"refused terms": {[]string{write(t, "w.txt", "moonshine\nthe\n\nx\nharbour\nMoonshine\n")}, 2, `w.txt:2: "the" is left out`},
		"cut-off table": {[]string{write(t, "w.csv", "term,category\n\"open")}, 2, "cut off"},
		"nothing left":  {[]string{write(t, "w.txt", "a\n")}, 2, "no terms"},
		"no such file":  {[]string{"/nonexistent.yaml"}, 2, "no such file"},
		"wrong example": {[]string{write(t, "e.yaml", strings.Replace(ownPack, "badge TB-1234", "badge 1234", 1))}, 2, "e.yaml:13: detectors[0].match[0]: the example is not found"},
		"without end":   {[]string{write(t, "e.yaml", strings.Replace(ownPack, `TB-\d{4}`, `[a-z]{1,900}\d{1,900}[a-z]{1,900}\d{1,900}[a-z]{1,900}`, 1))}, 2, "too costly"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := takeback(t, "", append([]string{"rules", "check"}, c.files...)...)
			if code != c.code || !strings.Contains(out+errs, c.want) {
				t.Errorf("exit code %d, %q, %q; want %d, %q", code, out, errs, c.code, c.want)
			}
		})
	}
}

// A detector that takes longer than any may is refused, with what helps.
func TestCostlyPacksAreRefused(t *testing.T) {
	now := time.Now()
	slow := func(p rules.Pack) ([]rules.Cost, error) {
		return p.Costs(func() time.Time {
			now = now.Add(15 * rules.MaxScan) // too slow even for the race detector
			return now
		})
	}
	file := config.Pack{File: write(t, "own.yaml", ownPack)}
	_, err := filePacks{costs: slow}.readOne(file)
	if err == nil || !isUsage(err) || !strings.Contains(err.Error(), "own.yaml:5: detectors[0]: badge_number costs 300 ms") {
		t.Errorf("read = %v", err)
	}
	if _, err := (filePacks{costs: slow, lenient: true}).readOne(file); err != nil {
		t.Errorf("to be measured it is refused: %v", err)
	}
}

func TestRulesExplain(t *testing.T) {
	code, out, errs := takeback(t, "", "rules", "explain", "credit_card")
	for _, want := range []string{
		"credit_card: Payment card number", "支付卡号", "Source: ISO/IEC 7812-1", "the check digits hold (luhn)", "within 60 characters", "信用卡",
		"runs at digits", "Cost: at worst", "Examples that it finds", "Examples that it does not",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if code != 0 || errs != "" {
		t.Errorf("exit code %d, %q", code, errs)
	}
	if _, out, _ := takeback(t, "", "rules", "explain", "badge_number", "--pack", write(t, "own.yaml", ownPack)); !strings.Contains(out, "badge TB-1234") {
		t.Errorf("of an own pack: %s", out)
	}
	if _, out, _ := takeback(t, "", "rules", "explain", "names", "--pack", write(t, "names.txt", "moonshine\n")); !strings.Contains(out, "a list of 1 words") {
		t.Errorf("of a list: %s", out)
	}
	if code, _, errs := takeback(t, "", "rules", "explain", "nobody"); code != 2 || !strings.Contains(errs, `no detector "nobody"`) {
		t.Errorf("of nobody: exit code %d, %q", code, errs)
	}
}

func TestRulesTest(t *testing.T) {
	good, bad := write(t, "own.yaml", ownPack), write(t, "bad.yaml", strings.Replace(ownPack, `clean: ["badge"]`, `clean: ["TB-0000"]`, 1))
	code, out, _ := takeback(t, "", "rules", "test", good)
	if code != 0 || !strings.Contains(out, "2 examples of 1 packs, all hold") {
		t.Errorf("exit code %d, %q", code, out)
	}
	code, out, errs := takeback(t, "", "rules", "test", bad, good)
	if code != 2 || !strings.Contains(errs, "bad.yaml:14: detectors[0].clean[0]") || !strings.Contains(out, "own.yaml: 1 detectors, 2 examples hold") {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
}

func TestRulesBench(t *testing.T) {
	lines := write(t, "corpus.txt", "badge TB-1234\nnothing\nTB-4321 TB-1111\n")
	code, out, errs := takeback(t, "", "rules", "bench", "--worst", "--corpus", lines, write(t, "own.yaml", ownPack), write(t, "names.txt", "moonshine\nbadge\n"))
	if code != 0 || errs != "" || !strings.Contains(out, "2 detectors, each by itself, on 3 messages") {
		t.Fatalf("exit code %d, %q, %q", code, out, errs)
	}
	found := map[string]string{}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 4 {
			found[f[len(f)-2]] = f[1]
		}
	}
	if found["badge_number"] != "3" || found["names"] != "1" {
		t.Errorf("found %v in\n%s", found, out)
	}
	if code, _, _ := takeback(t, "", "rules", "bench", "--corpus", write(t, "empty", "")); code != 2 {
		t.Errorf("of nothing: exit code %d", code)
	}
}

func TestRulesListDetectors(t *testing.T) {
	code, out, _ := takeback(t, "", "rules", "list", "--detectors", "--pack", "financial", "--json")
	n := 0
	for line := range strings.Lines(out) {
		var row detectorRow
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Pack != "financial" || row.TitleZH == "" || row.Source == "" {
			t.Errorf("%s: %v", line, err)
		}
		n++
	}
	if code != 0 || n < 15 {
		t.Errorf("exit code %d, %d detectors", code, n)
	}
	_, out, _ = takeback(t, "", "rules", "list", "--detectors")
	if !strings.Contains(out, "credit_card") || !strings.Contains(out, "us_ssn") {
		t.Errorf("the table is %s", out)
	}
	for _, args := range [][]string{{"--detectors", "--pack", "nothing"}, {"--json"}} {
		if code, _, _ := takeback(t, "", append([]string{"rules", "list"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, want 2", args, code)
		}
	}
}

const gitleaksRules = `
title = "ours"
[[rules]]
id = "acme-token"
description = "A token of Acme."
regex = '''acme_[a-z0-9]{24}'''
keywords = ["acme_"]
[[rules]]
id = "by-path"
path = '''\.pem$'''
`

func TestRulesImport(t *testing.T) {
	in, out := write(t, "acme.toml", gitleaksRules), filepath.Join(t.TempDir(), "acme.yaml")
	code, said, errs := takeback(t, "", "rules", "import", in, "-o", out)
	if code != 0 || !strings.Contains(said, "1 detectors") || !strings.Contains(errs, "by-path is left out") {
		t.Fatalf("exit code %d, %q, %q", code, said, errs)
	}
	token := "acme_" + strings.Repeat("x7k2", 6)
	if code, found, _ := takeback(t, "token "+token, "scan", "--packs", "financial", "--pack", out); code != 1 {
		t.Errorf("the imported pack finds %s", found)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if code, printed, _ := takeback(t, "", "rules", "import", in); code != 0 || printed != string(text) {
		t.Errorf("exit code %d, and standard output is not the file", code)
	}
	if code, _, errs := takeback(t, "", "rules", "import", write(t, "bad.toml", "rules = [[[")); code != 2 || errs == "" {
		t.Errorf("of no TOML: exit code %d, %q", code, errs)
	}
}

// Every command has help with an example of itself.
func TestHelpHasExamples(t *testing.T) {
	for _, command := range []string{
		"scan", "rules check", "rules explain", "rules test", "rules bench", "rules import", "rules list",
	} {
		code, out, _ := takeback(t, "", append(strings.Fields(command), "--help")...)
		if code != 0 || !strings.Contains(out, "takeback "+command+" ") {
			t.Errorf("%s --help: exit code %d, %s", command, code, out)
		}
	}
}
