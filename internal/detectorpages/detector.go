package detectorpages

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/takeback-chat/takeback/rules"
)

const (
	// fewWords and fewExamples are how many a page shows; `takeback rules explain`
	// shows all.
	fewWords    = 12
	fewExamples = 3
	// longestExample is how much of an example is shown, in characters.
	longestExample = 140
)

// describe writes one detector.
func describe(b *bytes.Buffer, d *rules.Description) {
	fmt.Fprintf(b, "\n## %s\n\n**%s**%s. %s\n", d.ID, d.Title, inChinese(" (", d.TitleZH, ")"), d.Description)
	if d.DescriptionZH != "" {
		fmt.Fprintf(b, "\n%s\n", d.DescriptionZH)
	}
	fmt.Fprintf(b, "\n- category `%s`, severity `%s`\n", d.Category, d.Severity)
	if d.Source != "" {
		fmt.Fprintf(b, "- source: %s\n", d.Source)
	}
	for _, l := range d.Levels {
		fmt.Fprintf(b, "- **%s** (%.2g): %s\n", l.Name, l.Confidence, evidence(l.Evidence))
	}
	if len(d.Context) > 0 {
		fmt.Fprintf(b, "- context, within %d characters: %s\n", d.Near, some(d.Context))
	}
	if len(d.Against) > 0 {
		fmt.Fprintf(b, "- against it, within %d characters: %s\n", d.Near/2, some(d.Against))
	}
	for _, x := range d.Excluded {
		fmt.Fprintf(b, "- %s: %s%s\n", map[bool]string{true: "only low", false: "passed over"}[x.Demotes], x.Reason, values(x.Values))
	}
	examples(b, "found in", d.Match)
	examples(b, "not in", d.Clean)
}

func inChinese(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}

func evidence(terms []string) string {
	if len(terms) == 0 {
		return "the form is enough"
	}
	return strings.Join(terms, "; ")
}

func values(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (one value)"
	}
	return fmt.Sprintf(" (%d values)", n)
}

// some lists the first words, and how many there are more.
func some(words []string) string {
	more := ""
	if len(words) > fewWords {
		more = fmt.Sprintf(", and %d more", len(words)-fewWords)
		words = words[:fewWords]
	}
	return strings.Join(words, ", ") + more
}

// examples writes some examples as the pack holds them: what would look like a secret
// or a person's number is broken by {} or is a regexp between << and >>.
func examples(b *bytes.Buffer, label string, all []string) {
	for _, x := range all[:min(fewExamples, len(all))] {
		fmt.Fprintf(b, "- %s %s\n", label, code(x))
	}
}

// code shows a text as it is, in one line.
func code(s string) string {
	s = strings.NewReplacer("\n", "⏎", "\r", "", "\t", "⇥").Replace(s)
	if r := []rune(s); len(r) > longestExample {
		s = string(r[:longestExample]) + "…"
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if fence != "`" || strings.HasPrefix(s, "`") {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}
