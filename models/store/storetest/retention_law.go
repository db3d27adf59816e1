package storetest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

// someMessage is what the law of ages is tried on.
type someMessage struct {
	ago  time.Duration // since it came
	loud bool          // something was found
	over time.Duration // since its case was decided; 0: it has none, below 0: it is open
	held string        // what a legal hold is on
}

var someMessages = rapid.Custom(func(t *rapid.T) someMessage {
	m := someMessage{
		ago:  time.Duration(rapid.IntRange(0, 60*24).Draw(t, "hours"))*time.Hour + time.Minute,
		loud: rapid.Bool().Draw(t, "loud"), held: rapid.SampledFrom([]string{"", "", "", "message", "sender"}).Draw(t, "held"),
	}
	if m.loud {
		m.over = time.Duration(rapid.IntRange(-1, int(m.ago/time.Hour)).Draw(t, "over"))*time.Hour + rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "minute")
		m.over = min(m.over, m.ago)
	}
	return m
})

// fate is what the law says: nothing that is held or open goes, nothing younger goes, and
// all else that is old enough goes.
func (m someMessage) fate(r models.Retention) string {
	since := m.ago
	if m.over > 0 {
		since = min(since, m.over)
	}
	blank, gone := r.Clean, r.Clean
	if m.loud {
		blank, gone = r.Evidence, r.Finding
	}
	switch {
	case m.held != "", m.over < 0:
		return "x"
	case since > gone && m.ago > r.Shown:
		return "-"
	case since > blank:
		return "o"
	}
	return "x"
}

func keepsTheLawOfAges(b *bench) {
	round := b.round()
	db := b.raw()
	tries, one := 0, 0
	b.Run("law", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			tries++
			r := models.Retention{
				Clean: time.Duration(rapid.IntRange(1, 30).Draw(rt, "clean")) * day, Evidence: time.Duration(rapid.IntRange(1, 20).Draw(rt, "evidence")) * day,
				Shown: time.Duration(rapid.IntRange(0, 20).Draw(rt, "shown")) * day,
			}
			r.Finding = r.Evidence + time.Duration(rapid.IntRange(0, 20).Draw(rt, "finding"))*day
			all := rapid.SliceOfN(someMessages, 1, 6).Draw(rt, "messages")
			var kept []models.Kept
			var want strings.Builder
			for _, m := range all {
				one++
				kept = append(kept, b.keepSome(m, strconv.Itoa(one)))
				want.WriteString(m.fate(r))
				if m.over > 0 {
					b.rawExec(db, fmt.Sprintf("UPDATE cases SET state = 'decided', decided_at = %d WHERE message_id = '%s'",
						round.Now.Add(-m.over).UnixMilli(), kept[len(kept)-1].Message))
				}
			}
			b.age(t, round, r)
			if got := b.left(t, kept); got != want.String() {
				rt.Fatalf("of %+v kept as %+v: %s, want %s", all, r, got, want.String())
			}
			b.rawExec(db, "UPDATE legal_holds SET lifted_at = 1", "UPDATE cases SET state = 'decided', decided_at = 1")
			b.age(t, round, models.Retention{Clean: 1, Evidence: 1, Finding: 1}) // what is left is not in the way of the next
		})
	})
	if tries < 20 {
		b.Errorf("the law was tried %d times", tries)
	}
}

// keepSome keeps a message whose sender is nobody else's.
func (b *bench) keepSome(m someMessage, name string) models.Kept {
	j := posted(name, "words")
	j.Event.Message.Sender = "sender" + name
	if m.loud {
		verdict := models.VerdictAllow
		if m.over != 0 {
			verdict = models.VerdictReview
		}
		j = found(j, verdict)
	}
	k := b.keep(aged(j, m.ago))[0]
	switch m.held {
	case "message":
		b.legalHold(models.HoldMessage, string(k.Message))
	case "sender":
		b.legalHold(models.HoldSender, j.Event.Message.Sender)
	}
	return k
}
