package models_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func checkpointKey(seed byte) (ed25519.PrivateKey, ed25519.PublicKey) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(seed), ed25519.SeedSize)))
	return key, key.Public().(ed25519.PublicKey)
}

func TestCheckpointsAreReadAsTheyWereSigned(t *testing.T) {
	key, public := checkpointKey('a')
	other, _ := checkpointKey('b')
	want := models.AuditCheckpoint{
		At: time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC), Node: "one \"two\"",
		Heads: []models.AuditHead{{Chain: "one", Seq: 7, Hash: []byte{1, 2, 3}}, {Chain: "a b\n", Seq: 1, Hash: []byte{255}}},
	}
	line, err := want.Sign(key)
	if err != nil || strings.Contains(line, "\n") {
		t.Fatalf("Sign = %q, %v", line, err)
	}
	got, err := models.ParseAuditCheckpoint(line+"\n", public)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	foreign, err := want.Sign(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]string{"of another key": foreign, "another number": strings.Replace(line, `"seq":7`, `"seq":6`, 1)} {
		if _, err := models.ParseAuditCheckpoint(line, public); !errors.Is(err, models.ErrCheckpointForged) {
			t.Errorf("%s: %v, want ErrCheckpointForged", name, err)
		}
	}
	for _, line := range []string{"", "x", line[:60], "{}", strings.Replace(line, " ", "", 1)[:90]} {
		if _, err := models.ParseAuditCheckpoint(line, public); !errors.Is(err, models.ErrNoCheckpoint) {
			t.Errorf("%q: %v, want ErrNoCheckpoint", line, err)
		}
	}
}

// FuzzParseAuditCheckpoint: nothing that was not signed is read.
func FuzzParseAuditCheckpoint(f *testing.F) {
	key, public := checkpointKey('a')
	line, err := models.AuditCheckpoint{Node: "one", Heads: []models.AuditHead{{Chain: "one", Seq: 1, Hash: []byte{1}}}}.Sign(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add("AAAA {}")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := models.ParseAuditCheckpoint(text, public); err == nil && strings.TrimSpace(text) != line {
			t.Errorf("%q was read", text)
		}
	})
}
