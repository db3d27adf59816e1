package webhooks_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/webhooks"
)

// passed remembers what it was told of the one message that it follows.
type passed struct {
	follows models.MessageID
	all     []models.Station
}

func (p *passed) Follows(m models.MessageID) bool { return m == p.follows }
func (p *passed) Passed(s models.Station)         { p.all = append(p.all, s) }

// A message leaves stations under the id that it is kept with, each with its time. What
// is not followed, and what is no message, leaves none.
func TestStationsOfTheIntake(t *testing.T) {
	kept := models.Kept{Result: models.KeptNew, Message: "m1", Conversation: "c1"}
	again := models.Kept{Result: models.KeptDuplicate, Message: "m1", Conversation: "c1"}
	tests := []struct {
		name, body string
		kept       models.Kept
		history    bool
		want       []string
	}{
		{"a new one", "post:recall it", kept, false, []string{"received 0s-50ms first new", "scanned 0s-0s new", "kept 0s-50ms new"}},
		{"a known one", "post:recall it", again, false, []string{"received 0s-50ms duplicate", "scanned 0s-0s duplicate", "kept 0s-50ms duplicate"}},
		{"one of history", "post:recall it", kept, true, []string{"backfilled 0s-50ms first new", "scanned 0s-0s new", "kept 0s-50ms new"}},
		{"another one", "post:recall it", models.Kept{Result: models.KeptNew, Message: "m2"}, false, nil},
		{"no message", "role:", models.Kept{Result: models.KeptUpdate, Message: "m1"}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, began := &passed{follows: "m1"}, time.Now()
				in := newIntake(func(o *webhooks.Options) { o.Tracer = p })
				in.keeper.kept, in.keeper.slow = tt.kept, 50*time.Millisecond
				if tt.history {
					in.history(t, tt.body)
				} else if w := in.post(good, strings.NewReader(tt.body)); w.Code != 200 {
					t.Fatalf("answered %d", w.Code)
				}
				var got []string
				for _, s := range p.all {
					first := ""
					if s.First {
						first = " first"
					}
					got = append(got, fmt.Sprintf("%s %s-%s%s %s", s.Name, s.Begin.Sub(began), s.End.Sub(began), first, s.Result))
					if s.App != "main" || s.Conversation != "c1" || s.Kind != models.Group || s.Verdict != models.VerdictRecall || s.Failed {
						t.Errorf("%s says %+v", s.Name, s)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("stations (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// history takes in what a body says as if it were read back.
func (in *intake) history(t *testing.T, body string) {
	t.Helper()
	d := adapter{}.Decode(platforms.Request{Body: []byte(body)})
	if _, err := in.Backfill(t.Context(), "main", d.Events); err != nil {
		t.Fatal(err)
	}
}

// What could not be kept has no id, and so no trace.
func TestNoStationsOfWhatIsNotKept(t *testing.T) {
	p := &passed{}
	in := newIntake(func(o *webhooks.Options) { o.Tracer = p })
	in.keeper.err = models.ErrBusy
	if w := in.post(good, strings.NewReader("post:recall it")); w.Code != 503 || len(p.all) != 0 {
		t.Errorf("answered %d with %d stations", w.Code, len(p.all))
	}
}
