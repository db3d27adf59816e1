package main

import (
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// basesOf reads the addresses of nodes.
func basesOf(addresses []string) ([]*url.URL, error) {
	bases := make([]*url.URL, len(addresses))
	for i, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, usage("--url must be an address such as http://127.0.0.1:8080, not %q", a)
		}
		bases[i] = u
	}
	return bases, nil
}

// client sends webhooks to the nodes in turn, as a load balancer does, on no more
// connections than were asked for.
func (l loadCmd) client(bases []*url.URL) *http.Client {
	each := max(l.Connections/len(bases), 1)
	return &http.Client{
		Timeout:   10 * time.Second,
		Transport: &spread{nodes: bases, next: &http.Transport{MaxIdleConnsPerHost: each, MaxConnsPerHost: each}},
	}
}

// spread hands one request after another to the next node.
type spread struct {
	nodes []*url.URL
	next  http.RoundTripper
	sent  atomic.Uint64
}

// RoundTrip sends a request to the node whose turn it is.
func (s *spread) RoundTrip(req *http.Request) (*http.Response, error) {
	node := s.nodes[(s.sent.Add(1)-1)%uint64(len(s.nodes))]
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = node.Scheme, node.Host, ""
	return s.next.RoundTrip(req) //nolint:wrapcheck // the client says what it asked
}
