package console

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// idp is a small OpenID Connect provider, which holds its clients to the protocol and
// lies about people where a test wants that.
type idp struct {
	t      *testing.T
	now    func() time.Time
	server *httptest.Server
	key    *rsa.PrivateKey
	kid    string
	codes  map[string]asking
	said   map[string]any // of the person, into every token
	sign   *rsa.PrivateKey
	alg    string
}

// asking is what a code was given out for.
type asking struct{ nonce, challenge, redirect string }

const (
	clientID = "takeback"
	callback = "https://takeback.example.com/sign-in/oidc/callback"
)

// clientSecret is made up when the test runs.
var clientSecret = rand.Text()

func newIDP(t *testing.T, now func() time.Time) *idp {
	t.Helper()
	p := &idp{t: t, now: now, codes: map[string]asking{}, said: map[string]any{}, alg: "RS256"}
	p.rotate("first")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	return p
}

// rotate signs with a new key from now on, and knows the old one no more.
func (p *idp) rotate(kid string) {
	p.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		p.t.Fatal(err)
	}
	p.key, p.sign, p.kid = key, key, kid
}

func (p *idp) configuration(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.server.URL, "authorization_endpoint": p.server.URL + "/authorize", "token_endpoint": p.server.URL + "/token",
		"jwks_uri": p.server.URL + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (p *idp) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": p.kid, "n": b64(p.key.N.Bytes()), "e": b64(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// consents is the person's yes at the address to which a browser was sent. It returns
// the path by which the browser comes back.
func (p *idp) consents(to string) string {
	p.t.Helper()
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.server.URL+"/authorize?") {
		p.t.Fatalf("sent to %q: %v", to, err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != clientID || q.Get("redirect_uri") != callback ||
		q.Get("code_challenge_method") != "S256" || !slices.Contains(strings.Fields(q.Get("scope")), "openid") || q.Get("nonce") == "" || q.Get("state") == "" {
		p.t.Fatalf("asked with %v", q)
	}
	code := rand.Text()
	p.codes[code] = asking{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	return "/sign-in/oidc/callback?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

// token redeems a code: once, for the client, against the verifier of its challenge.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || id != clientID || secret != clientSecret || b64(sum[:]) != asked.challenge || r.PostFormValue("redirect_uri") != asked.redirect {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	said := map[string]any{
		"iss": p.server.URL, "aud": clientID, "sub": "subject-1", "nonce": asked.nonce,
		"iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix(),
	}
	maps.Copy(said, p.said)
	answer(w, http.StatusOK, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": p.signed(said)})
}

func (p *idp) signed(said map[string]any) string {
	head, _ := json.Marshal(map[string]string{"alg": p.alg, "kid": p.kid, "typ": "JWT"})
	body, _ := json.Marshal(said)
	text := b64(head) + "." + b64(body)
	if p.alg == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.sign, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	return text + "." + b64(signature)
}
