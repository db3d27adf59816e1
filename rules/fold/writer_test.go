package fold

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a view keeps maps to where it stood in the original, whether the text is plain ASCII or not.
func TestKeptWordsMapToWhereTheyStood(t *testing.T) {
	for _, x := range []struct {
		text     string
		i, j     int
		want     string
		from, to []int32
	}{
		{"12-3 4x", 0, 7, "1234x", []int32{0, 1, 3, 5, 6}, []int32{1, 2, 4, 6, 7}},
		{"12-3 4x", 1, 4, "23", []int32{1, 3}, []int32{2, 4}},
		{"我１2-３", 3, 7, "123", []int32{3, 6, 8}, []int32{6, 7, 11}},
		{"--", 0, 2, "", nil, nil},
	} {
		var src, dst Text
		src.Fold(x.text)
		w := newWriter(&dst, &src)
		w.keepWords(x.i, x.j)
		got := Text{Bytes: dst.Bytes, From: append([]int32(nil), dst.From...), To: append([]int32(nil), dst.To...)}
		if diff := cmp.Diff(Text{Bytes: []byte(x.want), From: x.from, To: x.to}, got); diff != "" {
			t.Errorf("keepWords(%d, %d) of %q (-want +got):\n%s", x.i, x.j, x.text, diff)
		}
	}
}
