// Package dictionary finds the words of long lists: a hundred thousand and more, in
// one pass over a text. A list is read with Read, which says of every term it
// refuses why; it is built with Build, and scanned with Dictionary.Scan.
//
// The index is a hash over the first six bytes of a word, which is two Han
// characters: a bitmap says no at nine places of ten, and where it does not, a
// binary search among the words that begin alike finds the longest that stands
// there, and from it all shorter ones. An automaton over the same list would
// take a hundred times the memory, and wait for it at every byte.
package dictionary
