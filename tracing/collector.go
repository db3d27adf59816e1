package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/takeback-chat/takeback/internal/failpoint"
)

// quiet is how long nothing more is logged of a collector that does not take traces.
const quiet = time.Minute

// collector is a client of the OTLP exporter that posts protobuf over HTTP, and never
// fails: what is lost is counted and logged. The exporter's own HTTP client would link
// gRPC into the program, and listen to the environment beside our configuration.
type collector struct {
	url  string
	http *http.Client
	log  *slog.Logger
	now  func() time.Time

	ended  context.Context //nolint:containedctx // calls are made by the exporter, whose context does not know of the stop
	giveUp context.CancelFunc
	left   chan struct{} // closed when the exporter calls no more

	mu     sync.Mutex // guards what follows
	logged time.Time
	lost   int // spans, since it was logged

	waiting atomic.Int64 // spans that the collector has neither taken nor refused
	crowded atomic.Int64 // spans that came while too many waited
	refused atomic.Int64 // spans that the collector did not take
}

// room takes a place for one more span, or counts it as lost. The exporter's own queue
// has as many places, so it never drops one unseen.
func (c *collector) room() bool {
	if c.waiting.Add(1) <= queueSize {
		return true
	}
	c.waiting.Add(-1)
	c.crowded.Add(1)
	return false
}

func newCollector(endpoint string, log *slog.Logger) *collector {
	c := &collector{url: strings.TrimSuffix(endpoint, "/") + "/v1/traces", log: log, now: time.Now, left: make(chan struct{})}
	c.ended, c.giveUp = context.WithCancel(context.Background())
	c.http = &http.Client{
		Transport:     failpoint.Transport("trace.call", http.DefaultTransport.(*http.Transport).Clone()),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Start implements otlptrace.Client.
func (c *collector) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c *collector) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	close(c.left)
	return nil
}

// UploadTraces implements otlptrace.Client.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	n := count(spans)
	defer c.waiting.Add(-int64(n))
	if err := c.upload(ctx, spans); err != nil {
		c.refused.Add(int64(n))
		c.failed(ctx, err, n)
	}
	return nil
}

func (c *collector) upload(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(c.ended, cancel) //nolint:contextcheck // it is to end before ctx does
	defer stop()
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans}) // what an ExportTraceServiceRequest looks like
	if err != nil {
		return fmt.Errorf("encode traces: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send traces: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("send traces: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("send traces: the collector answered %d", resp.StatusCode)
	}
	return nil
}

func (c *collector) failed(ctx context.Context, err error, spans int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost += spans
	now := c.now()
	if !c.logged.IsZero() && now.Sub(c.logged) < quiet {
		return
	}
	c.log.WarnContext(ctx, "traces are lost: look at the collector, or at the setting tracing.endpoint", slog.Int("spans", c.lost), slog.Any("error", err))
	c.logged, c.lost = now, 0
}

func count(spans []*tracepb.ResourceSpans) int {
	n := 0
	for _, r := range spans {
		for _, s := range r.GetScopeSpans() {
			n += len(s.GetSpans())
		}
	}
	return n
}
