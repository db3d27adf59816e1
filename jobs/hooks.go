package jobs

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/models"
)

// Hook is an endpoint of another system, as it is called. Secrets sign what it
// gets, the newest first; while they are changed there are two.
type Hook struct {
	ID      string
	URL     string
	Secrets [][]byte
}

// HookStore is what delivering to endpoints needs of the database. *store.Store is one.
type HookStore interface {
	// ClaimHookDeliveries leases up to limit due deliveries to some endpoints.
	ClaimHookDeliveries(ctx context.Context, hooks []string, limit int, lease time.Duration) ([]models.HookClaim, error)
	// SettleHookDelivery writes what became of one, and says whether its endpoint was
	// disabled by it.
	SettleHookDelivery(ctx context.Context, st models.HookSettlement) (disabled bool, err error)
	// PruneHookDeliveries forgets deliveries that were over long ago.
	PruneHookDeliveries(ctx context.Context) error
}

const (
	hookTime    = 10 * time.Second // for one delivery, from dialling to the end of the answer
	hookAtOnce  = 20
	hookAbreast = 4
	hookAnswer  = 64 << 10 // bytes of an answer that are read
	pruneEvery  = time.Hour
)

// hookWaits are the times between tries, by the scheme's own advice; after the
// last one, more than two days after the first, nobody tries any more.
var hookWaits = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour,
}

// hooker tells endpoints of other systems what became of things here.
type hooker struct {
	clock   clock
	every   time.Duration
	store   HookStore
	hooks   map[string]Hook
	ids     []string
	http    *http.Client
	metrics *metrics
	log     *slog.Logger
	pruned  time.Time
}

func newHooker(o Options, m *metrics) *hooker {
	h := &hooker{clock: o.Now, every: o.Sweep, store: o.HookStore, hooks: map[string]Hook{}, metrics: m, log: o.Logger}
	for _, hook := range o.Hooks {
		h.hooks[hook.ID] = hook
		h.ids = append(h.ids, hook.ID)
	}
	// A redirect is not followed: an endpoint must not choose whom we call.
	h.http = &http.Client{
		Transport: failpoint.Transport("hook.call", nil), Timeout: hookTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return h
}

func (h *hooker) run(ctx context.Context) error {
	if h.store == nil || len(h.hooks) == 0 {
		return nil
	}
	for {
		for h.round(ctx) {
		}
		h.prune(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(h.every):
		}
	}
}

// round delivers what one claim brings and reports whether there may be more.
func (h *hooker) round(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	claims, err := h.store.ClaimHookDeliveries(ctx, h.ids, hookAtOnce, hookAtOnce/hookAbreast*hookTime+lease)
	if err != nil {
		if ctx.Err() == nil {
			h.log.ErrorContext(ctx, "deliveries to hooks were not claimed", slog.Any("error", err))
		}
		return false
	}
	var g errgroup.Group
	g.SetLimit(hookAbreast)
	for _, c := range claims {
		g.Go(func() error {
			if ctx.Err() == nil { // else we stop, and another node delivers it when the lease ends
				h.settle(ctx, c, h.deliver(context.WithoutCancel(ctx), c))
			}
			return nil
		})
	}
	_ = g.Wait() // no part of it fails
	return len(claims) == hookAtOnce
}

func (h *hooker) prune(ctx context.Context) {
	if time.Since(h.pruned) < pruneEvery || ctx.Err() != nil {
		return
	}
	h.pruned = time.Now()
	if err := h.store.PruneHookDeliveries(ctx); err != nil && ctx.Err() == nil {
		h.log.ErrorContext(ctx, "old deliveries to hooks were not forgotten", slog.Any("error", err))
	}
}

func (h *hooker) settle(ctx context.Context, c models.HookClaim, st models.HookSettlement) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	disabled, err := h.store.SettleHookDelivery(ctx, st)
	result := "failed"
	if st.Delivered {
		result = "delivered"
	}
	h.metrics.hooks.WithLabelValues(c.Hook, result).Inc()
	if err != nil {
		h.log.ErrorContext(ctx, "what became of a delivery was not written", slog.String("delivery", string(c.ID)), slog.Any("error", err))
	}
	if disabled {
		h.metrics.disabled.WithLabelValues(c.Hook).Set(1)
		h.log.ErrorContext(ctx, "a hook is disabled: it has failed for days, or says that it is gone", slog.String("hook", c.Hook))
	}
	if st.Delivered {
		h.metrics.disabled.WithLabelValues(c.Hook).Set(0)
	}
}

// deliver makes one delivery and says what became of it.
func (h *hooker) deliver(ctx context.Context, c models.HookClaim) models.HookSettlement {
	st := models.HookSettlement{Delivery: c.ID, Fence: c.Fence}
	status, err := h.post(ctx, h.hooks[c.Hook], c)
	st.Status = status
	switch {
	case err == nil && status >= 200 && status < 300:
		st.Delivered, st.Explanation = true, "The endpoint took it."
		return st
	case status == http.StatusGone:
		st.Gone, st.Explanation = true, "The endpoint says that it is there no more."
		return st
	case err != nil:
		st.Explanation = err.Error()
	case status >= 300 && status < 400:
		st.Explanation = "The endpoint wants to redirect, which is not followed."
	default:
		st.Explanation = fmt.Sprintf("The endpoint answered %d.", status)
	}
	if c.Attempts < len(hookWaits) {
		wait := hookWaits[c.Attempts]
		st.DueAt = h.clock.now().Add(wait + rand.N(wait/10)) // so that what failed together does not come back together
	}
	return st
}

var (
	errHookAddress = errors.New("the endpoint's address is not one that can be called")
	errHookTime    = errors.New("the endpoint did not answer in time")
	errHookAway    = errors.New("the endpoint could not be reached")
)

// post sends one event. Its errors are fixed words: the library's hold the address.
func (h *hooker) post(ctx context.Context, hook Hook, c models.HookClaim) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader([]byte(c.Body)))
	if err != nil {
		return 0, errHookAddress
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "takeback")
	req.Header.Set("Webhook-Id", string(c.ID))
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signatures(hook.Secrets, string(c.ID), now, c.Body))
	resp, err := h.http.Do(req)
	if err != nil {
		if e, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); ok && e.Timeout() {
			return 0, errHookTime
		}
		return 0, errHookAway
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, hookAnswer)) // so that the connection can be used again
	return resp.StatusCode, nil
}

// signatures signs an event by the Standard Webhooks scheme, once with each secret.
func signatures(secrets [][]byte, id string, at time.Time, body string) string {
	var all []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		_, _ = fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body) // a hash never fails
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}
