package rules

// word takes note of a word of a detector's list that stands at text[start:end].
func (e *Engine) word(s *scratch, detector int32, start, end int) {
	if !s.boundary(start) || !s.boundary(end) {
		return
	}
	e.weighValue(s, detector, wordPattern, start, end, nil)
}

// wordPattern stands for a word of a list where a pattern is asked for.
var wordPattern = &pattern{}

// readLists looks for the words of dictionaries.
func (e *Engine) readLists(s *scratch) {
	for _, id := range e.lists {
		d := e.detectors[id]
		count := 0
		d.dict.Scan(s.text, func(entry int32, start, end int) {
			if count < maxMatches && e.weighValue(s, id+int32(d.dict.Kind(entry)), wordPattern, start, end, nil) {
				count++
			}
		})
	}
}
