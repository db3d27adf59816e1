// Package dfa runs many regular expressions at once over bytes, each anchored
// where a walk begins. The automaton is made deterministic as texts need it,
// shared by all who walk, and bounded: one look-up per byte, whatever the text.
//
// A Builder takes syntax trees, Build makes a Set, Set.Start names the patterns
// that begin together, and Set.Walk tells where which of them ended. Matches have
// no captures; where these matter, a walk that ends well says which few
// patterns are worth asking of package regexp.
package dfa
