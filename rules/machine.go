package rules

import (
	"slices"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// machine runs all patterns of one trigger in one walk.
type machine struct {
	builder  dfa.Builder
	shapes   *shapes  // of numbers: what their patterns are beside their shapes
	trees    unpacker // of patterns, while they are added
	set      *dfa.Set
	insts    int // instructions of all patterns
	all      dfa.Start
	atDigit  dfa.Start // of numbers: what begins at a digit
	loose    dfa.Start // of numbers: what may begin at a digit where no number by itself does
	probes   []int32   // by pattern
	open     dfa.Bits  // patterns that need nothing else in the text
	asks     dfa.Bits  // patterns that need a context word
	inner    dfa.Bits  // patterns whose value is a group, or whose ends must be confirmed
	proofs   dfa.Bits  // patterns whose detector knows a check digit or the like
	first    [256]bool // how a match can begin
	quiet    [256]bool // the same where no keyword stands in the text
	loosely  [256]bool // the same for the loose ones
	lead     int       // of numbers: how many bytes before a digit that can be
	least    int       // of runs: the shortest
	edged    dfa.Bits  // patterns that must stand by themselves as numbers do
	none     dfa.Bits
	confirms int       // 1 when there are such, else 0
	of       [][]int32 // by detector: the patterns of a detector that need a context word
}

// maxStates bounds the memory of one automaton: a few hundred bytes a state.
const maxStates = 12_000

func newMachine() *machine { return &machine{} }

// newNumbers makes a machine of patterns that have digits.
func newNumbers() *machine { return &machine{shapes: &shapes{}} }

// add takes a probe in, before whose first digit so many bytes can come.
func (m *machine) add(id int32, p *probe, lead int) (err error) {
	if tree := m.trees.tree(p.pattern); m.shapes == nil {
		p.number, p.exact, err = m.builder.Add(tree)
	} else if tree, p.exact, err = m.shapes.add(tree); err == nil {
		p.number, _, err = m.builder.Add(tree)
	}
	m.probes = append(m.probes, id)
	m.lead = max(m.lead, lead)
	if m.least == 0 || p.run < m.least {
		m.least = p.run
	}
	return err
}

// seal makes the automaton, and sorts the patterns by what they need.
func (m *machine) seal(e *Engine) {
	m.set = m.builder.Build(maxStates)
	numbers := make([]int, len(m.probes))
	for _, b := range []*dfa.Bits{&m.open, &m.asks, &m.inner, &m.proofs, &m.edged, &m.none} {
		*b = make(dfa.Bits, m.set.Words())
	}
	m.of = make([][]int32, len(e.detectors))
	for n, id := range m.probes {
		numbers[n] = n
		p := &e.probes[id]
		if p.asks {
			m.asks.Add(n)
			m.of[p.detector] = append(m.of[p.detector], int32(n))
		}
		if !p.asks && len(p.keywords) == 0 {
			m.open.Add(n)
		}
		if p.proves {
			m.proofs.Add(n)
		}
		if p.edge == edgeNumber && !p.trims {
			m.edged.Add(n)
		}
		if p.group > 0 || !p.exact {
			m.inner.Add(n)
			m.confirms = 1
		}
	}
	m.all = m.set.Start(numbers...)
	m.atDigit = m.all
	m.first = m.set.First(m.all)
	m.quiet = m.first
	m.loose = m.set.Start(slices.DeleteFunc(numbers, func(n int) bool { return m.edged.Has(n) && !m.inner.Has(n) })...)
	m.loosely = m.set.First(m.loose)
	m.set.Only(m.inner)
	m.insts = m.builder.Len()
	m.builder, m.trees = dfa.Builder{}, unpacker{}
	if m.shapes != nil {
		m.set.Leap()
		m.shapes.seal(e, m)
	}
}

// beginAtDigitsWith leaves nothing to begin at a digit but some patterns that must have a keyword near by.
func (m *machine) beginAtDigitsWith(keyed []int) {
	m.atDigit = m.set.Start(keyed...)
	first := m.set.First(m.atDigit)
	for d := '0'; d <= '9'; d++ {
		m.first[d], m.quiet[d] = first[d], false
	}
}

// owns reports whether a probe is one of the machine's.
func (m *machine) owns(number int, id int32) bool {
	return number < len(m.probes) && m.probes[number] == id
}

// openAll opens the patterns of a detector for which a context word was heard.
func (m *machine) openAll(open dfa.Bits, detector int32) {
	for _, n := range m.of[detector] {
		open.Add(int(n))
	}
}
