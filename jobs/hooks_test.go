package jobs

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// The vector that the scheme's own libraries are tested with.
func TestSignaturesAreThoseOfTheScheme(t *testing.T) {
	first, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjU" + "PD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1614265330, 0)
	const id, body, want = "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := signatures([][]byte{first}, id, at, body); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if got := strings.Fields(signatures([][]byte{[]byte("the next secret"), first}, id, at, body)); len(got) != 2 || got[1] != want {
		t.Errorf("while the secret is changed: %q", got)
	}
}

// replies is an endpoint without a network.
type replies func(*http.Request) (*http.Response, error)

func (a replies) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestDelivery(t *testing.T) {
	const secretURL = "https://crm.example.com/in?token=abc"
	status := func(code int, header ...string) replies {
		return func(*http.Request) (*http.Response, error) {
			h := http.Header{}
			if len(header) > 0 {
				h.Set("Location", header[0])
			}
			return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader("noted"))}, nil
		}
	}
	tests := []struct {
		name      string
		attempts  int
		endpoint  replies
		delivered bool
		gone      bool
		again     time.Duration // at least; zero: never
		says      string
	}{
		{"taken", 0, status(204), true, false, 0, "took it"},
		{"a fault", 0, status(500), false, false, 5 * time.Second, "answered 500"},
		{"a fault again", 3, status(503), false, false, 2 * time.Hour, "answered 503"},
		{"the last try", 8, status(500), false, false, 0, "answered 500"},
		{"a redirect", 0, status(302, "https://elsewhere.example.com"), false, false, 5 * time.Second, "redirect"},
		{"gone", 0, status(410), false, true, 0, "no more"},
		{"away", 1, func(*http.Request) (*http.Response, error) { return nil, errors.New("dial " + secretURL) }, false, false, 5 * time.Minute, "could not be reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			h := newHooker(Options{Hooks: []Hook{{ID: "crm", URL: secretURL, Secrets: [][]byte{[]byte("secret")}}}, Logger: slog.New(slog.DiscardHandler)}, nil)
			h.http.Transport = replies(func(r *http.Request) (*http.Response, error) {
				calls++
				if r.Header.Get("Webhook-Id") != "d1" || !strings.HasPrefix(r.Header.Get("Webhook-Signature"), "v1,") || r.Header.Get("Webhook-Timestamp") == "" {
					t.Errorf("headers %v", r.Header)
				}
				return tt.endpoint(r)
			})
			before := time.Now()
			st := h.deliver(t.Context(), models.HookClaim{HookDelivery: models.HookDelivery{ID: "d1", Hook: "crm", Body: "{}", Attempts: tt.attempts}, Fence: 3})
			if st.Delivered != tt.delivered || st.Gone != tt.gone || st.Fence != 3 || !strings.Contains(st.Explanation, tt.says) || calls != 1 {
				t.Errorf("%d calls, %+v", calls, st)
			}
			if strings.Contains(st.Explanation, "token=abc") {
				t.Errorf("it tells the URL: %s", st.Explanation)
			}
			if tt.again == 0 != st.DueAt.IsZero() || tt.again > 0 && (st.DueAt.Before(before.Add(tt.again)) || st.DueAt.After(time.Now().Add(tt.again+tt.again/5+time.Second))) {
				t.Errorf("next try at %v, want after %s", st.DueAt, tt.again)
			}
		})
	}
	total := time.Duration(0)
	for _, w := range hookWaits {
		total += w
	}
	if total < 24*time.Hour {
		t.Errorf("an endpoint is tried for %s only", total)
	}
}

// hookBook is a HookStore that hands out some claims once, and counts what is settled.
type hookBook struct {
	HookStore
	claims  []models.HookClaim
	mu      sync.Mutex // guards settled
	settled int
}

func (b *hookBook) ClaimHookDeliveries(context.Context, []string, int, time.Duration) ([]models.HookClaim, error) {
	claims := b.claims
	b.claims = nil
	return claims, nil
}

func (b *hookBook) SettleHookDelivery(context.Context, models.HookSettlement) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled++
	return false, nil
}

func (*hookBook) PruneHookDeliveries(context.Context) error { return nil }

// A node that stops finishes the deliveries that have left, and begins no other,
// however slow the endpoint is.
func TestAStopWaitsForNoFurtherDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &hookBook{}
		for range hookAtOnce {
			book.claims = append(book.claims, models.HookClaim{HookDelivery: models.HookDelivery{ID: "d", Hook: "crm", Body: "{}"}})
		}
		o := Options{
			HookStore: book, Sweep: time.Second, Hooks: []Hook{{ID: "crm", URL: "https://crm.example.com"}},
			Logger: slog.New(slog.DiscardHandler),
		}
		m, err := newMetrics(o, &connection{})
		if err != nil {
			t.Fatal(err)
		}
		h := newHooker(o, m)
		h.http.Transport = replies(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done() // it never answers
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := h.run(ctx); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > grace+time.Second || book.settled != hookAbreast {
			t.Errorf("it stopped after %s with %d deliveries settled, want %d within the grace", took, book.settled, hookAbreast)
		}
	})
}
