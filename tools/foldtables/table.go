package main

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	// end is the first character that the table does not speak of.
	end = 0x30000
	// page is how many characters share a page of the table.
	page = 64
	// The entries of the table: 0 for a character that stays as it is, the
	// character that it becomes, or one of these, which are surrogates and so no characters.
	entryDropped = 0xD800
	entryMark    = 0xD801
	entryMore    = 0xD900
)

// table is the folding of all characters, in pages of which equal ones are kept once.
type table struct {
	index []int
	pages [][page]uint16
	more  []string
}

func newTable() (*table, error) {
	t := &table{pages: make([][page]uint16, 1)}
	numbers := map[[page]uint16]int{{}: 0}
	for start := rune(0); start < end; start += page {
		var p [page]uint16
		for i := range p {
			e, err := t.entry(start + rune(i))
			if err != nil {
				return nil, err
			}
			p[i] = e
		}
		n, ok := numbers[p]
		if !ok {
			n = len(t.pages)
			numbers[p], t.pages = n, append(t.pages, p)
		}
		t.index = append(t.index, n)
	}
	if len(t.pages) > 256 || len(t.more) > 0xE000-entryMore {
		return nil, fmt.Errorf("%d pages and %d longer forms do not fit", len(t.pages), len(t.more))
	}
	return t, nil
}

func (t *table) entry(r rune) (uint16, error) {
	if r < 0x80 || r >= 0xD800 && r < 0xE000 {
		return 0, nil
	}
	to := folded(r)
	switch {
	case to == dropped:
		return entryDropped, nil
	case to == mark:
		return entryMark, nil
	case to == string(r):
		return 0, nil
	case len(to) > len(string(r)):
		return 0, fmt.Errorf("%U becomes %q, which is longer", r, to)
	}
	for _, c := range to {
		if again := folded(c); again != string(c) {
			return 0, fmt.Errorf("%U becomes %q, which becomes %q", r, to, again)
		}
	}
	if runes := []rune(to); len(runes) == 1 && runes[0] <= 0xFFFF {
		return uint16(runes[0]), nil
	}
	for i, m := range t.more {
		if m == to {
			return entryMore + uint16(i), nil
		}
	}
	t.more = append(t.more, to)
	return entryMore + uint16(len(t.more)-1), nil
}

func (t *table) write(out *bytes.Buffer) {
	fmt.Fprintf(out, "// The entries of the table of folding that are no characters.\nconst (\nentryDropped = %#x\nentryMark = %#x\nentryMore = %#x\n)\n\n",
		entryDropped, entryMark, entryMore)
	fmt.Fprintf(out, "// foldIndex says which page of foldPages holds the folding of %d characters.\nvar foldIndex = [%d]uint8{", page, len(t.index))
	for i, n := range t.index {
		if i%32 == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(out, "%d,", n)
	}
	fmt.Fprintf(out, "\n}\n\n// foldPages hold what characters become: 0 for themselves.\nvar foldPages = [%d][%d]uint16{\n", len(t.pages), page)
	for _, p := range t.pages {
		out.WriteString("{")
		for i, e := range p {
			if e != 0 {
				fmt.Fprintf(out, "%d: %#x,", i, e)
			}
		}
		out.WriteString("},\n")
	}
	fmt.Fprintf(out, "}\n\n// foldMore are the longer forms.\nvar foldMore = [...]string{")
	for i, m := range t.more {
		if i%16 == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(out, "%q,", m)
	}
	out.WriteString("\n}\n\n")
}

func writePairs(out *bytes.Buffer, name, about string, pairs []string) {
	fmt.Fprintf(out, "// %s %s.\nconst %s = \"\"", name, about, name)
	for i, p := range pairs {
		if i%40 == 0 {
			if i > 0 {
				out.WriteString("\"")
			}
			out.WriteString(" +\n\"")
		}
		out.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p))
	}
	out.WriteString("\"\n\n")
}
