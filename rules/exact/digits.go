package exact

import (
	"encoding/binary"
	"math/bits"

	"github.com/takeback-chat/takeback/rules/units"
)

const (
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

// countDigits counts the ASCII digits of text, eight bytes at a time.
func countDigits(text []byte) int {
	n := 0
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		low := w &^ highBits
		n += bits.OnesCount64((low + (0x80-'0')*lowBits) &^ (low + (0x80-'9'-1)*lowBits) &^ w & highBits)
	}
	for _, b := range text {
		if units.Digit(b) {
			n++
		}
	}
	return n
}
