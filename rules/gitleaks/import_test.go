package gitleaks

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// configuration has one rule of each kind.
const configuration = `
title = "ours"

[extend]
useDefault = true
disabledRules = ["jwt"]

[allowlist]
paths = ['''(?i)\.png$''']
regexes = ['''^\$[A-Z_]+$''']

[[rules]]
id = "acme-api-token"
description = "Acme API token"
regex = '''\b(acme_[a-z0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)'''
entropy = 3
keywords = ["acme_"]

[[rules]]
id = "globex-client-id"
regex = '''(?i)[\w.-]{0,50}?(?:globex)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-f0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)'''
keywords = ["globex"]
[[rules.allowlists]]
regexes = ['''^0123''']
stopwords = ["deadbeef", "dead", "cafe"]
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''(?i)globex[_-]?(?:public|test)|globex.*demo''']
[[rules.allowlists]]
condition = "AND"
paths = ['''\.lock$''']
regexes = ['''a''']

[[rules]]
id = "initech"
regex = '''\b(?:(inx-[a-z0-9]{24})|initech:([0-9a-f]{40}))\b'''
keywords = ["inx-", "initech"]

[[rules]]
id = "umbrella-key"
regex = '''\b[0-9a-f]{40}\b'''
keywords = ["umbrella"]

[[rules]]
id = "shop-password"
regex = '''password\s*=\s*"(.{6,40})"'''
path = '''\.conf$'''
keywords = ["password"]

[[rules]]
id = "keys-file"
path = '''\.p12$'''

[[rules]]
id = "greedy-token"
regex = '''greedy[a-z]{900}[0-9]{900}[a-z]{900}[0-9]{900}[a-z]{900}'''
keywords = ["greedy"]
`

func imported(t *testing.T) (pack []byte, remarks []string) {
	t.Helper()
	pack, remarks, err := Import("gitleaks.toml", []byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	return pack, remarks
}

func TestImportIsStable(t *testing.T) {
	first, _ := imported(t)
	second, _ := imported(t)
	if !bytes.Equal(first, second) {
		t.Error("the same configuration makes two packs")
	}
	want, err := os.ReadFile("testdata/ours.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(first)); diff != "" {
		t.Errorf("the pack is not testdata/ours.yaml (-want +got):\n%s", diff)
	}
}

func TestImportRemarks(t *testing.T) {
	_, got := imported(t)
	want := []string{
		"it extends gitleaks' default configuration, whose rules are the pack gitleaks: keep that pack on",
		"disabled rules of the configuration that it extends are not taken over: jwt",
		"the paths and commits of the global allowlist are left out: a message has neither",
		"globex-client-id: of an allowlist about the whole match these are left out, as they stand for too many words: (?i-s:GLOBEX.*DEMO)",
		"globex-client-id: an allowlist that holds for some paths or commits only is left out: a message has neither",
		"shop-password: it was meant for files of certain paths; it looks at every message now, and is less sure",
		"keys-file is left out: it has no regexp: it is about paths alone",
	}
	last := len(got) - 1
	if !strings.HasPrefix(got[last], "greedy-token is left out: ") {
		t.Errorf("the last remark is %q", got[last])
	}
	if diff := cmp.Diff(want, got[:last]); diff != "" {
		t.Errorf("remarks (-want +got):\n%s", diff)
	}
}

func TestImportedRulesFind(t *testing.T) {
	pack, _ := imported(t)
	p, err := rules.ParsePack("ours.yaml", pack)
	if err != nil {
		t.Fatal(err)
	}
	e, err := rules.New([]rules.Pack{p}, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, detector, value string }{
		{"a mark", "use acme_" + "k3j9x0q7w2m5n8v1b4c6z0a9s8d7f6g5 now", "acme-api-token", "acme_" + "k3j9x0q7w2m5n8v1b4c6z0a9s8d7f6g5"},
		{"a mark beside Han", "令牌acme_" + "k3j9x0q7w2m5n8v1b4c6z0a9s8d7f6g5。", "acme-api-token", "acme_" + "k3j9x0q7w2m5n8v1b4c6z0a9s8d7f6g5"},
		{"one character over and over", "acme_" + strings.Repeat("x", 32), "", ""},
		{"too long", "acme_" + "k3j9x0q7w2m5n8v1b4c6z0a9s8d7f6g5h", "", ""},
		{"a name", "globex_id = \"" + "9f8e7d6c5b4a32100f1e2d3c4b5a6978" + "\"", "globex-client-id", "9f8e7d6c5b4a32100f1e2d3c4b5a6978"},
		{"a name in another", "myGlobexToken: " + "9f8e7d6c5b4a32100f1e2d3c4b5a6978", "globex-client-id", "9f8e7d6c5b4a32100f1e2d3c4b5a6978"},
		{"a stopword", "globex_id = \"" + "9f8e7dead54a32100f1e2d3c4b5a6978" + "\"", "", ""},
		{"an allowed value", "globex_id = \"" + "0123e7d6c5b4a32100f1e2d3c4b5a6978"[:32] + "\"", "", ""},
		{"an allowed name", "globex_public = \"" + "9f8e7d6c5b4a32100f1e2d3c4b5a6978" + "\"", "", ""},
		{"the first of two shapes", "inx-" + "q7w2m5n8v1b4c6z0a9s8d7f6", "gitleaks-initech", "inx-" + "q7w2m5n8v1b4c6z0a9s8d7f6"},
		{"the second of two shapes", "initech:" + "9f8e7d6c5b4a32100f1e2d3c4b5a69780a1b2c3d", "gitleaks-initech", "9f8e7d6c5b4a32100f1e2d3c4b5a69780a1b2c3d"},
		{"a shape beside its word", "umbrella " + "9f8e7d6c5b4a32100f1e2d3c4b5a69780a1b2c3d", "umbrella-key", "9f8e7d6c5b4a32100f1e2d3c4b5a69780a1b2c3d"},
		{"a shape alone", "commit " + "9f8e7d6c5b4a32100f1e2d3c4b5a69780a1b2c3d", "", ""},
		{"a password", `password = "` + `tr0ub4dor` + `"`, "shop-password", "tr0ub4dor"},
		{"a variable", `password = "$SHOP_PASSWORD"`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			detector, value := "", ""
			for _, f := range e.Scan([]models.Element{{Text: tt.text}}) {
				detector, value = f.Detector, tt.text[f.Start:f.End]
			}
			if detector != tt.detector || value != tt.value {
				t.Errorf("%s finds %q in the text, want %s and %q", detector, value, tt.detector, tt.value)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"not TOML":    "rules = [",
		"no rules":    "title = \"x\"",
		"no good one": "[[rules]]\nid = \"x\"\nregex = '''('''",
		"empty":       "",
	} {
		if _, _, err := Import("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), "x.toml") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestStopWords(t *testing.T) {
	got := stopWords([]string{"Dead", "deadbeef", " cafe", "", "dead"})
	if want := []string{"cafe", "dead"}; !slices.Equal(got, want) {
		t.Errorf("stopWords = %q, want %q", got, want)
	}
}

func TestTitles(t *testing.T) {
	tests := []struct {
		rule   rule
		id     string
		en, zh string
	}{
		{rule{ID: "adafruit-api-key"}, "adafruit-api-key", "Adafruit API key", "Adafruit API 密钥"},
		{rule{ID: "gitlab-pat"}, "gitlab-pat", "GitLab personal access token", "GitLab 个人访问令牌"},
		{rule{ID: "jwt"}, "gitleaks-jwt", "JSON web token", "JSON 网络令牌"},
		{rule{ID: "1password-secret-key"}, "gitleaks-1password-secret-key", "1Password secret key", "1Password 密钥"},
		{rule{ID: "Our Token!", Description: "Token of our shop."}, "our-token", "Token of our shop", "Our Token! 机密信息"},
	}
	for _, tt := range tests {
		title, _ := tt.rule.title()
		if id := tt.rule.identifier(); id != tt.id || title.EN != tt.en || title.ZH != tt.zh {
			t.Errorf("%q is %s, %q, %q; want %s, %q, %q", tt.rule.ID, id, title.EN, title.ZH, tt.id, tt.en, tt.zh)
		}
	}
}

func TestPackName(t *testing.T) {
	for file, want := range map[string]string{
		"gitleaks.toml": "gitleaks", "/etc/Our Rules.TOML": "our-rules", ".gitleaks.toml": "gitleaks", "": "gitleaks", "2024.toml": "gitleaks",
	} {
		if got := packName(file); got != want {
			t.Errorf("packName(%q) = %q, want %q", file, got, want)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(configuration))
	f.Add([]byte("[[rules]]\nid='a'\nregex='(a|(b))*?c'\nsecretGroup=2"))
	f.Add([]byte("[[rules]]\nid='-'\nregex='(?:)|^$'\nkeywords=['']"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 4096 {
			return
		}
		pack, _, err := Import("fuzz.toml", text)
		if err != nil {
			return
		}
		if _, err := rules.ParsePack("fuzz.yaml", pack); err != nil {
			t.Errorf("the pack does not load: %v", err)
		}
	})
}
