package tencent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	callTimeout = 5 * time.Second // the service itself gives up after 3 s
	maxAnswer   = 4 << 20         // bytes; the service stops at 1 MB
	idleConns   = 64
	ratePause   = time.Second            // after a call over the rate, which is counted by the second
	signPause   = time.Minute            // 70050
	dayPause    = time.Hour              // 60028: until the day is over
	okStatus    = "OK"                   // of ActionStatus
	folderGroup = "group_open_http_svc/" // of calls
)

// client calls the REST API of one application.
type client struct {
	config Config
	http   *http.Client
	signer *signer
}

func newClient(c Config) *client {
	h := http.Client{Transport: transport()}
	if c.HTTP != nil {
		h = *c.HTTP
	}
	h.Transport = failpoint.Transport("platform.call", h.Transport)
	// No redirect is followed: the address holds the account's signature.
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{config: c, http: &h, signer: &signer{config: c}}
}

// transport keeps enough connections open for all workers of one app.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = idleConns, idleConns
	return t
}

// call makes one call and returns the answer's members once the service said
// that it succeeded. Errors are *platforms.CallError.
func (c *client) call(ctx context.Context, command string, request any) (*fields, error) {
	answer, err := c.signed(ctx, command, request)
	if ce, ok := errors.AsType[*platforms.CallError](err); ok && ce.Class == platforms.Setup {
		if code, convErr := strconv.Atoi(ce.Code); convErr == nil && stale[code] {
			return c.signed(ctx, command, request) // with a new signature, once
		}
	}
	return answer, err
}

// errNoAnswer is the cause of a call that left and was not answered.
var errNoAnswer = errors.New("no answer")

// mostReads is how often one page of history is asked for.
const mostReads = 3

// read is call for what changes nothing: where an answer was lost on its way it is
// asked for again at once. A look at many messages takes several pages, and would
// begin anew for each that is lost. What takes too long is not asked for again.
func (c *client) read(ctx context.Context, command string, request any) (*fields, error) {
	answer, err := c.call(ctx, command, request)
	for try := 1; try < mostReads && errors.Is(err, errNoAnswer) && !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil; try++ {
		answer, err = c.call(ctx, command, request)
	}
	return answer, err
}

func (c *client) signed(ctx context.Context, command string, request any) (*fields, error) {
	sig, err := c.signer.get()
	if err != nil {
		return nil, &platforms.CallError{Op: command, Class: platforms.Setup, Words: "Our account could not be signed in.", Err: errors.New("making a UserSig")}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, &platforms.CallError{Op: command, Class: platforms.Permanent, Words: "The request could not be written.", Err: errors.New("writing the request")}
	}
	answer, err := c.post(ctx, command, sig, body)
	if err != nil {
		return nil, err
	}
	code, ok := codeIn(answer)
	switch {
	case !ok:
		return nil, unreadableAnswer(command)
	case code == 0:
		return answer, nil
	case stale[code]:
		c.signer.drop(sig)
	}
	return nil, failure(command, code)
}

// codeIn returns an answer's code, and whether the answer makes sense: success
// must be said and not be contradicted. Some calls say it by the code alone.
func codeIn(answer *fields) (code int, ok bool) {
	code, word := answer.code("ErrorCode"), answer.text("ActionStatus")
	said := word == okStatus || word == "" && answer.find("ErrorCode") != 0
	return code, answer.why == "" && (code != 0 || said)
}

// failure is the error of a call that the service answered with a code.
func failure(command string, code int) error {
	r := rowOf(code)
	return &platforms.CallError{Op: command, Class: r.class(), Code: strconv.Itoa(code), Words: r.words, RetryAfter: pauseOf(r)}
}

// pauseOf returns how long to wait after a code that asks for patience.
func pauseOf(r codeRow) time.Duration {
	switch {
	case r.code == 70050:
		return signPause
	case r.code == 60028:
		return dayPause
	case r.state == throttled:
		return ratePause
	}
	return 0
}

// unreadableAnswer is the error of a call whose answer makes no sense: it may
// have been applied.
func unreadableAnswer(command string) error {
	return &platforms.CallError{Op: command, Class: platforms.Lost, Words: "The chat service's answer could not be read.", Err: errors.New("unreadable answer")}
}

// address is the URL of a call. It holds the signature and goes nowhere but
// into the request.
func (c *client) address(command, sig string) string {
	q := url.Values{
		"sdkappid": {strconv.FormatUint(uint64(c.config.SDKAppID), 10)}, "identifier": {c.config.Admin},
		"usersig": {sig}, "random": {strconv.FormatUint(uint64(rand.Uint32()), 10)}, "contenttype": {"json"}, //nolint:gosec // not a secret
	}
	return c.config.API + "/v4/" + command + "?" + q.Encode()
}

// post sends a call and reads its answer, whatever the service says in it.
func (c *client) post(ctx context.Context, command, sig string, body []byte) (*fields, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var left atomic.Bool // a connection was there to carry the call
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(command, sig), bytes.NewReader(body))
	if err != nil {
		return nil, &platforms.CallError{Op: command, Class: platforms.Setup, Words: "The chat service's address is not valid.", Err: errors.New("making the request")}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, network(command, err, left.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	return decode(command, resp)
}

// decode reads an answer in full, so that its connection can be used again.
func decode(command string, resp *http.Response) (*fields, error) {
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if resp.StatusCode != http.StatusOK {
		return nil, status(command, resp)
	}
	if err != nil {
		return nil, network(command, err, true)
	}
	doc, why := parse(answer, strict)
	if why != "" {
		return nil, &platforms.CallError{
			Op: command, Class: platforms.Lost, Words: "The chat service's answer could not be read.", Err: &textError{why, answer},
		}
	}
	if doc.nodes[0].kind != '{' {
		return nil, unreadableAnswer(command)
	}
	return &fields{doc: doc}, nil
}

// network is the error of a call that got no answer. Its cause is told in fixed
// words or as the context's own error: the library's words hold the address.
func network(command string, err error, left bool) error {
	e := &platforms.CallError{Op: command, Class: platforms.Transient, Words: "The chat service could not be reached.", Err: errors.New("no connection")}
	if left {
		e.Class, e.Words, e.Err = platforms.Lost, "The chat service's answer did not come.", errNoAnswer
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			e.Err = fmt.Errorf("%w: %w", e.Err, known)
		}
	}
	return e
}

// status is the error of an answer that is not the service's own: a gateway
// stood in between.
func status(command string, resp *http.Response) error {
	e := &platforms.CallError{Op: command, Err: fmt.Errorf("HTTP status %d", resp.StatusCode)}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = min(time.Duration(s)*time.Second, time.Hour)
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		e.Class, e.Words = platforms.RateLimit, "The chat service asks for fewer requests."
	case resp.StatusCode == http.StatusServiceUnavailable:
		e.Class, e.Words = platforms.Transient, "The chat service is not available."
	case resp.StatusCode >= http.StatusInternalServerError:
		e.Class, e.Words = platforms.Lost, "The chat service's gateway failed."
	default:
		e.Class, e.Words = platforms.Setup, "The address of the chat service is not the service's own."
	}
	return e
}
