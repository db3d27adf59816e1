package fold

// View is one disguise: a way of reading a text that shows what it hides. All
// of the tests that a view names must hold before it is worth making.
type View struct {
	// Name is how a finding says through which view it was seen.
	Name string
	// Other says that a text of plain ASCII cannot be disguised so.
	Other bool
	// Hints are texts in small letters, three bytes or longer, of which at
	// least Least must stand in the folded text, case ignored, each as often as
	// it stands there. No hints: nothing to be asked.
	Hints []string
	Least int
	// Mark is a byte that the folded text must have; 0: no such demand.
	Mark byte
	// Digits is how many ASCII digits the folded text must have.
	Digits int
	// Run is how many letters, digits, +, /, - and _ must follow each other unbroken.
	Run int
	// Words says that only words come out of it, such as dictionaries and
	// context have: no numbers, keys or addresses.
	Words bool
	// Make writes into dst what src, a folded text, reads through this view, and
	// reports whether there is anything of its kind. It is itself cheap where
	// there is not. dst maps to the original that src maps to, and shares
	// nothing with src. Between two bytes that were apart the map has a gap:
	// To of the one is smaller than From of the next.
	Make func(dst, src *Text) bool
	// Near, where a view has it, is Make for a caller that knows where the hints stand: their
	// starts, in order. All that the view undoes stands near one, and the rest of a long
	// text is left alone.
	Near func(dst, src *Text, hints []int32) bool
}

// Views are all disguises, the cheapest to undo first. They are asked
// independently of each other, each of the folded text.
var Views = []View{
	{Name: "spaced", Digits: leastSpaced, Make: spaced},
	{Name: "letters_for_digits", Digits: 5, Make: lettersForDigits},
	{Name: "confusable", Other: true, Make: confusable},
	{Name: "han_numerals", Other: true, Make: hanNumerals},
	{Name: "percent", Mark: '%', Make: percent},
	{Name: "html", Mark: '&', Make: html},
	{Name: "escaped", Mark: '\\', Make: escaped},
	{Name: "base64", Run: leastBase64, Make: base64},
	{Name: "spelled_out", Hints: spelledHints, Least: 1, Make: spelledOut, Near: spelledNear},
	{Name: "reversed", Hints: reversedHints, Least: 1, Make: reversed},
	{Name: "leet", Words: true, Make: leet},
	{Name: "number_words", Hints: numberHints, Least: leastNumerals, Make: wordsForNumbers},
}
