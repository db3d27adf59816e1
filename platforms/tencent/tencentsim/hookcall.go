package tencentsim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
)

// hookReply is what a receiver answers; ErrorCode is a pointer since it is required.
type hookReply struct {
	ActionStatus    string
	ErrorCode       *int
	ErrorInfo       string
	MsgBody         []Element
	CloudCustomData *string
}

// Sign is the signature of a webhook: lower-case hex SHA-256 of token and
// request time, one after the other.
func Sign(token, requestTime string) string {
	sum := sha256.Sum256([]byte(token + requestTime))
	return hex.EncodeToString(sum[:])
}

// call makes one attempt at a webhook and journals it. An error means that there
// was no good answer.
func (h *hooks) call(ctx context.Context, w webhook) (hookReply, error) {
	began := h.sim.now()
	w.note.Code = -1
	reply, status, err := h.exchange(ctx, &w)
	w.note.Status = status
	if err == nil {
		w.note.Code = *reply.ErrorCode
	}
	h.sim.calls.count(func(c *Counters) {
		c.Webhooks[w.command]++
		if err != nil {
			c.Failed++
		}
	})
	h.sim.journal.write(w.note, began, h.sim.now())
	if err != nil {
		h.sim.opt.Logger.DebugContext(ctx, "webhook failed", slog.String("command", w.command), slog.Int("status", status))
	}
	return reply, err
}

func (h *hooks) exchange(ctx context.Context, w *webhook) (hookReply, int, error) {
	ctx, cancel := context.WithTimeout(ctx, webhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address(w), bytes.NewReader(w.body))
	if err != nil {
		return hookReply{}, 0, errors.New("the webhook URL is not one")
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := h.sim.opt.HTTP.Do(req)
	if err != nil {
		return hookReply{}, 0, fmt.Errorf("send %s: %w", w.command, errors.Unwrap(err)) // without the URL
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return hookReply{}, res.StatusCode, fmt.Errorf("read answer to %s: %w", w.command, err)
	}
	var reply hookReply
	if err := json.Unmarshal(raw, &reply); err != nil || reply.ErrorCode == nil || reply.ActionStatus == "" {
		return hookReply{}, res.StatusCode, fmt.Errorf("answer to %s is not in the agreed form", w.command)
	}
	if res.StatusCode != http.StatusOK {
		return hookReply{}, res.StatusCode, fmt.Errorf("answer to %s has status %d", w.command, res.StatusCode)
	}
	return reply, res.StatusCode, nil
}

// address is the configured URL with the platform's query string, in its order.
func (h *hooks) address(w *webhook) string {
	base, token := h.target()
	q := fmt.Sprintf("%s?SdkAppid=%d&CallbackCommand=%s&contenttype=json&ClientIP=127.0.0.1&OptPlatform=%s",
		base, h.sim.opt.SDKAppID, url.QueryEscape(w.command), url.QueryEscape(w.platform))
	if token == "" {
		return q
	}
	at := strconv.FormatInt(h.sim.now().Unix(), 10)
	if h.sim.faults.strikes(badSignature) {
		token += "?"
		w.note.Fault = faultNames[badSignature]
	}
	return q + "&Sign=" + Sign(token, at) + "&RequestTime=" + at
}
