package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/platforms"
)

// lookAtService sees whether the service runs where it is to listen, and if not,
// whether it could.
func lookAtService(ctx context.Context, conf config.Config) []symptom {
	answer, err := ask(ctx, http.MethodGet, "http://"+conf.Listen+"/readyz", platforms.Request{})
	switch {
	case err == nil && answer.status == http.StatusOK:
		return []symptom{fine("service", "it runs at %s and is ready", conf.Listen)}
	case err == nil && answer.status == http.StatusServiceUnavailable:
		return []symptom{fails("service", "see its log", "it runs at %s and is not ready", conf.Listen)}
	case err == nil:
		return []symptom{fails("service", "stop that, or choose another address with the setting listen", "something else answers at %s", conf.Listen)}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", conf.Listen)
	if err != nil {
		return []symptom{fails("service", "choose another address with the setting listen", "nothing answers at %s, and it cannot be listened on", conf.Listen)}
	}
	_ = l.Close()
	return []symptom{warns("service", "start it: takeback serve", "it does not run at %s", conf.Listen)}
}

// lookAtPlatforms makes a harmless call with the credentials of each app.
func lookAtPlatforms(ctx context.Context, conf config.Config) (found []symptom) {
	adapters, err := adaptersOf(conf)
	if err != nil {
		return []symptom{fails("platform", "correct it", "%s", sentence(err))}
	}
	for _, a := range conf.Apps {
		if checker, ok := adapters[a.ID].(platforms.Checker); ok {
			found = append(found, lookAtPlatform(ctx, a, checker)...)
		}
	}
	return found
}

func lookAtPlatform(ctx context.Context, a config.App, checker platforms.Checker) []symptom {
	name := "platform " + a.ID
	told, err := checker.Check(ctx)
	found := []symptom{fine(name, "%s takes our credentials", a.Tencent.API)}
	if e, ok := errors.AsType[*platforms.CallError](err); ok {
		found[0] = fails(name, platformHelp(e), "%s said: %s (%s)", a.Tencent.API, e.Words, cmp.Or(e.Code, "no code"))
	} else if err != nil {
		found[0] = fails(name, "try again", "%s: %s", a.Tencent.API, err)
	}
	if told.Clocked {
		found = append(found, judgeClock("clock "+a.ID, a.Tencent.API, told.Ahead))
	}
	return found
}

// platformHelp says what to do about a call that failed.
func platformHelp(e *platforms.CallError) string {
	switch e.Class {
	case platforms.Setup:
		return "compare sdk_app_id, secret_key_file, admin and api with the platform's console"
	case platforms.RateLimit:
		return "wait a minute; something else may use the same rate"
	default:
		return "see that this machine reaches it (DNS, firewall, proxy), and that api names the app's region"
	}
}

// lookAtWebhooks sends each app's webhook address what the platform would send.
func lookAtWebhooks(ctx context.Context, conf config.Config) (found []symptom) {
	adapters, err := adaptersOf(conf)
	if err != nil {
		return nil // said already
	}
	for _, a := range conf.Apps {
		name := "webhook " + a.ID
		knocker, ok := adapters[a.ID].(platforms.Knocker)
		switch {
		case !ok:
		case conf.PublicURL == "":
			found = append(found, warns(name, "set it to how the platform reaches listen", "public_url is not set, so nobody can tell whether webhooks arrive"))
		default:
			found = append(found, lookAtWebhook(ctx, name, conf.PublicURL, a, knocker))
		}
	}
	return found
}

func lookAtWebhook(ctx context.Context, name, public string, a config.App, knocker platforms.Knocker) symptom {
	place := strings.TrimSuffix(public, "/") + "/webhooks/" + a.ID + "/"
	shown := place + "..."
	answer, err := ask(ctx, http.MethodPost, place+a.PathSecret.Reveal(), knocker.Knock(time.Now()))
	switch {
	case err != nil:
		return fails(name, "see that DNS, firewall, certificate and proxy lead to listen, and that the service runs", "%s: %s", shown, secretless(err))
	case answer.status == http.StatusOK && strings.Contains(answer.body, "ActionStatus"):
		if strings.HasPrefix(public, "http://") {
			return warns(name, "put HTTPS in front: what is posted is readable on its way", "%s answers, without TLS", shown)
		}
		return fine(name, "%s leads here, with the right path and token", shown)
	case answer.status == http.StatusUnauthorized && strings.Contains(answer.body, "unauthorized"):
		return fails(name, "compare path_secret_file, webhook_token_file and sdk_app_id with those of the running service (a restart reads them), and its clock",
			"%s is a takeback that takes none of our webhooks", shown)
	case answer.status >= http.StatusInternalServerError:
		return fails(name, "see that the service runs, and what its log says", "%s answers %d", shown, answer.status)
	}
	return fails(name, "let the proxy pass /webhooks/ on to listen, unchanged", "%s answers %d, which is not takeback", shown, answer.status)
}

// answered is what somebody answered, as far as it matters.
type answered struct {
	status int
	body   string // its beginning
}

// ask makes one request. No redirect is followed: the platform follows none.
func ask(ctx context.Context, method, address string, r platforms.Request) (answered, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(r.Body))
	if err != nil {
		return answered{}, errors.New("this is no address")
	}
	req.URL.RawQuery = r.Query.Encode()
	maps.Copy(req.Header, r.Header)
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	return answered{resp.StatusCode, string(body)}, nil
}

// secretless says why nothing answered, without the address that was asked: the
// library's words hold it, and with it the secret.
func secretless(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("the certificate is not valid (%s)", e.Err)
	}
	return err.Error()
}
