// Package exact finds an organisation's own records in texts: account numbers,
// customers' names with their dates of birth. [Build] turns a table into an
// index of keyed hashes, from which no value can be read; [Open] reads one, and
// [Index.Find] looks for its rows.
//
// A row is found by its primary value, and, where the index demands it, by some of its other
// values near by. Values are compared in a normal form, so that case, width, separators and the way a
// date is written play no part.
package exact
