package likeness_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/likeness"
)

func said(texts ...string) []models.Element {
	var all []models.Element
	for i, t := range texts {
		all = append(all, models.Element{Kind: models.TextElement, Path: fmt.Sprintf("MsgBody[%d].MsgContent.Text", i), Text: t})
	}
	return all
}

// forward is a merged forward of texts, as the adapter reads one.
func forward(texts ...string) []models.Element {
	const at = "MsgBody[0].MsgContent"
	all := []models.Element{{Kind: models.MergedElement, Path: at + ".Title", Text: "Chat history of Sales"}}
	for i, t := range texts {
		all = append(all, models.Element{
			Kind: models.TextElement, Path: fmt.Sprintf("%s.MsgList[%d].MsgBody[0].MsgContent.Text", at, i), Text: t,
		})
	}
	return all
}

// quote is a reply that carries a text in the data beside it.
func quote(reply, text string) []models.Element {
	return append(said(reply), models.Element{Kind: models.CloudElement, Path: "CloudCustomData.*", Text: "messageAbstract: " + text})
}

func TestCompare(t *testing.T) {
	const text = "The door code of the new office is 4711, please do not pass it on."
	const han = "新办公室的门禁密码是四七一一，请不要告诉别人。"
	tests := []struct {
		name      string
		of, other []models.Element
		want      models.CopyKind
	}{
		{"the same", said(text), said(text), models.CopySame},
		{"case, width and punctuation", said(text), said("ＴＨＥ door code of the new office is 4711 -- please do not pass it on!!"), models.CopySame},
		{"cut into elements", said(text), said("The door code of the new office", "is 4711, please do not pass it on."), models.CopySame},
		{"a word changed", said(text), said(strings.Replace(text, "please", "and", 1)), models.CopyNear},
		{"two words left out", said(text), said("The door code of the office is 4711, do not pass it on."), models.CopyNear},
		{"with a greeting", said(text), said("hi all! " + text), models.CopyNear},
		{"in a long text", said(text), said(strings.Repeat("We meet at noon in the small room. ", 9) + text + " Lunch is at one."), models.CopyQuote},
		{"quoted", said(text), quote("got it", text), models.CopyQuote},
		{"quoted, and cut short", said(text), quote("got it", text[:56]), models.CopyQuote},
		{"forwarded among others", said(text), forward("good morning", "is anybody there?", text, "thank you"), models.CopyForward},
		{"forwarded alone", said(text), forward(text), models.CopyForward},
		{"a forward again", forward("a", text), forward("a", text), models.CopySame},
		{"another subject", said(text), said("The menu of the canteen is on the board, and it is good."), ""},
		{"a near subject", said(text), said("Who knows the door code of this building?"), ""},
		{"Chinese", said(han), said("新办公室的门禁密码是四七一一 请不要告诉别人"), models.CopySame},
		{"Chinese, changed", said(han), said("新办公室的门禁密码是四七一二，请千万不要告诉别人。"), models.CopyNear},
		{"Chinese, forwarded", said(han), forward("早上好", han, "收到"), models.CopyForward},
		{"Chinese, quoted", said(han), quote("收到", han), models.CopyQuote},
		{"Chinese, another subject", said(han), said("新同事的座位在二楼，请大家帮忙带一下路。"), ""},
		{"short, the same", said("ok"), said("OK."), models.CopySame},
		{"short, forwarded", said("hunter 2"), forward("hello", "hunter 2"), models.CopyForward},
		{"short, quoted", said("hunter 2"), quote("what?", "hunter 2"), models.CopyQuote},
		{"short, in another text", said("ok"), said("is that ok for you all?"), ""},
		{"short, changed", said("at noon"), said("at one"), ""},
		{"nothing to compare", []models.Element{{Kind: models.ImageElement, Opaque: true}}, []models.Element{{Kind: models.ImageElement, Opaque: true}}, ""},
		{"data beside the body alone", quote("", text)[1:], quote("", text)[1:], ""},
	}
	for _, tt := range tests {
		kind, like := likeness.Of(tt.of).Compare(tt.other)
		if kind != tt.want || (kind == "") != (like == 0) || like > 1 {
			t.Errorf("%s: %q, %.2f, want %q", tt.name, kind, like, tt.want)
		}
	}
	if len(tests) != 26 {
		t.Errorf("%d cases", len(tests))
	}
	if !likeness.Of(said("")).Empty() || likeness.Of(said("x")).Empty() {
		t.Error("empty is not told")
	}
}

// The words that labelled texts are made of, by subject; those of one subject are
// near each other and no copies.
var subjects = map[string][][]string{
	"en": {
		strings.Fields("invoice payment account customer due transfer bank amount september overdue reminder total please send address new before friday the of to is our for and in we a"),
		strings.Fields("server deploy release rollback cluster staging branch merge build failed retry pipeline config before tonight please check the of to is our for and in we a"),
		strings.Fields("meeting room agenda monday projector lunch guests parking badge reception floor coffee bring notes please before the of to is our for and in we a"),
	},
	"zh": {
		strings.Split("请各位尽快把发票和付款账号发给财务部以便在周五之前完成转账并通知客户余额", ""),
		strings.Split("今晚服务器发布失败需要回滚到上个版本检查集群配置后再重新构建流水线谢谢", ""),
		strings.Split("周一会议室改到三楼请带上议程访客停车证在前台领取午餐后继续讨论新项目", ""),
	},
}

// sentence draws a text of a subject.
func sentence(r *rand.Rand, language string, subject int) []string {
	words := subjects[language][subject]
	n := 9 + r.IntN(14)
	if language == "zh" {
		n += 8
	}
	out := make([]string, n)
	for i := range out {
		out[i] = words[r.IntN(len(words))]
	}
	return out
}

func join(language string, words []string) string {
	if language == "zh" {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

// altered changes one word in ten, and adds or drops another.
func altered(r *rand.Rand, words, other []string) []string {
	out := append([]string{}, words...)
	for range 1 + len(words)/16 {
		out[r.IntN(len(out))] = other[r.IntN(len(other))]
	}
	at := r.IntN(len(out))
	if r.IntN(2) == 0 {
		return append(out[:at:at], out[at+1:]...)
	}
	return append(out[:at:at], append([]string{other[r.IntN(len(other))]}, out[at:]...)...)
}

// What was made as a copy is found, and of the right kind; what was written anew
// on the same subject, of the same words, is not.
func TestCopiesAreToldFromNearSubjects(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	const rounds = 600
	found, missed, wrongKind, wrong, compared := 0, 0, 0, 0, 0
	for i := range rounds {
		language := []string{"en", "zh"}[i%2]
		subject := r.IntN(3)
		words := sentence(r, language, subject)
		text := join(language, words)
		p := likeness.Of(said(text))
		other := func() string { return join(language, sentence(r, language, subject)) }
		for _, c := range []struct {
			elements []models.Element
			want     models.CopyKind
		}{
			{said(strings.ToUpper(text) + "!"), models.CopySame},
			{said(join(language, altered(r, words, subjects[language][(subject+1)%3]))), models.CopyNear},
			{quote(other(), text), models.CopyQuote},
			{forward(other(), other(), text, other()), models.CopyForward},
			{forward(other(), join(language, altered(r, words, subjects[language][subject])), other()), models.CopyForward},
			{said(other()), ""},
			{said(other() + other()), ""},
			{quote(other(), other()), ""},
			{forward(other(), other(), other()), ""},
			{said(join(language, sentence(r, language, (subject+1)%3))), ""},
		} {
			compared++
			got, _ := p.Compare(c.elements)
			switch {
			case c.want == "" && got != "":
				wrong++
			case c.want != "" && got == "":
				missed++
			case c.want != "":
				found++
				if got != c.want {
					wrongKind++
				}
			}
		}
	}
	precision, recall := float64(found)/float64(found+wrong), float64(found)/float64(found+missed)
	t.Logf("%d compared: precision %.4f, recall %.4f, %d of another kind", compared, precision, recall, wrongKind)
	if compared != rounds*10 || precision < 0.995 || recall < 0.98 || wrongKind > found/100 {
		t.Errorf("%d compared: precision %.4f, recall %.4f, %d of another kind", compared, precision, recall, wrongKind)
	}
}

// Two nodes say the same: nothing depends on the process.
func TestLikenessIsTheSameForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "bee", "see", "4711", "密", "码", "是"})
		draw := func(name string) []models.Element {
			return said(strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, name), " "))
		}
		a, b := draw("a"), draw("b")
		kind, like := likeness.Of(a).Compare(b)
		p := likeness.Of(a)
		p.Compare(a) // what it keeps of one text does not reach the next
		if again, once := p.Compare(b); again != kind || once != like {
			t.Fatalf("%s %.3f, and then %s %.3f", kind, like, again, once)
		}
		if back, same := likeness.Of(b).Compare(a); kind == models.CopySame && (back != kind || same != 1) {
			t.Fatalf("the same one way, %q the other", back)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	p := likeness.Of(said(join("en", sentence(r, "en", 0))))
	other := said(join("en", sentence(r, "en", 1)))
	for b.Loop() {
		p.Compare(other)
	}
}
