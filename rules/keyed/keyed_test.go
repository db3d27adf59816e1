package keyed_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/rules/keyed"
)

// TestSipHash holds the hash to the values that its authors publish: the key
// 00 01 .. 0f, and the inputs "", 00, 00 01, and so on.
func TestSipHash(t *testing.T) {
	key := make([]byte, 16)
	for i := range key {
		key[i] = byte(i)
	}
	h := keyed.NewHash(key)
	want := map[int]uint64{
		0: 0x726fdb47dd0e0e31, 1: 0x74f839c593dc67fd, 2: 0x0d6c8009d9a94f5a, 7: 0xab0200f58b01d137,
		8: 0x93f5f5799a932462, 15: 0xa129ca6149be45e5,
	}
	for n, sum := range want {
		in := make([]byte, n)
		for i := range in {
			in[i] = byte(i)
		}
		if got := h.Sum(in); got != sum {
			t.Errorf("Sum of %d bytes = %#x, want %#x", n, got, sum)
		}
	}
}

func TestPlacesAreApart(t *testing.T) {
	h := keyed.NewHash(make([]byte, 16))
	seen := map[uint64]bool{}
	for place := range uint64(1000) {
		seen[h.SumOf(place, []byte("1985"))] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different hashes in 1000 places", len(seen))
	}
}

type head struct {
	Rows int `json:"rows"`
}

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func file(t *testing.T, body []byte) []byte {
	t.Helper()
	k, err := keyed.NewKeys(secret(1), make([]byte, keyed.SaltSize))
	if err != nil {
		t.Fatal(err)
	}
	data, err := k.Write("tb-test", head{7}, body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFileOpens(t *testing.T) {
	data := file(t, []byte("body"))
	var h head
	k, body, err := keyed.Open("tb-test", data, secret(1), &h)
	if err != nil || h.Rows != 7 || string(body) != "body" {
		t.Fatalf("Open = %q, %v, head %+v", body, err, h)
	}
	again, _ := keyed.NewKeys(secret(1), make([]byte, keyed.SaltSize))
	if k.Hash != again.Hash {
		t.Error("the hash that reads is not the one that wrote")
	}
}

func TestFileIsRefused(t *testing.T) {
	data := file(t, []byte("body"))
	cases := map[string]struct {
		data   []byte
		secret []byte
		kind   string
		want   error
	}{
		"empty":        {nil, secret(1), "tb-test", keyed.ErrKind},
		"another kind": {data, secret(1), "tb-other", keyed.ErrKind},
		"another key":  {data, secret(2), "tb-test", keyed.ErrKey},
		"cut":          {data[:60], secret(1), "tb-test", keyed.ErrCut},
		"cut late":     {data[:len(data)-1], secret(1), "tb-test", keyed.ErrChanged},
		"longer":       {append(bytes.Clone(data), 0), secret(1), "tb-test", keyed.ErrChanged},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, _, err := keyed.Open(tc.kind, tc.data, tc.secret, &head{}); !errors.Is(err, tc.want) {
				t.Errorf("Open = %v, want %v", err, tc.want)
			}
		})
	}
	if _, err := keyed.NewKeys(nil, make([]byte, keyed.SaltSize)); err == nil {
		t.Error("keys were made without a secret")
	}
}

// Whatever bit is turned, the file is refused.
func TestEveryBitCounts(t *testing.T) {
	data := file(t, []byte("some body"))
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(data)
		at := rapid.IntRange(0, len(bad)*8-1).Draw(t, "bit")
		bad[at/8] ^= 1 << (at % 8)
		if _, _, err := keyed.Open("tb-test", bad, secret(1), &head{}); err == nil {
			t.Errorf("bit %d does not count", at)
		}
	})
}

// TestHeadLongerThanTheFile: the seal holds, the length lies.
func TestHeadLongerThanTheFile(t *testing.T) {
	k, _ := keyed.NewKeys(secret(1), make([]byte, keyed.SaltSize))
	data, err := k.Write("tb-test", head{7}, nil)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(data[32:], 1<<31-1)
	if _, _, err := keyed.Open("tb-test", data, secret(1), &head{}); !errors.Is(err, keyed.ErrChanged) {
		t.Errorf("Open = %v", err)
	}
}

func BenchmarkSum(b *testing.B) {
	h := keyed.NewHash(make([]byte, 16))
	text := []byte("the five words of a shingle")
	for b.Loop() {
		h.Sum(text)
	}
}
