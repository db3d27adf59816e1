package rules

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"

	"github.com/takeback-chat/takeback/rules/matchers"
)

// The patterns of the packs that are shipped are embedded as what reading and
// measuring their regexps gave, with the syntax trees: parsing a thousand
// regexps and looking for what makes each worth running is half of a start.

// Bits of a pattern.
const (
	bitInside = 1 << iota
	bitTrims
	bitShares // it has the keywords of the pattern before it
)

// appendPatterns writes the patterns of each detector.
func appendPatterns(out []byte, detectors []*detector) []byte {
	for _, d := range detectors {
		out = binary.AppendUvarint(out, uint64(len(d.patterns)))
		var before []string
		for _, p := range d.patterns {
			out = appendPattern(out, p, before)
			before = p.keywords
		}
	}
	return out
}

func appendPattern(out []byte, p *pattern, before []string) []byte {
	bits := byte(0)
	if p.inside {
		bits |= bitInside
	}
	if p.trims {
		bits |= bitTrims
	}
	shares := slices.Equal(p.keywords, before)
	if shares {
		bits |= bitShares
	}
	out = append(out, byte(p.trigger), bits)
	for _, text := range []string{p.name, p.code, p.expr} {
		out = appendText(out, text)
	}
	for _, n := range []int{p.run, p.lead, p.reach, p.group, p.insts} {
		out = binary.AppendUvarint(out, uint64(n))
	}
	out = appendTexts(out, p.prefixes)
	if !shares {
		out = appendTexts(out, p.keywords)
	}
	return appendText(out, string(appendSyntax(nil, p.syntax())))
}

func appendText(out []byte, text string) []byte {
	out = binary.AppendUvarint(out, uint64(len(text)))
	return append(out, text...)
}

func appendTexts(out []byte, texts []string) []byte {
	out = binary.AppendUvarint(out, uint64(len(texts)))
	for _, text := range texts {
		out = appendText(out, text)
	}
	return out
}

// appendSyntax writes a syntax tree. Nil is nothing.
func appendSyntax(out []byte, re *syntax.Regexp) []byte {
	if re == nil {
		return out
	}
	out = append(out, byte(re.Op))
	out = binary.AppendUvarint(out, uint64(re.Flags))
	switch re.Op { //nolint:exhaustive // the others are no more than what they are of
	case syntax.OpRepeat:
		out = binary.AppendUvarint(out, uint64(re.Min))
		out = binary.AppendUvarint(out, uint64(re.Max+1)) // -1 is no bound
	case syntax.OpCapture:
		out = binary.AppendUvarint(out, uint64(re.Cap))
		out = appendText(out, re.Name)
	case syntax.OpLiteral, syntax.OpCharClass:
		out = binary.AppendUvarint(out, uint64(len(re.Rune)))
		for _, r := range re.Rune {
			out = binary.AppendUvarint(out, uint64(r))
		}
	}
	out = binary.AppendUvarint(out, uint64(len(re.Sub)))
	for _, sub := range re.Sub {
		out = appendSyntax(out, sub)
	}
	return out
}

// patterns reads the patterns of one detector.
func (r *treeReader) patterns() []*pattern {
	out := make([]*pattern, r.count())
	made := make([]pattern, len(out))
	var keywords []string
	for i := range out {
		out[i] = &made[i]
		made[i].restore(r, keywords)
		keywords = made[i].keywords
	}
	return out
}

// restore reads a pattern that stands behind one with the keywords before.
func (p *pattern) restore(r *treeReader, before []string) {
	p.trigger = trigger(r.byte())
	bits := r.byte()
	p.inside, p.trims = bits&bitInside != 0, bits&bitTrims != 0
	p.name, p.code, p.expr = r.text(), r.text(), r.text()
	p.matcher, _ = matchers.Lookup(p.code)
	p.run, p.lead, p.reach, p.group, p.insts = r.number(), r.number(), r.number(), r.number(), r.number()
	p.prefixes, p.keywords = r.texts(), before
	if bits&bitShares == 0 {
		p.keywords = r.texts()
	}
	p.kept = r.text()
}

// syntax returns the tree of the regexp, or nil for a pattern that is code.
func (p *pattern) syntax() *syntax.Regexp {
	return new(unpacker).tree(p)
}

// unpacker unpacks the trees of patterns, each in the place of the one before.
type unpacker struct {
	treeReader
	nodes slab[syntax.Regexp]
	subs  slab[*syntax.Regexp]
	runes slab[rune]
}

// tree returns the tree of a pattern, which holds until the next is asked for.
func (u *unpacker) tree(p *pattern) *syntax.Regexp {
	if p.tree != nil || p.kept == "" {
		return p.tree
	}
	u.data = p.kept
	u.nodes.clear()
	u.subs.clear()
	u.runes.clear()
	re := &u.nodes.take(1)[0]
	u.unpack(re)
	return re
}

// unpack reads what appendSyntax wrote.
func (u *unpacker) unpack(re *syntax.Regexp) {
	*re = syntax.Regexp{Op: syntax.Op(u.byte()), Flags: syntax.Flags(u.number())}
	switch re.Op { //nolint:exhaustive // the others are no more than what they are of
	case syntax.OpRepeat:
		re.Min, re.Max = u.number(), u.number()-1
	case syntax.OpCapture:
		re.Cap, re.Name = u.number(), u.text()
	case syntax.OpLiteral, syntax.OpCharClass:
		re.Rune = u.runes.take(u.count())
		for i := range re.Rune {
			re.Rune[i] = rune(u.number())
		}
	}
	re.Sub = u.subs.take(u.count())
	for i, nodes := 0, u.nodes.take(len(re.Sub)); i < len(nodes); i++ {
		re.Sub[i] = &nodes[i]
		u.unpack(re.Sub[i])
	}
}
