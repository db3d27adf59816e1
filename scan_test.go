package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// takeback runs the program and returns its exit code, standard output and error.
func takeback(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// scanned is one line of output.
type scanned struct {
	ID       any
	Findings []struct {
		Detector, Category, Severity, Mask, View string
		Start, End                               int
		Confidence                               float64
		Why                                      *struct {
			Level, Context, Pattern string
			Evidence                []string
		}
	}
	Verdict, Rule string
}

func parseScanned(t *testing.T, out string) []scanned {
	t.Helper()
	var all []scanned
	for line := range strings.Lines(out) {
		var s scanned
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !strings.Contains(line, `"findings":[`) {
			t.Errorf("%q: findings are no list", line)
		}
		all = append(all, s)
	}
	return all
}

// summary is "id: detector[value] ...; verdict" of each text.
func summary(t *testing.T, out string, texts ...string) []string {
	t.Helper()
	var all []string
	for i, s := range parseScanned(t, out) {
		line := []string{fmt.Sprint(s.ID, ":")}
		for _, f := range s.Findings {
			line = append(line, fmt.Sprintf("%s[%s]", f.Detector, texts[i][f.Start:f.End]))
		}
		all = append(all, strings.Join(append(line, s.Verdict), " "))
	}
	return all
}

func TestScanExitCodes(t *testing.T) {
	own := write(t, "own.yaml", ownPack)
	for name, c := range map[string]struct {
		in   string
		args []string
		code int
		errs string // in standard error
	}{
		"nothing found":      {"hello\n", nil, 0, ""},
		"nothing at all":     {"", nil, 0, ""},
		"something found":    {card() + "\n", nil, 1, ""},
		"no such file":       {"", []string{"/nonexistent"}, 2, "no such file"},
		"not JSON":           {"hello\n", []string{"--jsonl"}, 2, `standard input:1: not an object {"id","text"}`},
		"no text":            {`{"id":1}`, []string{"--jsonl"}, 2, `standard input:1: the object has no "text"`},
		"not UTF-8":          {"{\"text\":\"\xff\"}", []string{"--jsonl"}, 2, "not valid UTF-8"},
		"unknown flag":       {"", []string{"--jsonnl"}, 2, "unknown flag"},
		"unknown format":     {"", []string{"--format", "xml"}, 2, "json"},
		"unknown pack":       {"", []string{"--packs", "pii-mars"}, 2, `there is no pack "pii-mars"; the built-in ones are pii-americas`},
		"confidence too big": {"", []string{"--min-confidence", "7"}, 2, "from 0 to 1"},
		"no workers":         {"", []string{"--workers=-1"}, 2, "at least 1"},
		"both shapes":        {"", []string{"--jsonl", "--whole"}, 2, "can't be used together"},
		"no such policy":     {"", []string{"--policy", "/nonexistent"}, 2, "no such file"},
		"no such own pack":   {"", []string{"--pack", "/nonexistent.yaml"}, 2, "no such file"},
		"own pack":           {"badge TB-4711 lost\n", []string{"--pack", own}, 1, ""},
		"own pack twice":     {"", []string{"--pack", own, "--pack", own}, 2, "badge_number"},
		"JSON of directory":  {"", []string{"--jsonl", t.TempDir()}, 2, "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := takeback(t, c.in, append([]string{"scan"}, c.args...)...)
			if code != c.code || !strings.Contains(errs, c.errs) || c.code != 2 && errs != "" {
				t.Errorf("exit code %d, %q; want %d, %q", code, errs, c.code, c.errs)
			}
		})
	}
}

const ownPack = `
pack: own
title: Ours
detectors:
  - id: badge_number
    title: Badge
    description: Numbers on badges.
    category: custom
    severity: high
    patterns: ['TB-\d{4}']
    confidence: [{level: high}]
    mask: hidden
    match: ["badge TB-1234"]
    clean: ["badge"]
`

func TestScanLines(t *testing.T) {
	lines := []string{card(), "", "nothing here", "我的卡号是４１１１１１１１" + "１１１１１１１１", "last " + card()}
	code, out, errs := takeback(t, strings.Join(lines[:4], "\r\n")+"\n"+lines[4], "scan")
	if code != 1 || errs != "" {
		t.Fatalf("exit code %d, %q", code, errs)
	}
	number := "4111 1111 " + "1111 1111"
	want := []string{
		"1: credit_card[" + number + "] recall", "2: allow", "3: allow",
		"4: credit_card[４１１１１１１１" + "１１１１１１１１] recall", "5: credit_card[" + number + "] recall",
	}
	if diff := cmp.Diff(want, summary(t, out, lines...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := parseScanned(t, out)[3].Findings[0].View; got != "folded" {
		t.Errorf("the view is %q", got)
	}
}

func TestScanObjects(t *testing.T) {
	in := "\ufeff" + `{"id":"a","text":"hello"}
 {"text" : "so\u4f60\ud83d\ude00 ` + card() + `", "id": 7}

{"id":null,"text":"","more":[1]}
{"id":{"a":[1]},"text":"half \ud83d a pair"}
{"text":"no id"}
{"id":8,"text":5}
{"id":9,"text":"never read"}
`
	code, out, errs := takeback(t, in, "scan", "--jsonl")
	if want := `standard input:7: not an object {"id","text"}`; code != 2 || !strings.Contains(errs, want) {
		t.Errorf("exit code %d, %q, want 2, %q", code, errs, want)
	}
	texts := []string{"", "so你😀 " + card(), "", "", ""}
	want := []string{"a: allow", "7: credit_card[4111 1111 " + "1111 1111] recall", "<nil>: allow", "map[a:[1]]: allow", "<nil>: allow"}
	if diff := cmp.Diff(want, summary(t, out, texts...)); diff != "" {
		t.Errorf("what stands before the bad line (-want +got):\n%s", diff)
	}
}

func TestScanFlagsChooseWhatIsFound(t *testing.T) {
	mail := "mail jane.doe@" + "example.org"
	for name, c := range map[string]struct {
		in   string
		args []string
		want []string
	}{
		"all":        {mail, nil, []string{"1: email[jane.doe@" + "example.org] allow"}},
		"confidence": {mail, []string{"--min-confidence", "0.9"}, []string{"1: allow"}},
		"packs":      {mail, []string{"--packs", "financial,secrets"}, []string{"1: allow"}},
		"own words": {
			"about project Moonshine",
			[]string{"--packs", "financial", "--pack", write(t, "names.txt", "moonshine\nthe\n")},
			[]string{"1: names[Moonshine] allow"},
		},
		"own policy": {
			mail,
			[]string{"--policy", write(t, "p.yaml", "policy: p\nrules:\n  - name: all\n    when: size(findings) > 0\n    verdict: recall\n    reason: {code: other, note: n}\n")},
			[]string{"1: email[jane.doe@" + "example.org] recall"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, _ := takeback(t, c.in, append([]string{"scan"}, c.args...)...)
			if diff := cmp.Diff(c.want, summary(t, out, c.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestScanExplains(t *testing.T) {
	_, out, _ := takeback(t, card(), "scan", "--explain", "--packs", "financial")
	why := parseScanned(t, out)[0].Findings[0].Why
	if why == nil || why.Level != "certain" || len(why.Evidence) == 0 {
		t.Errorf("why = %+v", why)
	}
	_, out, _ = takeback(t, card(), "scan", "--explain", "--format", "text")
	if want := "the check digits hold (luhn)"; !strings.Contains(out, want) {
		t.Errorf("%q does not say %q", out, want)
	}
}

func TestScanTextFormat(t *testing.T) {
	file := write(t, "a.log", "hello\n"+card()+"\n")
	code, out, _ := takeback(t, "", "scan", "--format", "text", file)
	want := file + ":2:17: credit_card 1.00 •••• 1111\n"
	if code != 1 || out != want {
		t.Errorf("exit code %d, %q, want %q", code, out, want)
	}
	_, out, _ = takeback(t, "", "scan", "--format", "text", "--whole", file)
	if out != want {
		t.Errorf("of the whole file: %q, want %q", out, want)
	}
}

func TestScanDirectory(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.txt": "first\nsecond " + card(), "a/z.txt": "hello", "a/bin": "\x00" + card(), ".git/config": card(), "empty": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := takeback(t, "", "scan", dir)
	if want := "3 files scanned; passed over: 1 binary files, 1 .git folders"; code != 1 || !strings.Contains(errs, want) {
		t.Errorf("exit code %d, %q, want 1, %q", code, errs, want)
	}
	want := []string{dir + "/a/z.txt: allow", dir + "/b.txt: credit_card[4111 1111 " + "1111 1111] recall", dir + "/empty: allow"}
	if diff := cmp.Diff(want, summary(t, out, "", "first\nsecond "+card(), "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, out, _ = takeback(t, "", "scan", "--format", "text", dir)
	if want := dir + "/b.txt:2:24: credit_card 1.00 •••• 1111\n"; out != want {
		t.Errorf("%q, want %q", out, want)
	}
}

func TestScanSARIF(t *testing.T) {
	text := "hello\n" + card() + "\n"
	file := write(t, "a.log", text)
	for _, args := range [][]string{{}, {"--whole"}} {
		code, out, _ := takeback(t, "", append(append([]string{"scan", "--format", "sarif"}, args...), file, file)...)
		var doc struct {
			Version string
			Runs    []struct {
				Tool struct {
					Driver struct {
						Rules []struct{ ID string }
					}
				}
				Results []struct {
					RuleID    string
					RuleIndex int
					Level     string
					Locations []struct {
						PhysicalLocation struct {
							ArtifactLocation struct{ URI string }
							Region           struct{ StartLine, ByteOffset, ByteLength int }
						}
					}
				}
				Invocations []struct{ ExecutionSuccessful bool }
			}
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil || code != 1 {
			t.Fatalf("exit code %d, %v in %s", code, err, out)
		}
		run := doc.Runs[0]
		if doc.Version != "2.1.0" || len(run.Results) != 2 || !run.Invocations[0].ExecutionSuccessful {
			t.Fatalf("%+v", run.Results)
		}
		for _, r := range run.Results {
			at := r.Locations[0].PhysicalLocation
			value := text[at.Region.ByteOffset:][:at.Region.ByteLength]
			got := []any{r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID, r.Level, at.ArtifactLocation.URI, at.Region.StartLine, value}
			want := []any{"credit_card", "credit_card", "error", "file://" + file, 2, "4111 1111 " + "1111 1111"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", args, diff)
			}
		}
	}
	code, out, _ := takeback(t, "no object", "scan", "--format", "sarif", "--jsonl")
	if code != 2 || !json.Valid([]byte(out)) || !strings.Contains(out, `"executionSuccessful":false`) {
		t.Errorf("after a bad line: exit code %d, %s", code, out)
	}
}

// The order of the output is that of the input, however many work on it.
func TestScanKeepsTheOrder(t *testing.T) {
	var in strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&in, "{\"id\":%d,\"text\":\"message number %d, see you at the station\"}\n", i, i)
	}
	_, one, _ := takeback(t, in.String(), "scan", "--jsonl", "--workers", "1")
	_, many, _ := takeback(t, in.String(), "scan", "--jsonl", "--workers", "7")
	if one != many || strings.Count(one, "\n") != 30_000 {
		t.Errorf("one worker and seven do not write the same (%d and %d bytes)", len(one), len(many))
	}
}
