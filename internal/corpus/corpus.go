// Package corpus makes the texts with which the engine is measured and tried,
// always the same ones: no chat of real people is shipped.
package corpus

import (
	"math/rand/v2"
	"strings"
)

var (
	talkEN = strings.Fields(`ok then shall we meet at the station half past ten tomorrow did you see that message about the party my train is late
		again sorry can anyone bring some bread and milk on way home thanks so much love it haha no idea what he meant but sounds good to me
		let us know when you get there please call her back later the meeting moved to thursday afternoon who has the keys for room upstairs
		great game last night unbelievable goal in the end happy birthday have a wonderful day see you soon miss you all take care of yourself
		code phone ticket price question answer weekend dinner coffee lunch project deadline garden window doctor sister cousin movie music shoes bridge`)
	talkZH = []string{
		"明天上午十点半在车站见面吧", "别忘了带伞，听说要下雨", "你看到他发的消息了吗", "我还在路上，可能要晚一点", "哈哈哈真的太好笑了",
		"周末一起吃饭怎么样", "这个项目下周要交了", "谢谢大家的帮助", "会议改到周四下午", "生日快乐，天天开心", "钥匙在谁那里", "今天的球赛太精彩了",
	}
)

// Chat writes n messages as people write them, 65 bytes in the mean: two in
// three English, one with numbers in six.
func Chat(n int) []string {
	g := rand.New(rand.NewPCG(65, 1))
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		if g.IntN(3) == 0 {
			for want := 12 + g.IntN(74); b.Len() < want; {
				b.WriteString(talkZH[g.IntN(len(talkZH))])
				b.WriteString([]string{"，", "。", " ", "！", "~"}[g.IntN(5)])
			}
		} else {
			for want := 12 + g.IntN(98); b.Len() < want; {
				b.WriteString(talkEN[g.IntN(len(talkEN))])
				b.WriteString([]string{" ", " ", " ", " ", " ", " ", ", ", ". ", "? "}[g.IntN(9)])
			}
		}
		if g.IntN(6) == 0 {
			b.WriteString([]string{"at 10:30", "for 12.50", "on 5/6", "room 204", "in 2024", "x3", "100%"}[g.IntN(7)])
		}
		out[i] = b.String()
	}
	return out
}

// Numbers writes n texts of numbers alone, 354 bytes in the mean.
func Numbers(n int) []string {
	g := rand.New(rand.NewPCG(354, 2))
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for want := 250 + g.IntN(192); b.Len() < want; {
			for k := range 1 + g.IntN(3) {
				if k > 0 {
					b.WriteString([]string{"-", " ", "."}[g.IntN(3)])
				}
				for range 1 + g.IntN(11) {
					b.WriteByte('0' + byte(g.IntN(10)))
				}
			}
			b.WriteString([]string{" ", ", ", "\n", "; "}[g.IntN(4)])
		}
		out[i] = b.String()
	}
	return out
}

// Long writes n texts of 16 KB of chat lines.
func Long(n int) []string {
	lines := Chat(400 * n)
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for k := 0; b.Len() < 16<<10; k++ {
			b.WriteString(lines[(i*400+k)%len(lines)])
			b.WriteByte('\n')
		}
		out[i] = cut(b.String(), 16<<10)
	}
	return out
}

// Hostile returns texts of size bytes, or a few less, that are made to make scanners
// slow, each by its name.
func Hostile(size int) map[string]string {
	out := map[string]string{}
	for name, piece := range hostilePieces {
		out[name] = cut(strings.Repeat(piece, size/len(piece)+1), size)
	}
	return out
}

// cut takes the first bytes of a text, and no part of a character.
func cut(text string, size int) string { return strings.ToValidUTF8(text[:size], "") }

var hostilePieces = map[string]string{
	"digits":     "1 2 3 4 5 6 7 8 9 0 ",
	"one number": "1234567890",
	"sixteens":   "4012888888881882 ",
	"keys":       "-----BEGIN " + "PRIVATE KEY-----\n",
	"header":     "eyJhbGciOiJIUzI1NiJ9.eyJ",
	"addresses":  "a@a.a@a.a@",
	"passwords":  "password: password: ",
	"urls":       "https://a:b@https://a:b@",
	"dots":       "1.1.1.1.1.",
	"colons":     "::1:::1:::",
	"han":        "密码是验证码",
	"full-width": "１２３４ ５６７８",
	"context":    "card cvv 4012888888881882 ",
	"ibans":      "GB82 GB82 GB82 GB82 ",
	"phones":     "+44 20 +44 20 7946 ",
	"base58":     "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
	"ado":        "server=a;b;c;server=a;",
	"bearer":     "bearer bearer=bearer:",
	"dates":      "19491231002 1949-12-31 ",
	"letters":    "AB123456C AB12345 ABC-1234 ",
	"marks":      "a\u0301\u0301\u0301\u0301",
	"zero width": "4\u200b0\u200b1\u200b2",
	"base64":     "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
	"percent":    "%34%30%31%32",
	"entities":   "&#52;&#48;",
	"words":      "abandon ability able about above ",
	"secret":     "secret_key=",
	"mixed":      "key=token:secret 1a2b3c4d5e6f 10.0.0.1 ",
}
