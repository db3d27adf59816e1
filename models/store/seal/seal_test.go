package seal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models/store/seal"
)

func create(tb testing.TB) (*seal.Keyring, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "takeback.keys")
	r, err := seal.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	return r, path
}

func TestWhatIsSealedOpensInItsPlaceOnly(t *testing.T) {
	r, _ := create(t)
	plain := []byte("the card is 4929 1234")
	sealed := r.Seal(plain, "messages", "content", "row-1")
	if bytes.Contains(sealed, plain[:8]) {
		t.Error("the plaintext shows in the sealed bytes")
	}
	got, err := r.Open(sealed, "messages", "content", "row-1")
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Open = %q, %v", got, err)
	}
	for name, place := range map[string][3]string{
		"another row":         {"messages", "content", "row-2"},
		"another column":      {"messages", "note", "row-1"},
		"another table":       {"revisions", "content", "row-1"},
		"parts run together":  {"messages", "conten", "trow-1"},
		"parts run over zero": {"messages\x00content", "row-1", ""},
	} {
		if _, err := r.Open(sealed, place[0], place[1], place[2]); !errors.Is(err, seal.ErrSeal) {
			t.Errorf("%s: Open = %v, want ErrSeal", name, err)
		}
	}
}

func TestSealingTwiceGivesOtherBytes(t *testing.T) {
	r, _ := create(t)
	a, b := r.Seal([]byte("same"), "t", "c", "r"), r.Seal([]byte("same"), "t", "c", "r")
	if bytes.Equal(a, b) {
		t.Error("equal texts are sealed equal: the nonce is not random")
	}
}

func TestChangedBytesDoNotOpen(t *testing.T) {
	r, _ := create(t)
	sealed := r.Seal([]byte("secret"), "t", "c", "r")
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := r.Open(changed, "t", "c", "r"); !errors.Is(err, seal.ErrSeal) {
				t.Fatalf("bit %d of byte %d flipped: %v, want ErrSeal", bit, i, err)
			}
		}
		if _, err := r.Open(sealed[:i], "t", "c", "r"); !errors.Is(err, seal.ErrSeal) {
			t.Fatalf("cut to %d bytes: %v, want ErrSeal", i, err)
		}
	}
}

func TestSealingIsUndoneByOpening(t *testing.T) {
	r, _ := create(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		row := rapid.String().Draw(t, "row")
		got, err := r.Open(r.Seal(plain, "t", "c", row), "t", "c", row)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %q, %v, want %q", got, err, plain)
		}
	})
}

func TestRotationKeepsOldSealsAndFingerprints(t *testing.T) {
	old, path := create(t)
	sealed := old.Seal([]byte("before"), "t", "c", "r")
	r, err := old.Rotate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r2, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, ring := range map[string]*seal.Keyring{"rotated": r, "loaded": r2} {
		if got, err := ring.Open(sealed, "t", "c", "r"); err != nil || string(got) != "before" {
			t.Errorf("%s: Open = %q, %v", name, got, err)
		}
		if ring.Fingerprint("d", "v") != old.Fingerprint("d", "v") {
			t.Errorf("%s: rotation changed fingerprints", name)
		}
		if id, _ := seal.KeyID(ring.Seal(nil, "t", "c", "r")); id != 2 || len(ring.Ids()) != 2 {
			t.Errorf("%s: seals with key %d of %v, want 2 of two", name, id, ring.Ids())
		}
	}
	pruned, err := r.Prune()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pruned.Open(sealed, "t", "c", "r"); !errors.Is(err, seal.ErrSeal) {
		t.Errorf("after pruning an old seal opens: %v", err)
	}
}

func TestFingerprintsTellDetectorsAndValuesApart(t *testing.T) {
	r, _ := create(t)
	other, _ := create(t)
	base := r.Fingerprint("card", "1234")
	if len(base) != 32 || strings.Trim(base, "0123456789abcdef") != "" {
		t.Errorf("the fingerprint %q is not 128 bits in hex", base)
	}
	for name, fp := range map[string]string{
		"another value": r.Fingerprint("card", "1235"), "another detector": r.Fingerprint("phone", "1234"),
		"shifted": r.Fingerprint("car", "d1234"), "another key": other.Fingerprint("card", "1234"),
	} {
		if fp == base {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
	if bytes.Equal(r.Digest("a", []byte("x")), r.Digest("b", []byte("x"))) {
		t.Error("digests of two domains are equal")
	}
}

func TestKeyFilesOfOthersAreRefused(t *testing.T) {
	_, path := create(t)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("created with mode %v, %v", info.Mode(), err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Load(path); err == nil || !strings.Contains(err.Error(), "0600") {
			t.Errorf("mode %v: %v, want a refusal that says 0600", mode, err)
		}
	}
}

func TestCreateNeverReplacesAKeyset(t *testing.T) {
	r, path := create(t)
	if _, err := seal.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("Create over a keyset: %v, want fs.ErrExist", err)
	}
	again, err := seal.LoadOrCreate(path)
	if err != nil || again.Fingerprint("d", "v") != r.Fingerprint("d", "v") {
		t.Errorf("LoadOrCreate made other keys (%v)", err)
	}
}

func TestManyProcessesCreateOneKeyset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	got := make([]string, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			r, err := seal.LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = r.Fingerprint("d", "v")
		})
	}
	wg.Wait()
	for i, fp := range got {
		if fp != got[0] {
			t.Errorf("creator %d has other keys than creator 0", i)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files are left, want the keyset alone", len(entries))
	}
}

func TestBadKeysetsAreRefusedWithoutQuotingThem(t *testing.T) {
	_, path := create(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(good, &fields); err != nil {
		t.Fatal(err)
	}
	secret := fields["fingerprint_key"].(string)
	change := func(name string, value any) string {
		m := maps.Clone(fields)
		m[name] = value
		b, _ := json.Marshal(m)
		return string(b)
	}
	keys := fields["keys"].([]any)
	bad := map[string]string{
		"empty": "", "no JSON": secret, "trailing": string(good) + "{}",
		"unknown field": change(secret, 1), "no primary": change("primary", 9),
		"short fingerprint key": change("fingerprint_key", "AAAA"),
		"twice the same key":    change("keys", []any{keys[0], keys[0]}),
		"no keys":               change("keys", []any{}),
	}
	for name, text := range bad {
		if _, err := seal.FromJSON([]byte(text)); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: FromJSON = %v, want an error without the key", name, err)
		}
	}
	if _, err := seal.FromJSON(good); err != nil || len(bad) != 8 {
		t.Errorf("the good keyset: %v (%d bad ones)", err, len(bad))
	}
}

func TestKeyringsDoNotPrintKeys(t *testing.T) {
	r, path := create(t)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var fields struct {
		Fingerprint []byte `json:"fingerprint_key"`
	}
	if err := json.Unmarshal(file, &fields); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("keys", r), slog.Any("value", *r))
	if _, err := json.Marshal(r); err == nil {
		t.Error("a keyring marshals to JSON")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, text := range []string{fmt.Sprintf(verb, r), fmt.Sprintf(verb, *r)} {
			if text != "keyring(1 keys, primary 1)" {
				t.Errorf("%s prints %q", verb, text)
			}
		}
	}
	for _, form := range []string{hex.EncodeToString(fields.Fingerprint), fmt.Sprintf("%v", fields.Fingerprint[:8])} {
		if strings.Contains(log.String(), form) {
			t.Error("the log shows a key")
		}
	}
}

func FuzzOpen(f *testing.F) {
	r, _ := create(f)
	f.Add(r.Seal([]byte("x"), "t", "c", "r"))
	f.Add([]byte{})
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := r.Open(sealed, "t", "c", "other"); err == nil {
			t.Errorf("%x opened as %q", sealed, plain)
		}
		_, _ = r.Open(sealed, "t", "c", "r")
	})
}

func FuzzFromJSON(f *testing.F) {
	_, path := create(f)
	file, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"primary":1,"keys":[],"fingerprint_key":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := seal.FromJSON(data)
		if err == nil {
			_ = r.Seal([]byte("x"), "t", "c", "r") // whatever loads can seal
		}
	})
}

func BenchmarkSeal300Bytes(b *testing.B) {
	r, _ := create(b)
	plain := make([]byte, 300)
	b.SetBytes(300)
	for b.Loop() {
		r.Seal(plain, "messages", "content", "0197d8c0-0000-7000-8000-000000000000")
	}
}

// TestRotationIsFollowed: a process that read the file before another rotated
// the keys opens what the other sealed, and from then on seals with the new key.
func TestRotationIsFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	running, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	old := running.Seal([]byte("old"), "t", "c", "1")
	other, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := other.Rotate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sealed := rotated.Seal([]byte("new"), "t", "c", "2")
	for range 2 {
		if plain, err := running.Open(sealed, "t", "c", "2"); err != nil || string(plain) != "new" {
			t.Errorf("Open = %q, %v", plain, err)
		}
	}
	if id, _ := seal.KeyID(running.Seal([]byte("x"), "t", "c", "3")); id != rotated.Primary() || running.Primary() != id {
		t.Errorf("sealed with key %d, the primary is %d", id, rotated.Primary())
	}
	if plain, err := running.Open(old, "t", "c", "1"); err != nil || string(plain) != "old" {
		t.Errorf("what was sealed before: %q, %v", plain, err)
	}
}

// TestForeignKeysetIsNotFollowed: a file of another database in the place of ours
// changes nothing.
func TestForeignKeysetIsNotFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	running, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	foreign, err := seal.Create(path)
	if err == nil {
		foreign, err = foreign.Rotate(time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := running.Open(foreign.Seal([]byte("x"), "t", "c", "1"), "t", "c", "1"); !errors.Is(err, seal.ErrSeal) {
		t.Errorf("a foreign seal: %v, want ErrSeal", err)
	}
	if running.Primary() != 1 {
		t.Errorf("the foreign primary %d is used", running.Primary())
	}
}
