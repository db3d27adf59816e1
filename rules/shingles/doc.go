// Package shingles recognises texts that were copied from documents which were
// shown to it before, and says how much of them.
//
// A document is cut into overlapping pieces of five words, or twelve characters of
// scripts that are written without spaces. Of every eight neighbours the one with
// the smallest keyed hash is kept (winnowing: Schleimer, Wilkerson and Aiken,
// 2003), so that every copied passage of twelve words, or nineteen characters,
// has at least one of them. Case, width, punctuation and line breaks play no part.
package shingles
