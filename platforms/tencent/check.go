package tencent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

type presenceQuestion struct{ To_Account []string }

// Check asks whether our own account is online: a call that every application may
// make, that only an administrator may make, and that changes nothing.
func (a *Adapter) Check(ctx context.Context) (platforms.Checkup, error) {
	var heard dated
	c, h := *a.client, *a.client.http
	heard.next, h.Transport = h.Transport, &heard
	if heard.next == nil {
		heard.next = http.DefaultTransport
	}
	c.http = &h
	_, err := c.call(ctx, "openim/query_online_status", presenceQuestion{[]string{a.config.Admin}})
	return heard.checkup, err
}

// dated reads the clock of whoever answers.
type dated struct {
	next    http.RoundTripper
	checkup platforms.Checkup
}

// RoundTrip implements http.RoundTripper.
func (d *dated) RoundTrip(r *http.Request) (*http.Response, error) {
	asked := time.Now()
	resp, err := d.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		half := asked.Add(time.Since(asked) / 2)
		// The header tells the second that has begun.
		d.checkup = platforms.Checkup{Clocked: true, Ahead: at.Add(time.Second / 2).Sub(half).Round(time.Second)}
	}
	return resp, nil
}

// knocked is a webhook that the service sends when somebody goes online. It is only
// acknowledged.
const knocked = "State.StateChange"

// Knock makes a webhook as the service would sign it, of which nothing is kept.
func (a *Adapter) Knock(now time.Time) platforms.Request {
	at := strconv.FormatInt(now.Unix(), 10)
	sum := sha256.Sum256([]byte(a.config.WebhookToken + at))
	return platforms.Request{
		Query: url.Values{
			"SdkAppid": {a.query}, "CallbackCommand": {knocked}, "contenttype": {"json"},
			"RequestTime": {at}, "Sign": {hex.EncodeToString(sum[:])},
		},
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{"CallbackCommand":"` + knocked + `"}`),
		Now:    now,
	}
}
