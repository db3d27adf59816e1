package rules

import (
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// A value may be split over several messages: a card in four parts, a key in
// two. What was posted before is the caller's to remember and to hand in.
const (
	// MaxParts is over how many messages of a sender a value is looked for.
	MaxParts = 8
	// PartsWindow is how far apart the first and the last of them may be.
	PartsWindow = 2 * time.Minute
	// MaxPartText is how long a text can be, in bytes, to hold a part of a value.
	MaxPartText = 4 << 10
	// maxJoined bounds a text that is joined, and maxJoins all of them that one
	// message has scanned, in bytes: past it rows of more messages are left out.
	maxJoined, maxJoins = 5 << 10, 12 << 10
	// fewWords is how many letters may stand beside a part, on its outer side.
	fewWords = 60
)

// Past is another message of the same sender in the same conversation, as far
// as a scan needs it.
type Past struct {
	Message  models.MessageID
	SentAt   time.Time
	Elements []models.Element
}

// ScanAfter scans a message whose sender posted others just before it, oldest
// first, and, where it comes late, others after it. It returns what Scan
// returns, the words of the message before counted as context, and what only
// exists when messages are joined: values of which one part stands in this
// message and the others in the ones around it. They have Parts, in which this
// message has no id, since the caller knows it.
//
// A part is all of its message but for a few words on its outer side, and a
// short label or a filler towards the next part ("first half: 4111 1111",
// "then 1111 1111, thanks"). Messages between parts that hold no fragment are
// passed over. Only what proves itself is reported, by a check digit or a
// vendor's prefix, and of numbers only those that are meant as one.
func (e *Engine) ScanAfter(elements []models.Element, past []Past, next ...Past) []models.Finding {
	found := e.ScanBefore(elements, previousText(past))
	if !anyPart(past) && !anyPart(next) {
		return found
	}
	this, ok := fragmentOf(Past{Elements: elements})
	if !ok {
		return found
	}
	all, at := rowOf(past, this, next)
	if len(all) < 2 {
		return found
	}
	s := splits{e: e, past: past, all: all, at: at, own: found}
	if f, ok := s.find(); ok {
		return withSplit(found, f)
	}
	return found
}

// anyPart reports whether any of the messages has a text that could be a part.
func anyPart(messages []Past) bool {
	for _, p := range messages {
		for i := range p.Elements {
			if p.Elements[i].Kind == models.TextElement {
				return true
			}
		}
	}
	return false
}

// rowOf puts the fragments around a message in a row and says where it is in it.
func rowOf(past []Past, this fragment, next []Past) (all []fragment, at int) {
	for _, p := range past[max(len(past)-MaxParts+1, 0):] {
		if f, ok := fragmentOf(p); ok {
			all = append(all, f)
		}
	}
	at = len(all)
	this.self = true
	all = append(all, this)
	for _, p := range next[:min(len(next), MaxParts-1)] {
		if f, ok := fragmentOf(p); ok {
			all = append(all, f)
		}
	}
	return all, at
}

// previousText is the text of the last message before.
func previousText(past []Past) string {
	if len(past) == 0 {
		return ""
	}
	elements := past[len(past)-1].Elements
	for _, e := range slices.Backward(elements) {
		if e.Text != "" {
			return e.Text
		}
	}
	return ""
}

// withSplit adds a split value to the findings of its message in their order.
// Less sure findings on its span make way for it.
func withSplit(found []models.Finding, split models.Finding) []models.Finding {
	out := make([]models.Finding, 0, len(found)+1)
	placed := false
	for _, f := range found {
		if f.Element == split.Element && f.Start < split.End && split.Start < f.End && f.Confidence <= split.Confidence {
			continue
		}
		if !placed && (f.Element > split.Element || f.Element == split.Element && f.Start > split.Start) {
			out, placed = append(out, split), true
		}
		out = append(out, f)
	}
	if !placed {
		out = append(out, split)
	}
	return out
}

// splits looks for a value that is split over a row of fragments.
type splits struct {
	e    *Engine
	past []Past
	all  []fragment
	at   int              // the message that is scanned
	own  []models.Finding // of that message alone

	joined int // bytes that were scanned
}

// find returns the value that runs over most messages: the whole of a card rather
// than the last twelve of its digits, should they pass for a card too.
func (s *splits) find() (found models.Finding, ok bool) {
	for n := 2; n <= min(len(s.all), MaxParts); n++ {
		for i := max(s.at-n+1, 0); i <= s.at && i+n <= len(s.all); i++ {
			if f, hit := s.over(i, i+n); hit {
				found, ok = f, true
			}
		}
	}
	return found, ok
}

// over looks for a value of which each message from i to j, exclusive, holds a part.
func (s *splits) over(i, j int) (models.Finding, bool) {
	if !chained(s.all[i:j]) || !enough(s.all[i:j]) {
		return models.Finding{}, false
	}
	for _, t := range joins(s.all[i:j]) {
		if s.joined += len(t.text); s.joined > maxJoins {
			break
		}
		for _, f := range s.scan(t, i) {
			if s.holds(f, t, i, j) {
				return s.split(f, t, i), true
			}
		}
	}
	return models.Finding{}, false
}

// scan returns what proves itself in a joined text.
func (s *splits) scan(t joined, i int) []models.Finding {
	if len(t.text) == 0 || len(t.text) > maxJoined {
		return nil
	}
	var before string
	if i == 0 {
		before = previousText(s.earlier(s.all[0].message))
	}
	found := s.e.ScanBefore([]models.Element{{Kind: models.TextElement, Text: t.text}}, before)
	kept := found[:0]
	for _, f := range found {
		if proven(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// earlier returns what was posted before a message.
func (s *splits) earlier(id models.MessageID) []Past {
	for i, p := range s.past {
		if p.Message == id {
			return s.past[:i]
		}
	}
	return s.past
}

// holds reports whether a finding of a joined text is one value in parts: it
// runs from the first message through to the last, with few words beside it, and
// is not there without this message.
func (s *splits) holds(f models.Finding, t joined, i, j int) bool {
	if t.piece[f.Start] != 0 || int(t.piece[f.End-1]) != j-i-1 {
		return false
	}
	first, last := s.all[i], s.all[j-1]
	if wordsIn(first.tail[:t.offset[f.Start]]) > fewWords || wordsIn(last.head[int(t.offset[f.End-1])+1:]) > fewWords {
		return false
	}
	return s.meant(f, t, i) && !s.alone(f, t, i) && !s.complete(f, t, i, i, s.at) && !s.complete(f, t, i, s.at+1, j)
}

// alone reports whether this message has, by itself, something as sure where
// the part stands.
func (s *splits) alone(f models.Finding, t joined, i int) bool {
	part := t.part(s.all[s.at], s.at-i, f)
	for _, o := range s.own {
		if o.Confidence >= f.Confidence && o.Element == part.Element && o.Start < part.End && part.Start < o.End {
			return true
		}
	}
	return false
}

// complete reports whether the fragments from lo to hi, exclusive, have a value
// of this kind at that place without the others: then it was found before, and
// what follows only happens to look like more of it.
func (s *splits) complete(f models.Finding, t joined, i, lo, hi int) bool {
	if lo >= hi {
		return false
	}
	for _, less := range joins(s.all[lo:hi]) {
		for _, g := range s.scan(less, lo) {
			if g.Detector == f.Detector && s.meet(f, t, i, g, less, lo, hi) && !(lo == i && s.continues(g, less, hi, i+t.pieces)) {
				return true
			}
		}
	}
	return false
}

// continues reports whether a key that may be of any length is cut off where a
// message ends, and goes on in those that follow: each of them is nothing but a
// word that no language has.
func (s *splits) continues(g models.Finding, less joined, from, to int) bool {
	if g.Category != models.Secrets || g.End != len(less.text) {
		return false
	}
	for _, f := range s.all[from:to] {
		if !f.random {
			return false
		}
	}
	return true
}

// meet reports whether two findings of different joined texts have a place in
// common.
func (s *splits) meet(f models.Finding, t joined, i int, g models.Finding, less joined, lo, hi int) bool {
	for n := lo; n < hi; n++ {
		a, b := t.part(s.all[n], n-i, f), less.part(s.all[n], n-lo, g)
		if a.Start < b.End && b.Start < a.End {
			return true
		}
	}
	return false
}

// split says of a finding in a joined text where its parts are.
func (s *splits) split(f models.Finding, t joined, i int) models.Finding {
	for n := range t.pieces {
		m := s.all[i+n]
		part := t.part(m, n, f)
		if m.self {
			f.Element = part.Element
		}
		f.Parts = append(f.Parts, part)
	}
	self := f.Parts[s.at-i]
	f.Start, f.End = self.Start, self.End
	return f
}
