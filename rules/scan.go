package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

const (
	// maxFindings bounds the findings of one element; the gravest stay.
	maxFindings = 500
	// maxMatches bounds what one pattern may find in one element, so that a crowd
	// of one kind takes nothing from the others.
	maxMatches = 200
)

// Scan returns what was found in the elements, sorted by element and start;
// nil when they are clean. Spans are bytes of the original text of an element,
// and never cut a character. The ids and revisions are left empty.
func (e *Engine) Scan(elements []models.Element) []models.Finding {
	var found []models.Finding
	s := scratches.Get().(*scratch)
	for i := range elements {
		if elements[i].Text != "" {
			found = e.scan(found, s, i, elements[i].Text)
		}
	}
	scratches.Put(s)
	return found
}

// scan appends the findings of one text.
func (e *Engine) scan(found []models.Finding, s *scratch, element int, original string) []models.Finding {
	s.reset()
	s.folded.fold(original)
	text := s.folded.text
	e.filter.pass(text, s)
	if s.idle() {
		return found
	}
	e.dispatch(text, s)
	for _, p := range s.touched {
		for _, w := range s.regions[p] {
			e.match(text, s, p, w)
		}
	}
	for _, c := range e.gravest(settle(s.found)) {
		found = append(found, e.report(c, s, element, original))
	}
	return found
}

// dispatch turns what the filter saw into windows for the patterns that asked
// for it, and into the words that were found.
func (e *Engine) dispatch(text []byte, s *scratch) {
	for _, h := range s.hits {
		lit := &e.filter.literals[h.literal]
		end := h.at + int32(len(lit.text))
		for _, d := range lit.words {
			e.word(text, s, d, h.at, end)
		}
		for _, p := range lit.probes {
			switch {
			case s.most < e.probes[p].digits:
			case e.probes[p].begins:
				e.matchAt(text, s, p, int(h.at))
			default:
				s.want(p, e.around(text, p, h.at, end))
			}
		}
	}
	for _, r := range s.digits {
		for _, p := range e.byDigits {
			switch {
			case r.n < e.probes[p].digits:
			case e.probes[p].steps:
				e.step(text, s, p, r)
			default:
				s.want(p, e.around(text, p, r.start, r.end))
			}
		}
	}
	for _, r := range s.unbroken {
		for _, p := range e.byWord {
			if r.n >= e.probes[p].unbroken {
				s.want(p, e.around(text, p, r.start, r.end))
			}
		}
	}
}

// lead is how far before its first run of digits a number can begin: the
// letters of an IBAN, the first groups of an IPv6 address.
const lead = 40

// step tries a pattern at each place around a run of digits where a number can
// begin.
func (e *Engine) step(text []byte, s *scratch, p int32, r run) {
	for at := max(int(r.start)-lead, 0); at < int(r.end); at++ {
		b := text[at]
		if (alnum(b) || b == '+' || b == '(') && (at == 0 || !alnum(text[at-1])) {
			e.matchAt(text, s, p, at)
		}
	}
}

// aside is how far from its trigger a match may stand, in bytes, for patterns
// whose trigger is a word near by and no part of the match.
const aside = 180

// around is the window in which a match that touches start..end can lie.
func (e *Engine) around(text []byte, p, start, end int32) window {
	reach := e.probes[p].reach + aside
	w := window{max(start-reach, 0), min(end+reach, int32(len(text)))}
	for w.start > 0 && text[w.start]&0xC0 == 0x80 {
		w.start--
	}
	for int(w.end) < len(text) && text[w.end]&0xC0 == 0x80 {
		w.end++
	}
	return w
}

// match runs one pattern in one window. After a match that was refused the
// search goes on at the next word, so that "12 4111..." is tried again without
// the 12; a pattern without a longest match goes on behind it, or a hostile
// text would cost its square.
func (e *Engine) match(text []byte, s *scratch, id int32, w window) {
	p := &e.probes[id]
	d := e.detectors[p.detector]
	for at := int(w.start); at < int(w.end) && s.matches[id] < maxMatches; {
		loc := p.re.FindSubmatchIndex(text[at:w.end])
		if loc == nil {
			s.looked += int(w.end) - at
			return
		}
		s.looked += loc[1]
		start, end := at+loc[2*p.value], at+loc[2*p.value+1]
		next := at + loc[1]
		switch found := loc[2*p.value] >= 0 && e.weigh(text, s, d, p, start, end); {
		case found:
			s.matches[id]++
		case p.bounded:
			next = nextWord(text, at+loc[0])
		}
		at = max(next, at+1)
	}
}

// matchAt runs a pattern at one place: where its keyword stands, or a number
// begins.
func (e *Engine) matchAt(text []byte, s *scratch, id int32, at int) {
	p := &e.probes[id]
	if at < s.ends[id] || at > 0 && alnum(text[at-1]) && alnum(text[at]) || s.matches[id] >= maxMatches {
		return
	}
	end := min(at+int(p.reach), len(text))
	loc := p.re.FindSubmatchIndex(text[at:end])
	s.looked += end - at
	if loc == nil || loc[2*p.value] < 0 {
		return
	}
	if e.weigh(text, s, e.detectors[p.detector], p, at+loc[2*p.value], at+loc[2*p.value+1]) {
		s.ends[id] = at + loc[1]
		s.matches[id]++
	}
}

// nextWord returns where the next word of ASCII letters and digits starts, or
// the next character that is none.
func nextWord(text []byte, at int) int {
	for at < len(text) && alnum(text[at]) {
		at++
	}
	for at < len(text) && !alnum(text[at]) && text[at] < 0x80 {
		at++
	}
	for at < len(text) && text[at]&0xC0 == 0x80 {
		at++
	}
	return at
}

// report turns a candidate into a finding of the original text.
func (e *Engine) report(c candidate, s *scratch, element int, original string) models.Finding {
	d := e.detectors[c.detector]
	value := string(s.folded.text[c.start:c.end])
	start, end := s.folded.span(original, c.start, c.end)
	f := models.Finding{
		Detector: d.ID, Category: d.Category, Severity: d.Severity, Confidence: c.confidence,
		Element: element, Start: start, End: end, Mask: strings.ToValidUTF8(d.mask(value), "•"),
	}
	if e.options.Fingerprint != nil {
		f.Fingerprint = e.options.Fingerprint(d.ID, d.same(value))
	}
	return f
}
