package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// The client writes requests by hand on plain connections, so that on a small
// machine most of the time is the server's.

// requests counts every request of this run, so that no two messages are the same.
var requests atomic.Int64

// measure keeps a number of connections busy for a time.
func (t *target) measure(ctx context.Context, connections int, length time.Duration) (measurement, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	before, err := t.cpuTime()
	if err != nil {
		return measurement{}, err
	}
	results := make([]result, connections)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = t.drive(ctx) })
	}
	wg.Wait()
	took := time.Since(start)
	after, err := t.cpuTime()
	if err != nil {
		return measurement{}, err
	}
	return summary(results, took, after-before)
}

type result struct {
	took   []time.Duration
	failed int
	err    error
}

func summary(results []result, took, cpu time.Duration) (measurement, error) {
	var all []time.Duration
	m := measurement{}
	for _, r := range results {
		if r.err != nil {
			return m, r.err
		}
		all = append(all, r.took...)
		m.failed += r.failed
	}
	if len(all) == 0 {
		return m, errors.New("no request was answered")
	}
	slices.Sort(all)
	m.perSecond = float64(len(all)) / took.Seconds()
	m.cpu = cpu / time.Duration(len(all))
	m.p50, m.p99 = all[len(all)/2], all[len(all)*99/100]
	return m, nil
}

// drive sends request after request on one connection until ctx ends.
func (t *target) drive(ctx context.Context) (r result) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.address)
	if err != nil {
		return result{err: err}
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var buf bytes.Buffer
	for ctx.Err() == nil {
		t.request(&buf, requests.Add(1))
		start := time.Now()
		if _, err := conn.Write(buf.Bytes()); err != nil {
			r.err = err
			return r
		}
		status, err := readAnswer(in)
		if err != nil {
			r.err = err
			return r
		}
		if status != http.StatusOK {
			r.failed++
			continue
		}
		r.took = append(r.took, time.Since(start))
	}
	return r
}

var lengthHeader = []byte("Content-Length: ")

// readAnswer reads one answer with a Content-Length.
func readAnswer(in *bufio.Reader) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, errors.New("not an HTTP answer")
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		line, err = in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, lengthHeader); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	_, err = io.CopyN(io.Discard, in, int64(length))
	return status, err
}

// request writes the n-th webhook.
func (t *target) request(buf *bytes.Buffer, n int64) {
	now := time.Now()
	body := fmt.Appendf(nil, bodyForm, n%200, n, n/200+1, now.Unix(), n, now.UnixMilli())
	at := strconv.FormatInt(now.Unix(), 10)
	sum := sha256.Sum256([]byte(t.token + at))
	buf.Reset()
	_, _ = fmt.Fprintf(buf, "POST %s?SdkAppid=%d&CallbackCommand=Group.CallbackAfterSendMsg&contenttype=json&ClientIP=127.0.0.1&OptPlatform=iOS&Sign=%s&RequestTime=%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		t.path, sdkAppID, hex.EncodeToString(sum[:]), at, len(body))
	buf.Write(body)
}

// bodyForm is a chat message of ordinary length; about one in a few holds what
// must be looked at closer (a number, an address), none holds a secret.
const bodyForm = `{"CallbackCommand":"Group.CallbackAfterSendMsg","GroupId":"bench-%d","Type":"Public","From_Account":"jared","Operator_Account":"jared","Random":%d,"MsgSeq":%d,"MsgTime":%d,"OnlineOnlyFlag":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"see you at half past nine at the venue, bring the plan for table %d"}}],"CloudCustomData":"","EventTime":%d}`
