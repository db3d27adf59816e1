package dfa

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// Repeats that are copied are what regexp/syntax makes of them.
func TestRepeatsAreWrittenOut(t *testing.T) {
	more := []string{
		`a{0}b`, `(?:a{0}){3}b`, `a{3}`, `a{0,}b`, `a{1,}`, `a{4,}`, `(?:ab?){2,}`, `(?:a|b{0,2}c){0,3}1`, `(?:(?i:ks{2})|x){2,3}`,
		`(?:(?:a{2}b){2}c){2}`, `(?:[é-ü]{2}[一-龥]?){1,3}`, `(?:a*b+){3,4}`, `(?:\ba|b$){2}`, `[a-z]{1,900}`, `(?:x{400}y{0,400}){2,}`,
		strings.Repeat(`[a-z]{900}`, 25), `(?:[一-龥]{300}){3}`, `[^\x00-\x7f]{2,9}`, `(?i:[a-fk])(?-i:K)é`,
	}
	for _, x := range slices.Concat(exprs, more) {
		tree, err := syntax.Parse(x, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		var got, want Builder
		_, exact, err := got.Add(tree)
		_, wantExact, wantErr := want.Add(tree.Simplify())
		if exact != wantExact || (err == nil) != (wantErr == nil) {
			t.Errorf("%.40s: exact %v (%v), want %v (%v)", x, exact, err, wantExact, wantErr)
		}
		if !slices.Equal(got.insts, want.insts) || !slices.Equal(got.sets, want.sets) || !slices.Equal(got.entries, want.entries) {
			t.Errorf("%.40s: %d instructions, and they are not the %d of the expression without repeats", x, got.Len(), want.Len())
		}
	}
}

func TestBytesOfSets(t *testing.T) {
	for lo := range 256 {
		for hi := lo; hi < 256; hi++ {
			var s byteSet
			s.add(byte(lo), byte(hi))
			edges := s.edges()
			for b := range 256 {
				if s.has(byte(b)) != (lo <= b && b <= hi) {
					t.Fatalf("the set from %d to %d has %d wrong", lo, hi, b)
				}
				if edges.has(byte(b)) != (b == lo || b == hi+1) {
					t.Fatalf("the set from %d to %d has the edge %d wrong", lo, hi, b)
				}
			}
		}
	}
}
