package seal_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models/store/seal"
)

func TestDerive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	ring, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	secret := ring.Derive("exact")
	if len(secret) != 32 || bytes.Equal(secret, ring.Derive("documents")) {
		t.Errorf("%d bytes; or two purposes have one secret", len(secret))
	}
	rotated, err := ring.Rotate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pruned, err := rotated.Prune()
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*seal.Keyring{"rotated": rotated, "pruned": pruned, "loaded": again} {
		if !bytes.Equal(r.Derive("exact"), secret) {
			t.Errorf("%s: another secret", name)
		}
	}
	other, err := seal.Create(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(other.Derive("exact"), secret) {
		t.Error("another keyset has the same secret")
	}
}
