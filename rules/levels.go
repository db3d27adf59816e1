package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/rules/validators"
)

// readLevels reads the table of confidence, surest level first.
func (d *detector) readLevels(n node) {
	last := 2.0
	for _, item := range n.list() {
		f := item.object("level", "when")
		l := level{name: choice(item.need(f, "level"), levelNames)}
		if c := confidences[l.name]; c > last {
			item.fail("levels must stand surest first")
		} else {
			last = c
		}
		for _, t := range f.get("when").list() {
			if i, ok := d.readTerm(t); ok {
				l.terms = append(l.terms, i)
			}
		}
		l.cheap = slices.Clone(l.terms)
		slices.SortStableFunc(l.cheap, func(a, b int) int { return cmp.Compare(d.terms[a].price(), d.terms[b].price()) })
		d.levels = append(d.levels, l)
	}
	if n.there() && len(d.levels) == 0 {
		n.fail("at least one level is needed")
	}
}

// readTerm reads one piece of evidence: context, form:NAME or a validator.
func (d *detector) readTerm(n node) (int, bool) {
	name := n.text()
	if i := slices.IndexFunc(d.terms, func(t term) bool { return t.name == name }); i >= 0 {
		return i, true
	}
	t, err := d.newTerm(name)
	if err == nil && len(d.terms) == maxTerms {
		err = fmt.Errorf("there are more than %d different pieces of evidence", maxTerms)
	}
	if err != nil {
		n.fail("%v", err)
		return 0, false
	}
	d.terms = append(d.terms, t)
	return len(d.terms) - 1, true
}

func (d *detector) newTerm(name string) (term, error) {
	kind, arg, _ := strings.Cut(name, ":")
	switch kind {
	case termContext:
		return wordTerm(name, arg, isContext, d.context)
	case termNamed:
		return wordTerm(name, arg, isNamed, d.names)
	case termClear:
		return wordTerm(name, arg, isClear, d.against)
	case "form":
		if !slices.ContainsFunc(d.patterns, func(p *pattern) bool { return p.name == arg }) {
			return term{}, fmt.Errorf("no pattern of the detector is named %q", shorten(arg))
		}
		return term{name: name, kind: isForm, form: arg}, nil
	}
	v, ok := validators.Lookup(kind)
	if !ok {
		return term{}, fmt.Errorf("unknown validator %q; one of: context, named, clear, form:NAME, %s", shorten(kind), strings.Join(validators.Names(), ", "))
	}
	check, err := v.Make(arg)
	if err != nil {
		return term{}, fmt.Errorf("validator %s: %w", kind, err)
	}
	return term{name: name, check: check, checksum: v.Checksum, costly: v.Costly}, nil
}

// wordTerm is a term about the words near by.
func wordTerm(name, arg string, kind termKind, words []contextWord) (term, error) {
	if len(words) == 0 || arg != "" {
		return term{}, fmt.Errorf("%s is asked for, and the detector has no words for it", shorten(name))
	}
	return term{name: name, kind: kind}, nil
}
