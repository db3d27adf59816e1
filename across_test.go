package main

import (
	"net/http"
	"strings"
	"testing"
)

// A card in four messages is taken back in all four: none of them shows it, and
// each says where the others are.
func TestACardInFourMessagesIsTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		parts := []string{"45" + "39", "14" + "88", "03" + "43", "64" + "67"}
		var seqs []uint32
		for i, text := range []string{"my card: " + parts[0], parts[1], "then " + parts[2], parts[3] + ", thanks"} {
			if i == 2 {
				w.post(t, "sales", "mia", "are you sure?")
				w.post(t, "sales", "mia", "12"+"34")
			}
			seqs = append(seqs, w.post(t, "sales", "bob", text).Seq)
		}
		token := w.operator(t)
		for _, seq := range seqs {
			if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", seq); err != nil {
				t.Fatal(err)
			}
			if r := w.recallOf(t, token, seq); r["authority"] != "policy" {
				t.Errorf("the recall of message %d stands on the authority %v", seq, r["authority"])
			}
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales&sender=bob", nil)
		if n := len(items(list)); n != len(seqs) {
			t.Fatalf("%d messages of bob, want %d", n, len(seqs))
		}
		for _, m := range items(list) {
			text, _ := m["text"].(string)
			for _, part := range parts[:3] { // the mask ends with the last four digits
				if strings.Contains(text, part) {
					t.Errorf("the API shows a part: %q", text)
				}
			}
			findings, _ := m["findings"].([]any)
			if len(findings) != 1 {
				t.Fatalf("message %v has %d findings, want one", m["ref"], len(findings))
			}
			f, _ := findings[0].(map[string]any)
			if shown, _ := f["parts"].([]any); len(shown) != len(parts) {
				t.Errorf("message %v names %d parts, want %d", m["ref"], len(shown), len(parts))
			}
		}
		_, list = w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales", nil)
		if n := len(items(list)); n != len(seqs) {
			t.Errorf("%d recalls, want %d: mia's messages stay", n, len(seqs))
		}
		w.auditHolds(t)
	})
}
