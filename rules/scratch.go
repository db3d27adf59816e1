package rules

import (
	"sync"

	"github.com/takeback-chat/takeback/rules/dfa"
	"github.com/takeback-chat/takeback/rules/fold"
)

// scratch is the memory of one scan, kept for the next one, so that a clean
// message costs no allocation.
type scratch struct {
	original string
	folded   fold.Text // the text as it stands
	viewed   fold.Text // what a view makes of it
	previous fold.Text // the sender's message before

	// What follows is about the text that is being read: folded or viewed.
	now        *fold.Text
	text       []byte
	view       int8 // -1: as it stands
	strict     bool // only a check digit proves something in this view
	cutsMemory []bool
	cuts       []bool // by byte: the text was joined before it; nil: nowhere
	hits       []hit
	ends       []dfa.End
	any        dfa.Bits
	open       dfa.Bits // patterns of a machine that are worth weighing in this text
	may        dfa.Bits // those, and the ones that a context word could still open
	begins     int8     // whether a number can begin where the walk did: 0 not asked, 1 yes, -1 no
	opener     *machine // whose patterns open and may are
	seen       classes  // of the bytes of the text
	want       dfa.Bits // those of them that may still find something where this walk began
	opened     []hit    // literals that some pattern must have near by; nil: not gathered yet
	openedHere []hit    // its memory
	heard      []heard  // context words, once they are read
	before     []heard  // those of the message before
	read       bool     // they are read
	around     []heard  // those between two places of a long text that is not read
	aroundAt   run      // these places
	listened   int      // bytes of it that were read so
	spoken     []uint32 // by context word: the hearing that opened patterns for it
	spokenTo   []uint32 // by detector: the text in which a word that speaks for it, or names it, was heard
	hearing    uint32
	asked      bool     // the patterns that need a context word are open
	last       []mark   // by probe
	windows    []window // by probe.search
	epoch      uint32
	hinted     []hinted // by view
	hints      bool     // there were hints at some view
	hintedAt   uint32   // the views at which there were enough: a bit for each
	blob       blob
	urls       int8 // whether there is a URL: 0 not asked, 1 yes, -1 no
	lastEdge   edged
	long       bool // the text as it stands has a long word, maybe of base64
	digits     bool // it has digits
	lastClean  bool
	found      []candidate
	budget
	explain bool
	share   string // what a finder says of what is being weighed
}

// mark is what a probe has found in this text.
type mark struct {
	epoch  uint32
	count  int32
	weighs int32
	end    int32
}

// scratches keeps the memory of scans that are over.
type scratches struct{ pool sync.Pool }

func (p *scratches) get(e *Engine) *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{openedHere: make([]hit, 0, 16), last: make([]mark, len(e.probes)), windows: make([]window, e.windows), hinted: make([]hinted, len(e.views)), any: make(dfa.Bits, e.words()), spoken: make([]uint32, len(e.context.words)), spokenTo: make([]uint32, len(e.detectors))}
}

func (p *scratches) put(s *scratch) {
	s.original = ""
	p.pool.Put(s)
}

// begin makes the scratch ready for a message.
func (s *scratch) begin(original string) {
	if s.hints {
		s.hints, s.hintedAt = false, 0
		for i := range s.hinted {
			s.hinted[i].forget()
		}
	}
	s.original, s.found, s.budget = original, s.found[:0], budget{costly: maxCostly}
}

// turn makes the scratch read another text.
func (s *scratch) turn(t *fold.Text, view int) {
	s.now, s.text, s.view, s.strict = t, t.Bytes, int8(view), false
	s.hits, s.opened, s.heard, s.read, s.cuts = s.hits[:0], nil, s.heard[:0], false, nil
	s.opener = nil
	s.around, s.aroundAt, s.listened = s.around[:0], run{}, 0
	s.blob, s.urls = blob{}, 0
	s.epoch++
	s.grant(len(s.text), view != asItStands)
}

// free reports whether a probe may find something at start: it has not found
// something there already, nor too much in all.
func (s *scratch) free(probe int32, start int) bool {
	m := &s.last[probe]
	return m.epoch != s.epoch || int(m.end) <= start && m.count < maxMatches
}

func (s *scratch) mark(probe int32, end int) {
	m := &s.last[probe]
	if m.epoch != s.epoch {
		*m = mark{epoch: s.epoch}
	}
	m.count, m.end = m.count+1, int32(end)
}

// boundary reports whether a value may begin or end before text[at]: no word
// of ASCII letters and digits goes on there.
func (s *scratch) boundary(at int) bool {
	return at <= 0 || at >= len(s.text) || !alnum(s.text[at-1]) || !alnum(s.text[at]) || s.cut(at)
}

// cut reports whether text[at-1] and text[at] were joined by a view.
func (s *scratch) cut(at int) bool { return s.cuts != nil && at < len(s.cuts) && s.cuts[at] }
