package fold

import "testing"

// benchTexts are the kinds of text that cost differently.
var benchTexts = []struct{ name, text string }{
	{"english", "ok then, shall we meet at the station at half past ten tomorrow? "},
	{"chinese", "那我们明天上午十点半在车站见面吧，别忘了带伞，听说要下雨。"},
	{"mixed", "see you at the café – bring “the book” please, it’s the red one"},
	{"numbers", "ok then, meet at 10:30 on 5/6, platform 4, it costs 12.50 return"},
}

func BenchmarkFold(b *testing.B) {
	for _, x := range benchTexts {
		b.Run(x.name, func(b *testing.B) {
			var t Text
			b.SetBytes(int64(len(x.text)))
			b.ReportAllocs()
			for b.Loop() {
				t.Fold(x.text)
			}
		})
	}
}

// BenchmarkNoView measures what a text pays for views that it has no use for.
func BenchmarkNoView(b *testing.B) {
	for _, x := range benchTexts {
		for i := range Views {
			v := &Views[i]
			var src, dst Text
			if src.Fold(x.text); !v.worth(&src) || v.Make(&dst, &src) {
				continue
			}
			b.Run(x.name+"/"+v.Name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					v.Make(&dst, &src)
				}
			})
		}
	}
}
