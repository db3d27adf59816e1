package validators

import (
	"strings"
	"unicode"
)

// surnames are the family names of nearly all of China. Sources: the ministry
// of public security's report on names (2021), Hundred Family Surnames.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文" +
	"庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬" +
	"臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺" +
	"張劉陳楊趙黃吳孫馬羅鄭謝韓馮許蕭鄧呂蘇盧蔣賈葉閻譚鄒陸龍萬錢湯黎賀賴龔龐蘭顏嚴溫蘆魯韋畢聶齊莊塗時關費紀甄項陽衛單寧閔華車邊饒"

// compound are family names of two characters.
var compound = wordSet("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 长孙 宇文 端木 百里 南宫 夏侯 歐陽 司馬 諸葛 東方 尉遲 公孫 司徒 長孫 南宮")

// noNames are words that stand behind "name:" and are none.
var noNames = wordSet(`
	name test none null nil unknown anonymous user username admin administrator default string value values your the this that first last full
	example sample here example foo bar baz file folder server host project product company brand event class function var variable
	please enter required optional optional field fields yes no not new same other string text john_doe undefined empty blank true false`)

// isPersonName checks what stands behind "name:": Chinese family and given
// name, or one to four words with capitals.
func isPersonName(v string) bool {
	first, _ := firstRune(v)
	if unicode.Is(unicode.Han, first) {
		return isChineseName([]rune(v))
	}
	words := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' })
	for _, w := range words {
		if noNames[strings.ToLower(strings.Trim(w, "."))] {
			return false
		}
	}
	return len(words) > 0 && len(words) <= 5
}

// isFullName reports whether a name has a first and a last part.
func isFullName(v string) bool { return isPersonName(v) && strings.ContainsAny(v, " ,") }

func isChineseName(name []rune) bool {
	if len(name) < 2 || len(name) > 5 {
		return false
	}
	return compound[string(name[:2])] && len(name) > 2 || len(name) <= 4 && strings.ContainsRune(surnames, name[0])
}

func firstRune(v string) (rune, bool) {
	for _, r := range v {
		return r, true
	}
	return 0, false
}

// isQQ checks a number of QQ: five to eleven digits, the first no zero.
func isQQ(v string) bool {
	d := Digits(v)
	return len(d) >= 5 && len(d) <= 11 && d == v && d[0] != '0'
}

// wechatWords are words that people write behind "WeChat".
var wechatWords = wordSet(`
	account accounts group groups message messages number public payment official please moments friend friends mini
	program programs client android iphone version please contact thanks channel wallet download support business webhook`)

// isWeChat checks an account of WeChat as its rules have it: a letter, then
// five to nineteen letters, digits, _ or -; no word of talk.
func isWeChat(v string) bool {
	if len(v) < 6 || len(v) > 20 || wechatWords[strings.ToLower(v)] {
		return false
	}
	return strings.ContainsAny(v, "0123456789_-") || classes(v) == 1 && !commonWord(v)
}
