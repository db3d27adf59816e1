package config

import (
	"net/url"
	"strings"
)

// Tracing says where traces of messages are sent, and of how many.
type Tracing struct {
	// Endpoint is the address at which an OpenTelemetry collector takes OTLP over HTTP,
	// without /v1/traces; empty: nothing is traced.
	Endpoint string `koanf:"endpoint" validate:"omitempty,http_url"`
	// Sample is the share of messages that are traced, 0 to 1.
	Sample float64 `koanf:"sample" validate:"min=0,max=1"`
}

// tracing refuses an address that is more than an address.
func (l *loader) tracing(t Tracing) {
	const field = "tracing.endpoint"
	u, err := url.Parse(t.Endpoint)
	switch {
	case t.Endpoint == "" || err != nil || l.faulted(field):
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		l.fault(field, "must be an address alone, without a name, password or query, such as http://127.0.0.1:4318")
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/v1/traces"):
		l.fault(field, "must end before /v1/traces, which is added to it, such as http://127.0.0.1:4318")
	}
}
