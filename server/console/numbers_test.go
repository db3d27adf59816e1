package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// figured gives a world two slots: one today, one three days ago.
func (w *world) figured() {
	w.store.figures = []models.Figures{
		{
			At: w.now().Add(-73 * time.Hour).Truncate(models.Slot), Outcomes: map[models.RecallState]int{models.Confirmed: 7, models.Failed: 1}, Reasons: map[models.ReasonCode]int{models.Abuse: 8},
			Rules: map[string]int{"<b>cards</b>": 7, "": 1}, Took: map[int]int{models.TookBand(time.Second): 7},
			Reads:    map[models.ReadBefore]int{models.ReadByNobody: 6, models.ReadBySome: 1},
			Verdicts: map[string]models.Verdicts{"keys": {Recall: 2, Allow: 1}},
		},
		{
			At: w.now().Add(-models.Slot).Truncate(models.Slot), Outcomes: map[models.RecallState]int{models.Confirmed: 1}, Reasons: map[models.ReasonCode]int{models.Mistyped: 1},
			Rules: map[string]int{"": 1}, Took: map[int]int{models.TookBand(time.Minute): 1}, Reads: map[models.ReadBefore]int{models.ReadNotKnown: 1},
		},
	}
}

func TestNumbersAreDrawnAndTold(t *testing.T) {
	w := newWorld(t)
	w.figured()
	b := w.operator()
	p := b.page("/numbers")
	p.wants("#table-outcomes", "confirmed8")
	p.wants("#table-reasons", "typ")
	p.wants("#table-rules", "<b>cards</b>7")
	p.wants("#table-took", "≤ 1 s7")
	p.wants("#reads", "nobody6 75 %")
	p.wants("#precision", "keys21 67 %")
	for _, id := range []string{"took", "outcomes", "reasons", "rules"} {
		c := p.one("#chart-" + id)
		if len(c.find("title")) < 2 || len(c.find("desc")) != 1 || len(c.find("rect")) == 0 {
			t.Errorf("chart %s has no title, words or bars", id)
		}
	}
	if _, body := b.get("/numbers"); strings.Contains(body, "style=") || strings.Contains(body, "<b>cards") {
		t.Error("the page has inline style, or a rule's name as markup")
	}
	p = b.page("/numbers?window=24h")
	p.wants("#table-outcomes", "confirmed1")
	if len(p.find("#precision")) != 0 {
		t.Error("what is older than the window counts")
	}
	if res, _ := b.get("/numbers?window=1y"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a window that there is not answered %d", res.StatusCode)
	}
}

func TestNumbersWithoutAnySayWhatWillStandThere(t *testing.T) {
	newWorld(t).operator().page("/numbers?window=30d").wants(".notice", "No recall was over in this time.")
}

func TestDaysAndHoursAreTheReaders(t *testing.T) {
	load := func(name string) *time.Location {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return zone
	}
	now := time.Date(2026, 3, 30, 23, 50, 0, 0, time.UTC) // the 31st in Kathmandu and Berlin, where a day had 23 hours on the 29th
	for _, tt := range []struct {
		zone, window string
		first, last  string
		n            int
	}{
		{"UTC", "24h", "2026-03-30T00:00:00Z", "2026-03-30T23:00:00Z", 24},
		{"Asia/Kathmandu", "24h", "2026-03-30T06:00:00+05:45", "2026-03-31T05:00:00+05:45", 24},
		{"UTC", "7d", "2026-03-24T00:00:00Z", "2026-03-30T00:00:00Z", 7},
		{"Europe/Berlin", "7d", "2026-03-25T00:00:00+01:00", "2026-03-31T00:00:00+02:00", 7},
		{"Asia/Kathmandu", "30d", "2026-03-02T00:00:00+05:45", "2026-03-31T00:00:00+05:45", 30},
	} {
		all := columnsOf(tt.window, now, load(tt.zone))
		got := []string{all[0].from.Format(time.RFC3339), all[len(all)-1].from.Format(time.RFC3339)}
		if diff := cmp.Diff([]string{tt.first, tt.last}, got); diff != "" || len(all) != tt.n {
			t.Errorf("%s in %s: %d columns\n%s", tt.window, tt.zone, len(all), diff)
		}
		for _, c := range all {
			if c.from.UnixMilli()%models.Slot.Milliseconds() != 0 {
				t.Errorf("%s in %s: %v is no border of a slot", tt.window, tt.zone, c.from)
			}
		}
	}
}

func TestTheZoneIsToldByACookie(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	for value, want := range map[string]string{"Asia/Shanghai": "Asia/Shanghai", "../../etc/passwd": "UTC", "Local": "UTC", "Nowhere/Land": "UTC"} {
		req := b.request(http.MethodGet, "/numbers", nil)
		req.AddCookie(&http.Cookie{Name: "takeback-zone", Value: value})
		_, body := b.do(req)
		parse(t, body).wants(".head", "Hours and days are those of "+want+".")
	}
}

func TestAScaleEndsAboveTheTallestBar(t *testing.T) {
	for most, want := range map[int]int{0: 2, 1: 2, 2: 2, 3: 4, 5: 6, 9: 10, 11: 20, 39: 40, 41: 60, 52: 60, 4711: 6000} {
		if got := niceTop(most); got != want {
			t.Errorf("niceTop(%d) = %d, want %d", most, got, want)
		}
	}
}
