package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models/store/seal"
)

func TestAKeysetIsMadeOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "takeback.keys")
	if code, out, errs := command(t, "keys", "create", file); code != exitOK || !strings.Contains(out, "Keep a copy") {
		t.Fatalf("keys create: %d, %s%s", code, out, errs)
	}
	if _, err := seal.Load(file); err != nil {
		t.Error(err)
	}
	if code, _, errs := command(t, "keys", "create", file); code != exitUsage || !strings.Contains(errs, "left as it is") {
		t.Errorf("a second time: %d, %s", code, errs)
	}
}
