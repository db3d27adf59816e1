package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// The meter pairs a webhook with the first call for its message, in whatever
// order they are journaled, and counts nothing else.
func TestRecallMeterPairsWebhookAndCall(t *testing.T) {
	const webhook, call = "Group.CallbackAfterSendMsg", "group_open_http_svc/group_msg_recall"
	line := func(command string, at time.Duration, seqs ...uint32) tencentsim.JournalEntry {
		return tencentsim.JournalEntry{Command: command, At: at.Nanoseconds(), Group: "g", Seqs: seqs, Status: 200}
	}
	m := &recallMeter{stats: &loadStats{}, seen: map[messageKey]journey{}}
	for _, e := range []tencentsim.JournalEntry{
		line(webhook, 1*time.Millisecond, 1), line(call, 4*time.Millisecond, 1), line(call, 90*time.Millisecond, 1), // in order, called twice
		line(call, 20*time.Millisecond, 2), line(webhook, 15*time.Millisecond, 2), // answered after the call
		line(call, 1*time.Second, 77), line(call, 5*time.Second, 77), // posted before this run
		line(webhook, 2*time.Second, 3), line(webhook, 2*time.Second, 4), line(call, 2007*time.Millisecond, 3, 4), // one call for two
	} {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	want := []time.Duration{3 * time.Millisecond, 5 * time.Millisecond, 7 * time.Millisecond, 7 * time.Millisecond}
	if diff := cmp.Diff(want, m.stats.recalls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
