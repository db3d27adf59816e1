package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/matchers"
)

var (
	packFields     = []string{"pack", "title", "description", "detectors"}
	detectorFields = []string{
		"id", "title", "description", "source", "category", "severity", "keywords", "digits", "unbroken",
		"patterns", "words", "edge", "context", "names", "against", "near", "exclude", "confidence", "mask", "normal", "match", "clean",
	}
	patternFields = []string{"name", "regexp", "matcher", "begins", "inside", "keywords", "digits", "unbroken", "trim"}

	identifier = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
)

const (
	defaultNear = 60
	maxWords    = 200_000
)

// readPack reads a pack; what is wrong with it stands in the source.
func readPack(file string, text []byte) (Pack, *source) {
	src, root := open(file, text)
	if !root.there() {
		return Pack{File: file}, src
	}
	return readRoot(root), src
}

// readRoot reads a pack from its tree.
func readRoot(root node) Pack {
	f := root.object(append([]string{"exclusions"}, packFields...)...)
	p := Pack{
		Name:        root.need(f, "pack").identifier(),
		Title:       root.need(f, "title").text(),
		Description: f.get("description").text(),
		File:        root.src.file,
	}
	p.exclusions = readExclusionsFor(f.get("exclusions"))
	seen := map[string]bool{}
	detectors := f.get("detectors")
	if len(p.exclusions) == 0 {
		detectors = root.need(f, "detectors")
	}
	for _, n := range detectors.list() {
		d := readDetector(n)
		d.Pack = p.Name
		if seen[d.ID] {
			n.fail("the detector %q is in the pack twice", d.ID)
		}
		seen[d.ID] = true
		p.detectors = append(p.detectors, d)
	}
	return p
}

// both reads a text in English, or in English and Chinese: {en: ..., zh: ...}.
func (n node) both() (en, zh string) {
	if !n.there() || len(n.value.items) == 0 {
		return n.text(), ""
	}
	f := n.object("en", "zh")
	return n.need(f, "en").text(), f.get("zh").text()
}

// identifier reads a name made of small letters, digits, _ and -.
func (n node) identifier() string {
	id := n.text()
	if n.there() && !identifier.MatchString(id) {
		n.fail("it must be small letters, digits, _ or -, and begin with a letter")
	}
	return id
}

func readDetector(n node) *detector {
	f := n.object(detectorFields...)
	d := &detector{Detector: Detector{
		ID:       n.need(f, "id").identifier(),
		Source:   f.get("source").text(),
		Category: choice(n.need(f, "category"), models.Categories),
		Severity: choice(n.need(f, "severity"), models.Severities),
	}}
	d.Title, d.TitleZH = n.need(f, "title").both()
	d.Description, d.DescriptionZH = n.need(f, "description").both()
	d.at = node{src: &source{file: n.src.file}, path: n.path}
	if n.value != nil {
		d.at.value = &value{line: n.value.line}
	}
	d.near = defaultNear
	if f.get("near").there() {
		d.near = f.get("near").number(1, 500)
	}
	d.names = readWords(f.get("names"))
	d.context = readWords(f.get("context"))
	d.against = readWords(f.get("against"))
	d.readMatching(n, f)
	d.readShowing(n, f)
	d.readLevels(n.need(f, "confidence"))
	d.readExclusions(f.get("exclude"))
	d.readExamples(f)
	return d
}

// readMatching reads what the detector looks for.
func (d *detector) readMatching(n node, f fields) {
	if n.src.compiled != nil {
		d.patterns = n.src.compiled.patterns()
	} else {
		d.readPatterns(n, f)
	}
	for _, item := range f.get("words").list() {
		if w := newWord(item.text()); checkLiteral(item, w.text) {
			d.words = append(d.words, w)
		}
	}
	if len(d.words) > maxWords {
		f.get("words").fail("there are more than %d words", maxWords)
	}
	d.edge = edgeToken
	if len(d.patterns) > 0 && d.patterns[0].trigger == byDigits {
		d.edge = edgeNumber
	}
	if f.get("edge").there() {
		d.edge = choice(f.get("edge"), edges)
	}
}

// readPatterns reads the regexps and the code that find for the detector.
func (d *detector) readPatterns(n node, f fields) {
	if !f.get("patterns").there() && !f.get("words").there() {
		n.fail("the detector needs patterns or words")
	}
	shared := hints{keywords: readKeywords(f.get("keywords")), digits: count(f.get("digits")), unbroken: count(f.get("unbroken"))}
	for _, item := range f.get("patterns").list() {
		if p := readPattern(item, shared); p != nil {
			d.patterns = append(d.patterns, p.alternatives()...)
		}
	}
}

func count(n node) int {
	if !n.there() {
		return 0
	}
	return n.number(1, 64)
}

// readPattern reads one pattern; what it does not say itself it takes from the
// detector.
func readPattern(n node, h hints) *pattern {
	var f fields
	long := n.there() && len(n.value.items) > 0
	if long {
		f = n.object(patternFields...)
	}
	p := &pattern{name: f.get("name").text(), inside: f.get("inside").flag()}
	if f.get("keywords").there() {
		h.keywords = readKeywords(f.get("keywords"))
	}
	if f.get("digits").there() || f.get("unbroken").there() {
		h.digits, h.unbroken = count(f.get("digits")), count(f.get("unbroken"))
	}
	h.begins = f.get("begins").flag()
	p.trims = f.get("trim").there()
	if m := f.get("matcher"); m.there() {
		return p.readMatcher(m, f.get("regexp"), h)
	}
	expr := n
	if long {
		expr = n.need(f, "regexp")
	}
	if !expr.there() {
		return nil
	}
	if err := p.compile(expr.text(), h); err != nil {
		expr.fail("%v", err)
		return nil
	}
	return p
}

// readMatcher reads the name of code that takes the place of a regexp.
func (p *pattern) readMatcher(n, expr node, h hints) *pattern {
	if expr.there() {
		expr.fail("the pattern has a matcher already")
	}
	m, ok := matchers.Lookup(n.text())
	if !ok {
		n.fail("unknown matcher %q; one of: %s", shorten(n.value.text), strings.Join(matchers.Names(), ", "))
		return nil
	}
	p.trigger, p.matcher, p.code, p.keywords, p.reach = byMatcher, m, n.text(), h.keywords, maxReach
	return p
}

// readKeywords reads the literals that make a pattern worth running.
func readKeywords(n node) []string {
	var out []string
	for _, item := range n.list() {
		if w := newWord(item.text()); checkLiteral(item, w.text) {
			out = append(out, w.text)
		}
	}
	return out
}

func checkLiteral(n node, text string) bool {
	if text == "" {
		n.fail("nothing is left of it once it is folded")
	}
	return text != ""
}

func readWords(n node) []contextWord {
	items := n.list()
	out := make([]contextWord, 0, len(items))
	for _, item := range items {
		if w := newWord(item.text()); checkLiteral(item, w.text) {
			out = append(out, w)
		}
	}
	return out
}

// readShowing reads how values are shown and compared.
func (d *detector) readShowing(n node, f fields) {
	d.mask = lookup(n.need(f, "mask"), masks)
	d.same = normalForms["exact"]
	if f.get("normal").there() {
		d.same = lookup(f.get("normal"), normalForms)
	}
}

// lookup reads a name and returns what it stands for.
func lookup[V any](n node, table map[string]V) V {
	var none V
	if !n.there() {
		return none
	}
	v, ok := table[n.text()]
	if !ok {
		n.fail("unknown value %q; one of: %s", shorten(n.value.text), strings.Join(sortedKeys(table), ", "))
	}
	return v
}

func sortedKeys[V any](table map[string]V) []string {
	keys := make([]string, 0, len(table))
	for k := range table {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
