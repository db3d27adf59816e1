package matchers

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// chinaAnchors are what stands behind a house number in China.
var chinaAnchors = []string{"号", "號", "弄", "栋", "幢", "单元", "室"}

// chinaRoads end the name of a road or of a village or estate that is numbered.
var chinaRoads = [...]string{"路", "街", "大道", "道", "段", "巷", "胡同", "里", "村", "弄", "园", "苑", "城", "庄", "镇", "区", "小区", "花园", "公寓", "大厦", "广场"}

// chinaParts follow a house number: building, entrance, floor, room.
var chinaParts = [...]string{"号楼", "号院", "号", "號", "弄", "栋", "幢", "座", "单元", "层", "楼", "室", "房"}

const (
	maxChinaName  = 30 // characters before the first number
	leastRoadName = 2
)

// chinaAddress finds province, city, district, road, house and room around the
// first house number: 北京市海淀区中关村大街27号1101室.
func chinaAddress(text []byte, at int) (start, end int, ok bool) {
	if at <= 0 || at >= len(text) || !digit(text[at-1]) {
		return 0, 0, false
	}
	number := at
	for number > 0 && at-number < 6 && (digit(text[number-1]) || text[number-1] == '-') {
		number--
	}
	if !isRoad(text[:number]) {
		return 0, 0, false
	}
	start = nameStart(text, number)
	end = houseEnd(text, at)
	return start, end, utf8.RuneCount(text[start:number]) >= leastRoadName+1
}

// isRoad reports whether text ends in a word for a road and so on.
func isRoad(text []byte) bool {
	for _, r := range chinaRoads {
		if bytes.HasSuffix(text, []byte(r)) {
			return true
		}
	}
	return false
}

// nameStart goes back from a house number over the Han characters of the
// address; a word that leads to an address, and is none of it, ends the way.
func nameStart(text []byte, end int) int {
	start := end
	for range maxChinaName {
		r, size := utf8.DecodeLastRune(text[:start])
		if !unicode.Is(unicode.Han, r) || leads(text[:start]) {
			break
		}
		start -= size
	}
	return start
}

// chinaLeads stand before an address.
var chinaLeads = [...]string{"住在", "家住", "地址", "住址", "寄到", "寄往", "送到", "发到", "位于", "来到", "就在", "我在", "到了", "是", "在", "到", "去", "往", "住", "给", "从", "寄", "送"}

func leads(text []byte) bool {
	for _, l := range chinaLeads {
		if bytes.HasSuffix(text, []byte(l)) {
			return true
		}
	}
	return false
}

// maxTailChina is how far behind a house number, in bytes, a building or a room
// is looked for: 88号SOHO现代城A座1208.
const maxTailChina = 60

// houseEnd takes in what follows the first number: its 号, and, when there are
// such in the same breath, the building, entrance and room.
func houseEnd(text []byte, at int) int {
	end := at + partLength(text[at:])
	for i := end; i < len(text) && i-at < maxTailChina; {
		n := partLength(text[i:])
		switch {
		case n > 0 && alnum(text[i-1]):
			i += n
			end = i
		case n > 0:
			i += n
		case alnum(text[i]):
			from := i
			for i < len(text) && i-from < 7 && (alnum(text[i]) || text[i] == '-') {
				i++
			}
			if i-from >= 3 && from == end && allDigits(text[from:i]) {
				end = i // 2栋503: the room
			}
		default:
			r, size := utf8.DecodeRune(text[i:])
			if !unicode.Is(unicode.Han, r) {
				return end
			}
			i += size
		}
	}
	return end
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !digit(c) {
			return false
		}
	}
	return true
}

func partLength(text []byte) int {
	for _, p := range chinaParts {
		if bytes.HasPrefix(text, []byte(p)) {
			return len(p)
		}
	}
	return 0
}
