// Package validators are the checks that packs ask for by name: check digits,
// dates, ranges that were never given out, shapes that are no secrets. Each sees
// a value as it was folded, separators and all, and never panics whatever it is given.
package validators

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Validator makes a check.
type Validator struct {
	// Make returns the check for an argument ("entropy:3.5" has the argument
	// 3.5); the error is a sentence for the author of a pack.
	Make     func(arg string) (func(string) bool, error)
	Checksum bool // a check digit or the like: it seldom holds by chance
	Costly   bool // tens of microseconds: called a bounded number of times a text
}

// table holds the validators of one subject by name.
type table map[string]Validator

// all is every validator. A name stands in one table only.
var all = func() table {
	whole := table{}
	for _, t := range []table{contact, financial, identity, secrets, words, americas, europe, asiaPacific, middleEastAfrica, health, crypto, vendors} {
		for name, v := range t {
			if _, twice := whole[name]; twice {
				panic("two validators are named " + name) // cannot happen: every test would panic
			}
			whole[name] = v
		}
	}
	return whole
}()

// Lookup returns the validator of that name.
func Lookup(name string) (Validator, bool) {
	v, ok := all[name]
	return v, ok
}

// Names lists the validators, sorted.
func Names() []string { return slices.Sorted(maps.Keys(all)) }

// plain makes a validator of a check that takes no argument.
func plain(check func(string) bool) Validator { return Validator{Make: plainCheck(check)} }

// checksum makes a validator of a check digit.
func checksum(check func(string) bool) Validator {
	return Validator{Make: plainCheck(check), Checksum: true}
}

// plainCheck makes a validator of a check that takes no argument.
func plainCheck(check func(string) bool) func(string) (func(string) bool, error) {
	return func(arg string) (func(string) bool, error) {
		if arg != "" {
			return nil, fmt.Errorf("it takes no argument, and was given %q", shorten(arg))
		}
		return check, nil
	}
}

// numberCheck makes a validator that takes a number.
func numberCheck(check func(v string, limit float64) bool) func(string) (func(string) bool, error) {
	return func(arg string) (func(string) bool, error) {
		limit, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return nil, fmt.Errorf("it takes a number, and was given %q", shorten(arg))
		}
		return func(v string) bool { return check(v, limit) }, nil
	}
}

// varied refuses numbers that people type when they mean none: one digit over
// and over, or counting up or down.
func varied(v string) bool {
	d := Digits(v)
	same, up, down := true, true, true
	for i := 1; i < len(d); i++ {
		step := (int(d[i]) - int(d[i-1]) + 10) % 10
		same, up, down = same && step == 0, up && step == 1, down && step == 9
	}
	return len(d) > 1 && !same && !up && !down
}

// Digits returns the ASCII digits of v.
func Digits(v string) string {
	n := 0
	for i := range len(v) {
		if digit(v[i]) {
			n++
		}
	}
	if n == len(v) {
		return v // as most are: nothing is copied
	}
	out := make([]byte, 0, n)
	for i := range len(v) {
		if digit(v[i]) {
			out = append(out, v[i])
		}
	}
	return string(out)
}

// Alnum returns the ASCII letters and digits of v, the letters as capitals.
func Alnum(v string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, v)
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// shorten keeps a stranger's value out of the reader's way.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
