package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/validators"
)

// The labelled set is made here, from generators that know the check digits,
// with a fixed seed: no secret lies in the repository, and every run is the same.

// check returns a validator without an argument.
func check(name string) func(string) bool {
	v, _ := validators.Lookup(name)
	f, err := v.Make("")
	if err != nil {
		panic(err)
	}
	return f
}

var luhn = check("luhn")

// j joins the parts of a value that no repository should hold in one piece.
func j(parts ...string) string { return strings.Join(parts, "") }

// gen writes random values.
type gen struct{ *rand.Rand }

func newGen(seed uint64) gen { return gen{rand.New(rand.NewPCG(seed, seed+1))} }

func (g gen) digits(n int) string { return g.from("0123456789", n) }

func (g gen) from(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[g.IntN(len(alphabet))])
	}
	return b.String()
}

func (g gen) pick(s ...string) string { return s[g.IntN(len(s))] }

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	smalls  = "abcdefghijklmnopqrstuvwxyz"
	hex16   = "0123456789abcdef"
	mixed   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// grouped writes digits in groups of the given lengths.
func grouped(v, sep string, lengths ...int) string {
	var parts []string
	for _, n := range lengths {
		if n > len(v) {
			break
		}
		parts, v = append(parts, v[:n]), v[n:]
	}
	if v != "" {
		parts = append(parts, v)
	}
	return strings.Join(parts, sep)
}

func withLuhn(prefix string) string {
	for d := range 10 {
		if v := prefix + string(rune('0'+d)); luhn(v) {
			return v
		}
	}
	panic("no check digit")
}

// card is a number of sixteen digits with a right check digit.
func (g gen) card(prefix string) string { return withLuhn(prefix + g.digits(15-len(prefix))) }

// carriers are sentences for a value, with nothing in them that speaks for or
// against it. Han characters touch it on purpose.
var carriers = []string{
	"%s", "here you go: %s", "it is %s, thanks", "(%s)", "ok %s ok", "一二三%s四五六", "给你%s。", "这个是%s吗", "【%s】", "line one\n%s\nline three",
}

func findingOf(found []models.Finding, detector string) *models.Finding {
	if i := slices.IndexFunc(found, func(f models.Finding) bool { return f.Detector == detector }); i >= 0 {
		return &found[i]
	}
	return nil
}

// brief says what was found, for the reader of a failed test.
func brief(found []models.Finding, text string) (out []string) {
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s@%.2f=%s", f.Detector, f.Confidence, text[f.Start:f.End]))
	}
	return out
}
