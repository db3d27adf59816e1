package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// A rule holds its recalls: until then a person may cancel one, and what nobody
// cancelled is taken back.
func TestAHeldRecallCanBeCancelled(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		policy := strings.Replace(badPolicy, "    verdict: recall\n", "    verdict: recall\n    hold: 2s\n", 1)
		w := newWorld(t, database, func(c *config.Config, _ *tencentsim.Options) { c.Policy = write(t, "policy.yaml", policy) })
		w.group(t, "sales")
		token := w.operator(t)
		regretted := w.post(t, "sales", "bob", "one")
		id := ""
		eventually(t, func() string {
			_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?state=held", nil)
			if len(items(list)) != 1 {
				return "nothing is held"
			}
			id, _ = items(list)[0]["id"].(string)
			return ""
		})
		status, body := w.call(t, token, http.MethodPost, "/api/v1/recalls/"+id+"/cancel", map[string]any{
			"reason": map[string]any{"code": "change_of_mind"},
		})
		if status != http.StatusOK || body["state"] != "cancelled" {
			t.Fatalf("cancel: %d %v", status, body)
		}
		began := time.Now()
		taken := w.post(t, "sales", "bob", "two")
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", taken.Seq); err != nil {
			t.Fatal(err)
		}
		if held := time.Since(began); held < 2*time.Second {
			t.Errorf("it was held for %s, want two seconds", held)
		}
		if m, _ := w.sim.Message("sales", "", regretted.Seq); m.State != tencentsim.Shown {
			t.Errorf("the message whose recall was cancelled is %v", m.State)
		}
		w.auditHolds(t)
	})
}
