package tencentsim

import (
	"encoding/json"
	"io"
	"maps"
	"sync"
	"time"
)

// Directions of a journal entry.
const (
	FromCaller = "rest"    // a REST call that was received
	ToReceiver = "webhook" // a webhook that was sent, or dropped by a fault
)

// JournalEntry is one line of the journal: one REST call or one attempt at a webhook.
// It never holds message text, reasons or credentials.
type JournalEntry struct {
	At        int64    `json:"at"` // when it began, Unix nanoseconds
	Direction string   `json:"direction"`
	Command   string   `json:"command"` // group_open_http_svc/group_msg_recall, Group.CallbackAfterSendMsg
	Group     string   `json:"group,omitempty"`
	Topic     string   `json:"topic,omitempty"`
	Seqs      []uint32 `json:"seqs,omitempty"`
	Keys      []string `json:"keys,omitempty"`  // MsgKeys of one-to-one messages
	Codes     []int    `json:"codes,omitempty"` // RetCode of each of Seqs, of a recall
	Code      int      `json:"code"`            // the answer's ErrorCode; -1 where there was no readable answer
	Status    int      `json:"status"`          // HTTP; 0 where there was none
	Micros    int64    `json:"us"`              // how long it took, microseconds
	Attempt   int      `json:"attempt,omitempty"`
	Fault     string   `json:"fault,omitempty"` // the fault that struck
}

type journal struct {
	mu sync.Mutex
	w  io.Writer
}

func (j *journal) write(e JournalEntry, began, now time.Time) {
	if j.w == nil {
		return
	}
	e.At, e.Micros = began.UnixNano(), now.Sub(began).Microseconds()
	line, err := json.Marshal(e)
	if err != nil {
		return // numbers and names always encode
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, _ = j.w.Write(append(line, '\n')) // whoever keeps the journal sees its own errors
}

// Counters count calls since the start.
type Counters struct {
	REST     map[string]int // by service/command, whatever the answer
	Codes    map[int]int    // REST answers by ErrorCode
	Recalled int            // messages taken back over REST
	Webhooks map[string]int // attempts by CallbackCommand
	Failed   int            // attempts without a good answer
	Dropped  int            // webhooks never sent: fault, overflow or close
	Bans     int            // how often an API was shut because it was called too often
}

type counters struct {
	mu sync.Mutex
	c  Counters
}

func newCounters() *counters {
	return &counters{c: Counters{REST: map[string]int{}, Codes: map[int]int{}, Webhooks: map[string]int{}}}
}

func (k *counters) count(f func(*Counters)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f(&k.c)
}

// Calls returns the counters as they stand.
func (s *Sim) Calls() Counters {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	c := s.calls.c
	c.REST, c.Codes, c.Webhooks = maps.Clone(c.REST), maps.Clone(c.Codes), maps.Clone(c.Webhooks)
	return c
}
