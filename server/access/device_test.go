package access

import (
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func TestABrowserIsKnownToOneLoginForAWhile(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	d := Devices{Secret: []byte("devices")}
	olga := models.Moderator{ID: "id-olga", Name: "olga", PasswordHash: "hash"}
	kept, again := d.Know(olga, now), d.Know(olga, now)
	id := d.Known(kept, olga, now.Add(DeviceFor-time.Second))
	if id == "" || d.Known(again, olga, now) == id {
		t.Errorf("two browsers are %q and %q", id, d.Known(again, olga, now))
	}
	changed, other := olga, olga
	changed.PasswordHash, other.ID = "other hash", "id-vera"
	for what, got := range map[string]string{
		"after its time":        d.Known(kept, olga, now.Add(DeviceFor)),
		"of another password":   d.Known(kept, changed, now),
		"of another login":      d.Known(kept, other, now),
		"of nobody":             d.Known(d.Know(models.Moderator{}, now), models.Moderator{}, now),
		"under another secret":  Devices{Secret: []byte("other")}.Known(kept, olga, now),
		"without a secret":      Devices{}.Known(Devices{}.Know(olga, now), olga, now),
		"cut":                   d.Known(kept[:len(kept)-4], olga, now),
		"changed":               d.Known("A"+kept[1:], olga, now) + d.Known("B"+kept[1:], olga, now),
		"empty":                 d.Known("", olga, now),
		"of another's alphabet": d.Known(kept+"=", olga, now),
	} {
		if what == "changed" && got == id { // one of the two may be what it was
			continue
		}
		if got != "" {
			t.Errorf("what is %s is known as %q", what, got)
		}
	}
}
