package tracing

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/takeback-chat/takeback/models"
)

// line is the way to a collector, which answers as it is told.
type line struct {
	answer func(*http.Request) (*http.Response, error)
	mu     sync.Mutex
	spans  []*tracepb.Span
	urls   []string
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if l.answer != nil {
		return l.answer(r)
	}
	var got tracepb.TracesData
	if err := proto.Unmarshal(body, &got); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.urls = append(l.urls, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type"))
	for _, all := range got.GetResourceSpans() {
		for _, scope := range all.GetScopeSpans() {
			l.spans = append(l.spans, scope.GetSpans()...)
		}
	}
	return answered(http.StatusOK), nil
}

func answered(status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}
}

// open returns a tracer of all messages whose collector is at the end of a line.
func open(t *testing.T, l *line, log *bytes.Buffer) *Tracer {
	t.Helper()
	tr, err := New(t.Context(), Options{Endpoint: "http://collector.example/otlp/", Sample: 1, Node: "one", Version: "v1", Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	tr.collector.http.Transport = l
	return tr
}

const message = models.MessageID("0199b7f4-1c2d-7abc-8def-0123456789ab")

func TestStationsBecomeOneTraceUnderTheMessagesID(t *testing.T) {
	var l line
	var log bytes.Buffer
	tr := open(t, &l, &log)
	at := time.UnixMilli(1_790_000_000_000)
	later := at.Add(3 * time.Millisecond)
	tr.Passed(models.Station{Message: message, Name: models.StationReceived, Begin: at, End: later, First: true, App: "main", Verdict: models.VerdictRecall, Findings: 2})
	tr.Passed(models.Station{Message: message, Name: models.StationCalled, Begin: later, End: at, Failed: true, Code: "10031", Attempt: 1, Batch: 3})
	tr.Close()
	if diff := cmp.Diff([]string{"POST http://collector.example/otlp/v1/traces application/x-protobuf"}, l.urls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	var got []string
	for _, s := range l.spans {
		got = append(got, fmt.Sprintf("%x %x %s %s %s %d %d %v", s.GetTraceId(), s.GetParentSpanId(), s.GetName(), s.GetKind(), s.GetStatus().GetCode(),
			int64(s.GetStartTimeUnixNano())-at.UnixNano(), s.GetEndTimeUnixNano()-s.GetStartTimeUnixNano(), told(s)))
	}
	want := []string{
		"0199b7f41c2d7abc8def0123456789ab  received SPAN_KIND_SERVER STATUS_CODE_UNSET 0 3000000 " +
			"[takeback.message=" + string(message) + " takeback.app=main takeback.verdict=recall takeback.findings=2]",
		"0199b7f41c2d7abc8def0123456789ab 8def0123456789ab called SPAN_KIND_CLIENT STATUS_CODE_ERROR 0 0 " + // clocks that differ take no time back
			"[takeback.message=" + string(message) + " takeback.platform.code=10031 takeback.attempt=1 takeback.batch=3]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if len(l.spans) == 2 && hex.EncodeToString(l.spans[0].GetSpanId()) != "8def0123456789ab" {
		t.Errorf("the first span is %x", l.spans[0].GetSpanId())
	}
	if log.Len() > 0 {
		t.Errorf("log: %s", &log)
	}
}

func told(s *tracepb.Span) (all []string) {
	for _, a := range s.GetAttributes() {
		value := a.GetValue().GetStringValue()
		if value == "" {
			value = strconv.FormatInt(a.GetValue().GetIntValue(), 10)
		}
		all = append(all, a.GetKey()+"="+value)
	}
	return all
}

// The share holds for ids as they are made, also for those of one moment, and whoever
// follows more follows those too that others do.
func TestTheShareThatIsFollowed(t *testing.T) {
	const messages = 20_000
	var clock models.IDClock
	now := time.Now()
	few, many, all, none := &Tracer{sample: 0.01}, &Tracer{sample: 0.3}, &Tracer{sample: 1}, &Tracer{}
	followed := map[*Tracer]int{}
	for range messages {
		id := models.MessageID(clock.At(now))
		for _, tr := range []*Tracer{few, many, all, none} {
			if tr.Follows(id) {
				followed[tr]++
			}
		}
		if few.Follows(id) && !many.Follows(id) {
			t.Fatalf("of %s nodes say different things", id)
		}
	}
	if n := followed[few]; n < messages/100/2 || n > messages/100*2 {
		t.Errorf("%d of %d are followed, want about 1 in 100", n, messages)
	}
	if n := followed[many]; n < messages*27/100 || n > messages*33/100 {
		t.Errorf("%d of %d are followed, want about 30 in 100", n, messages)
	}
	if followed[all] != messages || followed[none] != 0 {
		t.Errorf("%d are followed of all, %d of none", followed[all], followed[none])
	}
}

func TestWhatHasNoIDIsNotFollowed(t *testing.T) {
	tr := &Tracer{sample: 1}
	for _, id := range []models.MessageID{"", "7", "0199b7f4-1c2d-7abc-8def-0123456789ag", "00000000-0000-0000-0000-000000000000"} {
		if tr.Follows(id) {
			t.Errorf("%q is followed", id)
		}
		tr.Passed(models.Station{Message: id}) // and does no harm
	}
}

func TestAskingAllocatesNothing(t *testing.T) {
	tr := &Tracer{sample: 0.01}
	if n := testing.AllocsPerRun(100, func() { tr.Follows(message) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A collector that is gone costs traces, and a line in the log each minute.
func TestACollectorThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		l := &line{answer: func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }}
		tr := open(t, l, &log)
		for range 10 * 60 {
			tr.Passed(models.Station{Message: message, End: time.Now()})
			time.Sleep(time.Second)
		}
		tr.Close()
		lines := strings.Count(log.String(), "traces are lost")
		if lines < 9 || lines > 11 {
			t.Errorf("in ten minutes it was told %d times:\n%s", lines, &log)
		}
		if !strings.Contains(log.String(), "spans=60") || !strings.Contains(log.String(), "refused") {
			t.Errorf("the log does not say how many, and why:\n%s", &log)
		}
	})
}

// A collector that answers no, or sends us elsewhere, is one that does not take traces.
func TestACollectorThatSaysNo(t *testing.T) {
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusNotFound, http.StatusMovedPermanently} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			calls := 0
			tr := open(t, &line{answer: func(*http.Request) (*http.Response, error) {
				calls++
				a := answered(status)
				a.Header.Set("Location", "http://elsewhere.example/")
				return a, nil
			}}, &log)
			tr.Passed(models.Station{Message: message, End: time.Now()})
			tr.Close()
			if !strings.Contains(log.String(), fmt.Sprintf("answered %d", status)) || calls != 1 {
				t.Errorf("%d calls; log: %s", calls, &log)
			}
		})
	}
}

// A collector that hangs delays nobody: what does not fit is lost, and the stop takes two
// seconds.
func TestACollectorThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		tr := open(t, &line{answer: func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, context.Cause(r.Context())
		}}, &log)
		began := time.Now()
		for range 10 * queueSize {
			tr.Passed(models.Station{Message: message, End: time.Now()})
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("somebody waited for %s", took)
		}
		began = time.Now()
		tr.Close()
		if took := time.Since(began); took != stopTime {
			t.Errorf("the stop took %s, want %s", took, stopTime)
		}
		if !strings.Contains(log.String(), "the last traces are lost") {
			t.Errorf("log: %s", &log)
		}
	})
}

// Every station comes to the collector or is counted, by why it did not, also where more
// come than a collector that hangs leaves room for.
func TestWhatIsLostIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		hangs := line{answer: func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		tr := open(t, &hangs, &log)
		pass := func(n int) {
			for range n {
				tr.Passed(models.Station{Message: message, Name: models.StationScanned, Begin: time.Now(), End: time.Now()})
			}
		}
		const more = 300
		pass(queueSize + more)
		if crowded, refused := tr.Lost(); crowded != more || refused != 0 {
			t.Errorf("%d are lost for want of room and %d at the collector, want %d and none yet", crowded, refused, more)
		}
		time.Sleep(time.Hour) // each call is given up in the end
		if crowded, refused := tr.Lost(); crowded != more || refused != queueSize {
			t.Errorf("%d are lost for want of room and %d at the collector, want %d and %d", crowded, refused, more, queueSize)
		}
		hangs.answer = nil
		pass(10)
		tr.Close()
		if crowded, refused := tr.Lost(); len(hangs.spans) != 10 || crowded+refused != queueSize+more {
			t.Errorf("%d came once it answered, and %d are lost, want 10 and %d", len(hangs.spans), crowded+refused, queueSize+more)
		}
	})
}
