package exact

// Memory returns how many bytes the index keeps.
func (x *Index) Memory() int {
	return 8*len(x.rows) + 4*len(x.tags) + len(x.marks) + 8*len(x.filter) + 4*len(x.first)
}
