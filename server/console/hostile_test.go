package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

// hostile is what strangers write where a name, a ref or a text is expected.
var hostile = map[string]string{
	"script":    `<script>alert(1)</script>`,
	"attribute": `" onmouseover="alert(1)" x="`,
	"single":    `' onfocus='alert(1)`,
	"image":     `<img src=x onerror=alert(1)>`,
	"svg":       `<svg/onload=alert(1)>`,
	"link":      `<a href="javascript:alert(1)">here</a>`,
	"partial":   `<hx-partial hx-target="#main" hx-swap="innerHTML">gone</hx-partial>`,
	"htmx":      `<div hx-get="/sign-out" hx-trigger="load">`,
	"template":  `</template><script>alert(1)</script>`,
	"action":    `{{.Store}}`,
	"comment":   `<!-- --> <style>*{display:none}</style>`,
	"event":     "x\n\ndata: <script>alert(1)</script>\n\nevent: close\n\n",
	"bidi":      "\u202egnp.exe\u2066 \u200f\u061c",
	"unseen":    "a\u200bb\u00adc\ufeffd\u2060e",
	"control":   "a\x00b\x1b[31mc\x7fd\u0085e",
	"tags":      "\U000e0041\U000e0042\U000e007f",
	"invalid":   "a\xffb\xc3\x28",
	"zalgo":     "a" + strings.Repeat("\u0301", 5000),
	"long":      strings.Repeat("W", 1<<20),
	"emoji":     strings.Repeat("👩‍💻", 10_000),
}

// evil fills every field that a stranger can write, directly or through the
// platform, with one text.
func (w *world) evil(s string) []string {
	c := models.Conversation{ID: models.ConversationID("c"), App: s, Kind: models.Group, Ref: s, Group: s + "g", Type: s}
	m := w.message(c, s, "card "+card+" "+s)
	m.Ref, m.Operator, m.RemovedBy, m.Rule, m.Revision = s, s, s, s, 2
	m.Elements = append(m.Elements, models.Element{Kind: models.FileElement, Text: s}, models.Element{Kind: models.UnknownElement, Opaque: true})
	m.Findings = append(m.Findings, models.Finding{Detector: s, Category: models.Custom, Severity: models.High, Mask: s, Start: 0, End: 4, Confidence: 1})
	w.store.post(m)
	w.store.reads[m.ID] = []models.Read{{Count: 1, Readers: []string{s}}}
	w.store.decisions[m.ID] = []models.Decision{{
		Verdict: models.VerdictReview, Actor: s, Rule: s, Reason: models.Reason{Code: models.Other, Note: s},
		Shadow: []models.ShadowVerdict{{Rule: s, Verdict: models.VerdictRecall}}, At: w.now(),
	}}
	r := w.store.ask(m, models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.Other, Note: s}, Actor: s, Authority: models.ByAdmin, Trigger: models.FromAPI})
	r.State, r.Explanation, r.Code, r.Text = models.Failed, s, s, s
	w.store.put(r)
	open := w.opened(m, models.High)
	done := w.opened(m, models.High)
	done.State, done.DecidedBy, done.Verdict, done.DecidedAt = models.CaseDecided, s, models.VerdictAllow, w.now()
	w.store.cases[done.ID] = done
	_ = w.store.Record(w.t.Context(), models.AuditEntry{Actor: s, Action: s, Subject: s, Thing: s, Details: map[string]string{s: s}})
	w.store.broken = []models.AuditBreak{{Chain: s, Seq: 1, Why: s}}
	return append(things{message: string(m.ID), recall: string(r.ID), open: string(open.ID), group: groupID(models.Place{App: c.App, Ref: c.Group}), conversation: string(c.ID), sweep: string(w.sweeps.ordered(c, s).ID)}.pages(), "/queue/"+string(done.ID))
}

// evilGroup signs in who can see pages on such a group: its owner for the pages of own
// groups, an operator for the others.
func (w *world) evilGroup(s string) func(path string) *browser {
	w.t.Helper()
	w.roles[s+"g"] = map[string]models.Role{"ann": models.RoleOwner}
	operator, owner := w.operator(), w.as("ann", models.Caller{Grant: models.GrantModerator, Account: models.Account{App: s, Name: "ann"}})
	return func(path string) *browser {
		if strings.HasPrefix(path, "/groups") {
			return owner
		}
		return operator
	}
}

func TestHostileTextChangesNothingButItsOwnBox(t *testing.T) {
	ran := 0
	for name, s := range hostile {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			paths := w.evil(s)
			plain := newWorld(t)
			plainPaths := plain.evil("plain")
			them, others := w.evilGroup(s), plain.evilGroup("plain")
			for i, path := range paths {
				res, body := them(path).get(path)
				_, same := others(path).get(plainPaths[i])
				if res.StatusCode != http.StatusOK {
					t.Fatalf("%s answered %d", path, res.StatusCode)
				}
				inert(t, path, body)
				want, got := elements(t, same), elements(t, body)
				if !slices.Equal(want, got) {
					t.Errorf("%s has other elements than with a plain text:\n%v\n%v", path, want, got)
				}
				if len(body) > len(same)+300<<10 {
					t.Errorf("%s is %d bytes", path, len(body))
				}
				ran++
			}
			_, body := them("/audit/verify").post("/audit/verify")
			inert(t, "verify", body)
		})
	}
	if want := (len(things{}.pages()) + 1) * len(hostile); ran != want {
		t.Errorf("%d pages were looked at, want %d", ran, want)
	}
}

// elements lists the names of a page's elements and their attributes, but the
// signs and masks, whose number depends on the text.
func elements(t *testing.T, body string) []string {
	t.Helper()
	var all []string
	for n := range parse(t, body).root.Descendants() {
		if n.Type != html.ElementNode || attr(n, "class") == "sign" || attr(n, "class") == "kind" || n.Data == "mark" {
			continue
		}
		names := []string{n.Data}
		for _, a := range n.Attr {
			names = append(names, a.Key)
		}
		all = append(all, strings.Join(names, " "))
	}
	return all
}

// inert fails if anything in a page can run, load from outside, or deceive the eye.
func inert(t *testing.T, where, body string) {
	t.Helper()
	for n := range parse(t, body).root.Descendants() {
		if n.Type == html.TextNode || n.Type == html.ElementNode {
			unseen(t, where, n)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
			if (a.Key == "href" || a.Key == "src" || a.Key == "action") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("%s: leads outside: %q", where, a.Val)
			}
		}
		if n.Type == html.ElementNode && n.Data == "script" && n.FirstChild != nil {
			t.Errorf("%s: a script with text", where)
		}
	}
}

func unseen(t *testing.T, where string, n *html.Node) {
	t.Helper()
	if n.Type != html.TextNode {
		return
	}
	for _, r := range n.Data {
		if _, bad := sign(r); bad || unicode.Is(unicode.Bidi_Control, r) {
			t.Fatalf("%s: U+%04X is not shown as a sign in %.80q", where, r, n.Data)
		}
	}
}

func TestVisibleShowsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		got := Visible(s)
		for _, r := range got {
			if _, bad := sign(r); bad || r == '\n' || r == '\t' {
				t.Fatalf("Visible(%q) = %q holds U+%04X", s, got, r)
			}
		}
		if again := Visible(got); again != got && len([]rune(got)) < fieldText {
			t.Fatalf("Visible twice is not Visible once: %q, %q", got, again)
		}
	})
}

// FuzzMasked: however spans lie, no masked value shows, and nothing panics.
func FuzzMasked(f *testing.F) {
	f.Add("card "+card+" thanks", 5, 24, 0, 3)
	f.Add("\u202eabc\xff", 1, 2, -4, 900)
	f.Add("", 0, 0, 0, 0)
	f.Fuzz(func(t *testing.T, s string, a, b, c, d int) {
		s = strings.ToValidUTF8(s, "\ufffd") // elements hold text
		for _, at := range []int{a, b, c, d} {
			if at >= 0 && at < len(s) && !utf8.RuneStart(s[at]) {
				return // findings cut no character
			}
		}
		m := models.Message{
			Elements: []models.Element{{Kind: models.TextElement, Text: s}},
			Findings: []models.Finding{{Start: a, End: b, Mask: "•"}, {Start: c, End: d, Mask: "••"}, {Element: 7, Start: 0, End: 1}},
		}
		var got strings.Builder
		for _, p := range catalogues[0].masked(m, pageText) {
			if p.Kind == "" || p.Kind == "hit" {
				got.WriteString(p.Text)
			}
		}
		var want strings.Builder
		n := 0
		for _, r := range models.Masked(m.Elements, m.Findings) {
			if n++; n > pageText {
				return
			}
			if _, bad := sign(r); !bad {
				want.WriteRune(r)
			}
		}
		if got.String() != want.String() {
			t.Errorf("masked = %q, want %q", got.String(), want.String())
		}
	})
}

func TestLongTextsSayHowMuchIsLeftOut(t *testing.T) {
	m := models.Message{Elements: []models.Element{{Kind: models.TextElement, Text: strings.Repeat("é", rowText+7)}}}
	pieces := catalogues[0].masked(m, rowText)
	if got, want := pieces[len(pieces)-1].Text, fmt.Sprintf(" … %d more characters", 7); got != want {
		t.Errorf("the last piece is %q, want %q", got, want)
	}
}
