package gitleaks

import (
	"regexp/syntax"
	"strings"
)

// matches are texts that the pattern must find, with what must stand near by in
// front; what stands between << and >> is written by the engine.
func (p pattern) matches(near string) []string {
	if near != "" {
		near += " "
	}
	texts := heads(p.re)
	if p.value == nil || len(texts) == 0 {
		token := near + "<<" + p.re.String() + ">>"
		return []string{token, "use " + token + " for now", "令牌：" + token + "，请保密", token + "\n", "{\"" + token + "\"}", "(" + token + ")", token + " 收到"}
	}
	name, value := texts[0], "<<"+p.value.String()+">>"
	least := filled(p.re, 'x', value)
	plain := near + filled(p.re, 'x', "<<"+plainest(p.value).String()+">>")
	out := []string{near + least, plain}
	for _, form := range []string{
		"NAME_token = \"VALUE\"", "export NAME_KEY=VALUE", "\"NAME-secret\": \"VALUE\"", "NAME=VALUE 请保密", "<NAME>VALUE",
	} {
		out = append(out, near+strings.NewReplacer("NAME", name, "VALUE", value).Replace(form))
	}
	for _, form := range []string{"see TEXT", "TEXT there", "TEXT\n", "请看 TEXT", "> TEXT", "TEXT 收到"} {
		out = append(out, strings.Replace(form, "TEXT", near+least, 1), strings.Replace(form, "TEXT", plain, 1))
	}
	return out
}

// plainest is re with the first of its branches and few repeats.
func plainest(re *syntax.Regexp) *syntax.Regexp {
	sub := make([]*syntax.Regexp, len(re.Sub))
	for i, s := range re.Sub {
		sub[i] = plainest(s)
	}
	out := with(re, sub...)
	switch re.Op {
	case syntax.OpAlternate:
		return sub[0]
	case syntax.OpRepeat:
		if longest := re.Min + 8; out.Max < 0 || out.Max > longest {
			out.Max = longest
		}
		return out
	default:
		return out
	}
}

// cleans are texts in which the pattern must find nothing.
func (p pattern) cleans(name string) []string {
	half := filled(p.re, 'a', "")
	out := []string{cut(filled(p.re, 'x', "")), cut(half[:len(half)/2])}
	if texts := heads(p.re); len(texts) > 0 {
		out = append(out, texts[0]+" = null")
	}
	return append(out, "where do we keep the "+name+"?", "密钥已经换过了，请用新的", name+": ask the team that owns it", "no token in here", "the key is under the mat")
}

// cut keeps examples on a line.
func cut(s string) string { return s[:min(len(s), 80)] }

// filled is the shortest text that re matches, with one character wherever a
// class has it, and another text, where one is given, for the value.
func filled(re *syntax.Regexp, r rune, value string) string {
	f := filler{r: r, value: value}
	f.fill(re)
	return f.String()
}

type filler struct {
	strings.Builder
	r     rune
	value string
}

func (f *filler) fill(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		if text := string(re.Rune); re.Flags&syntax.FoldCase != 0 {
			f.WriteString(strings.ToLower(text))
		} else {
			f.WriteString(text)
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		f.WriteRune(f.r)
	case syntax.OpCharClass:
		f.class(re)
	case syntax.OpCapture:
		if f.value != "" && re.Name == "value" {
			f.WriteString(f.value)
			return
		}
		f.fill(re.Sub[0])
	case syntax.OpAlternate, syntax.OpPlus:
		f.fill(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		for range re.Min {
			f.fill(re.Sub[0])
		}
		if re.Min <= 0 && re.Sub[0].Op == syntax.OpAnyChar {
			f.WriteByte(' ') // between words, mostly
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			f.fill(sub)
		}
	default: // the places between characters
	}
}

func (f *filler) class(re *syntax.Regexp) {
	switch {
	case holds(re, string(f.r)):
		f.WriteRune(f.r)
	case holds(re, " "):
		f.WriteRune(' ')
	case len(re.Rune) > 0:
		f.WriteRune(re.Rune[0])
	}
}
