package tencent

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/takeback-chat/takeback/platforms"
)

// An answer that was lost on its way is asked for again where that changes nothing,
// and nowhere else.
func TestLostPagesAreAskedForAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lost  int64
		calls int64
		want  string
	}{
		{name: "none", calls: 1, want: "was_gone/"},
		{name: "two", lost: 2, calls: 3, want: "was_gone/"},
		{name: "three", lost: 3, calls: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStub(t)
			var calls atomic.Int64
			s.answers["admin_getroammsg"] = func(map[string]any) string {
				if calls.Add(1) <= tt.lost {
					panic(http.ErrAbortHandler)
				}
				return roamAnswer(1, "", "1_1_1000!8")
			}
			a := s.adapter()
			got, err := a.Verify(t.Context(), platforms.Order{Conversation: a.direct("jared", "john"), Items: items("1_1_1000")})
			if states(got) != tt.want || (err != nil) != (tt.want == "") || calls.Load() != tt.calls {
				t.Errorf("Verify = %q, %v after %d calls, want %q after %d", states(got), err, calls.Load(), tt.want, tt.calls)
			}
		})
	}
}

func TestLostRecallIsNotCalledForAgain(t *testing.T) {
	s := newStub(t)
	var calls atomic.Int64
	s.answers["admin_msgwithdraw"] = func(map[string]any) string {
		calls.Add(1)
		panic(http.ErrAbortHandler)
	}
	a := s.adapter()
	got, err := a.Recall(t.Context(), platforms.Order{Conversation: a.direct("jared", "john"), Items: items("1_1_1000")})
	if calls.Load() != 1 || err == nil && (len(got) != 1 || got[0].State != platforms.Unsure) {
		t.Errorf("Recall = %v, %v after %d calls, want one and no answer", got, err, calls.Load())
	}
}
