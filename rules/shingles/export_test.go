package shingles

// Memory returns how many bytes the index keeps.
func (x *Index) Memory() int {
	return 16*len(x.prints) + 8*len(x.filter) + 4*len(x.first)
}
