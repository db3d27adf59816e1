// Package fold makes texts comparable, whatever they were disguised as.
//
// [Text.Fold] brings every text to one form: full-width and other compatibility
// forms, the digits of all scripts, accents, dashes, spaces and quotation marks
// become plain ASCII, what cannot be seen is gone, and letters of other
// alphabets are small. It runs on every message, so it is one table look-up per
// character, and nothing but a copy for plain ASCII.
//
// [Views] are the disguises that folding alone does not undo, each by name: digits pulled
// apart, numbers in words, letters for digits and the rest. A view is made from
// a folded text, and only where a cheap test says that it may be worth it.
//
// Both keep, for every byte, which bytes of the original it stands for, so that
// what is found can be shown and taken out exactly.
package fold
