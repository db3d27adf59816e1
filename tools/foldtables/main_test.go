package main

import "testing"

func TestFolded(t *testing.T) {
	tests := []struct {
		in   rune
		want string
	}{
		{'a', "a"},
		{'é', "e"},
		{'Ø', "O"},
		{'ß', "ss"},
		{'Ж', "ж"},
		{'Й', "и"},
		{'①', "1"},
		{'㊿', "50"},
		{'㉑', "21"},
		{'⑽', "10"},
		{'٣', "3"},
		{'𝟗', "9"},
		{'：', ":"},
		{'—', "-"},
		{'…', "…"},
		{'密', "密"},
		{'㈠', "一"},
		{'ア', "ア"},
		{0x200B, dropped},
		{0x0301, mark},
		{0x3099, "\u3099"},
		{0xFE0F, mark},
	}
	for _, tt := range tests {
		if got := folded(tt.in); got != tt.want {
			t.Errorf("folded(%U) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTableHoldsEveryCharacter(t *testing.T) {
	table, err := newTable()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(table.index), end/page; got != want {
		t.Errorf("%d pages are listed, want %d", got, want)
	}
}

func TestConfusable(t *testing.T) {
	tests := []struct {
		line string
		from rune
		to   byte
	}{
		{"0430 ;\t0061 ;\tMA\t# ( а → a )", 'а', 'a'},
		{"05AD ;\t0596 ;\tMA\t# two marks", 0, 0},
		{"0031 ;\t006C ;\tMA\t# from ASCII", 0, 0},
		{"2496 ;\t006C 0035 002E ;\tMA\t# to many", 0, 0},
		{"# a comment", 0, 0},
		{"", 0, 0},
	}
	for _, tt := range tests {
		from, to, ok := confusable(tt.line)
		if ok != (tt.to != 0) || ok && (from != tt.from || to != tt.to) {
			t.Errorf("confusable(%q) = %q, %q, %v", tt.line, from, to, ok)
		}
	}
}
