// Package access says who may. The JSON API and the console ask the same Door,
// so that a right cannot depend on the way somebody came in.
//
// Two questions are kept apart. What a caller may see is a scope, which every
// read of the store takes. What a caller may take back is asked per
// conversation, at the moment of asking, by the platform's own word.
package access
