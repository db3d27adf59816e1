package rules

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

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
	// fewParts is over how many messages a number can be split anyhow.
	fewParts = 4
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
// vendor's prefix, so that numbers that follow one another by chance are not
// added up.
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
	return s.meant(f, t, i, j) && !s.alone(f, t, i) && !s.complete(f, t, i, i, s.at) && !s.complete(f, t, i, s.at+1, j)
}

// meant reports whether the parts of a number are more than numbers that follow
// one another: of those, one sum in fifty passes for a card. They are parts if
// words speak for it, or if they are few or of one length and no bare number
// stands next to them.
func (s *splits) meant(f models.Finding, t joined, i, j int) bool {
	value := t.text[f.Start:f.End]
	if strings.ContainsFunc(value, unicode.IsLetter) || unlikely[f.Detector] {
		return true
	}
	if counting(f, t) {
		return false
	}
	beside := i > 0 && s.all[i-1].bare || j < len(s.all) && s.all[j].bare
	if !beside && (j-i <= fewParts || even(f, t)) {
		return true
	}
	for _, g := range s.e.Scan([]models.Element{{Kind: models.TextElement, Text: value}}) {
		if g.Detector == f.Detector && g.Confidence >= f.Confidence {
			return false
		}
	}
	return true // only with the words beside it is it so sure
}

// mostStep is how far apart numbers that count are, as those of tickets or of
// messages that somebody numbers: hardly ever are the groups of a card.
const mostStep = 200

// counting reports whether the parts are numbers that count, in whatever order they came: messages
// overtake one another.
func counting(f models.Finding, t joined) bool {
	var parts [MaxParts]int
	for at := f.Start; at < f.End; at++ {
		if b := t.text[at]; digit(b) && parts[t.piece[at]] < 1e12 {
			parts[t.piece[at]] = 10*parts[t.piece[at]] + int(b-'0')
		}
	}
	numbers := parts[:t.pieces]
	if counts(numbers) {
		return true
	}
	slices.Reverse(numbers)
	if counts(numbers) {
		return true
	}
	slices.Sort(numbers)
	switch least := numbers[0]; {
	case least < 100:
		return false
	case least < 1000:
		return rising(numbers, nearStep)
	}
	return rising(numbers, mostStep) || rising(numbers, math.MaxInt) && 2*near(numbers) >= len(numbers)-1
}

// counts reports whether numbers rise as they came: by small steps, or with some
// left out between them, as where messages were lost, but two that are neighbours.
func counts(numbers []int) bool {
	return rising(numbers, mostStep) ||
		slices.Min(numbers) >= 1000 && rising(numbers, math.MaxInt) && near(numbers) > 0
}

// near is how many numbers follow the one before by a small step.
func near(numbers []int) int {
	n := 0
	for k := 1; k < len(numbers); k++ {
		if step := numbers[k] - numbers[k-1]; step > 0 && step <= nearStep {
			n++
		}
	}
	return n
}

// nearStep is how far apart numbers of three digits are that count, but came in disorder. Of two
// digits any are as near as that.
const nearStep = 30

// rising reports whether each number is more than the one before, by a step at most.
func rising(numbers []int, most int) bool {
	for k := 1; k < len(numbers); k++ {
		if step := numbers[k] - numbers[k-1]; step <= 0 || step > most {
			return false
		}
	}
	return true
}

// even reports whether all parts but the last are of one length.
func even(f models.Finding, t joined) bool {
	var sizes [MaxParts]int
	for at := f.Start; at < f.End; at++ {
		sizes[t.piece[at]]++
	}
	for _, n := range sizes[:t.pieces-1] {
		if n != sizes[0] {
			return false
		}
	}
	return true
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
