package plain_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"github.com/takeback-chat/takeback/rules/plain"
)

func TestReader(t *testing.T) {
	// Longer than what is read at a time, with characters across every border.
	text := "a" + strings.Repeat("客户张三，你好\n", 10_000)
	cases := map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "UTF-8 with a mark": utf16.UTF8BOM, "GBK": simplifiedchinese.GBK, "GB 18030": simplifiedchinese.GB18030,
		"UTF-16LE": utf16.UTF16(utf16.LittleEndian, utf16.UseBOM), "UTF-16BE": utf16.UTF16(utf16.BigEndian, utf16.UseBOM),
	}
	for name, e := range cases {
		in, err := e.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, []byte(in)); got != text {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(text))
		}
	}
}

func TestCutCharacter(t *testing.T) {
	if got := read(t, []byte("张三\xe5\xbc")); got != "张三\uFFFD" {
		t.Errorf("read %q", got)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("\xd5\xc5\xc8\xfd"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got := read(t, in); len(got) > 3*len(in)+3 {
			t.Fatalf("%d bytes of %d", len(got), len(in))
		}
	})
}

func read(tb testing.TB, in []byte) string {
	tb.Helper()
	r, err := plain.Reader(bytes.NewReader(in))
	if err != nil {
		tb.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}
