package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/text/language"
)

//go:embed locale/*.json
var localeFiles embed.FS

// words is the catalogue of one language.
type words struct {
	Lang string
	text map[string]string
}

// languages lists the catalogues; the first is the one for everybody else.
var languages = []string{"en", "zh-CN"}

var (
	catalogues = mustCatalogues()
	matcher    = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})
)

func mustCatalogues() []*words {
	var all []*words
	for _, lang := range languages {
		src, err := localeFiles.ReadFile("locale/" + lang + ".json")
		if err != nil {
			panic(err) // embedded: cannot be missing in a program that was built
		}
		w := &words{Lang: lang}
		if err := json.Unmarshal(src, &w.text); err != nil {
			panic(fmt.Sprintf("locale/%s.json: %v", lang, err))
		}
		all = append(all, w)
	}
	return all
}

// wordsFor picks the catalogue for an Accept-Language header.
func wordsFor(accept string) *words {
	_, at := language.MatchStrings(matcher, accept)
	return catalogues[at]
}

// T returns the words of a key with its arguments. A missing key shows as
// itself; a test sees to it that none is.
func (w *words) T(key string, args ...any) string {
	text, ok := w.text[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// N returns the words of a key for a number: KEY.one for 1, else KEY.other, with
// the number as the first argument.
func (w *words) N(key string, n int, args ...any) string {
	form := key + ".other"
	if n == 1 {
		form = key + ".one"
	}
	return w.T(form, append([]any{n}, args...)...)
}

// Span says how long something is in its two largest units: "6 days 23 h", "7 days".
func (w *words) Span(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < 10*time.Second:
		return w.T("span.fine", d.Seconds())
	case d < time.Minute:
		return w.T("span.s", int(d.Seconds()))
	case d < time.Hour:
		return w.T("span.min", int(d.Minutes()))
	case d < 24*time.Hour:
		return w.hours(int(d.Hours()), int(d.Minutes())%60)
	}
	return w.days(int(d.Hours())/24, int(d.Hours())%24)
}

func (w *words) hours(h, minutes int) string {
	if minutes == 0 {
		return w.T("span.hours", h)
	}
	return w.T("span.h", h, minutes)
}

func (w *words) days(n, hours int) string {
	if hours == 0 {
		return w.N("span.whole", n)
	}
	return w.N("span.days", n, hours)
}
