package oidc_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/takeback-chat/takeback/server/oidc"
)

// The client's secret is for the provider alone: whoever it points to is not asked.
func TestNobodyElseIsToldTheSecret(t *testing.T) {
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	mux := http.NewServeMux()
	provider := httptest.NewServer(mux)
	t.Cleanup(provider.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": provider.URL, "authorization_endpoint": provider.URL + "/authorize", "token_endpoint": provider.URL + "/token",
			"jwks_uri": provider.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	var redeemed atomic.Int64
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		redeemed.Add(1)
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	p := oidc.New(oidc.Options{Issuer: provider.URL, ClientID: "takeback", Secret: "made up", Redirect: "http://127.0.0.1/back"})
	_, attempt, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, err := p.Finish(t.Context(), attempt, attempt.State, "code")
	if err == nil || redeemed.Load() == 0 || asked.Load() != 0 {
		t.Errorf("%v signed in, %v; the provider was asked %d times, another %d times", who, err, redeemed.Load(), asked.Load())
	}
}
