package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/config"
)

const provider = `public_url: https://takeback.example.com
oidc:
  issuer: https://login.example.com/realms/main
  client_id: takeback
  client_secret_file: secrets/oidc
  claim: groups
  roles:
    - {value: ops, role: operator}
  domains: [example.com]
`

func TestProvider(t *testing.T) {
	secret := strings.Repeat("s", 40)
	dir := write(t, map[string]string{"takeback.yaml": provider, "secrets/oidc": secret + "\n"})
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), []string{"TAKEBACK_OIDC__CLIENT_ID=console"})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.OIDC.ClientID, c.OIDC.ClientSecret.Reveal(), c.OIDC.Roles, c.OIDC.Label()}
	want := []any{"console", secret, []config.OIDCRole{{Value: "ops", Role: "operator"}}, "login.example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaultsOfAProvider(t *testing.T) {
	tests := []struct{ name, from, to, field string }{
		{"no way back", "public_url: https://takeback.example.com\n", "", "public_url"},
		{"an issuer in clear", "https://login", "http://login", "oidc.issuer"},
		{"a role that is none", "role: operator", "role: root", "oidc.roles[0].role"},
		{"a group of no app", "role: operator}", "role: moderator, groups: ['other:sales']}", "oidc.roles[0].groups[0]"},
		{"no group", "role: operator}", "role: moderator, groups: [sales]}", "oidc.roles[0].groups[0]"},
		{"no client", "  client_id: takeback\n", "", "oidc.client_id"},
		{"no claim", "  claim: groups\n", "", "oidc.claim"},
		{"no domain", "[example.com]", "['@example']", "oidc.domains[0]"},
		{"scopes without openid", "  claim: groups\n", "  claim: groups\n  scopes: [email]\n", "oidc.scopes"},
		{"a secret in the file", "  claim: groups\n", "  claim: groups\n  client_secret: hello\n", "oidc.client_secret"},
	}
	for _, tt := range tests {
		dir := write(t, map[string]string{"takeback.yaml": strings.Replace(provider, tt.from, tt.to, 1), "secrets/oidc": "s"})
		_, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
		if err == nil || !strings.Contains(err.Error(), ": "+tt.field+": ") {
			t.Errorf("%s: %v, want a fault of %s", tt.name, err, tt.field)
		}
	}
}

// Owners sign in by chat where nothing is said, and not where that is switched off.
func TestChatSignIn(t *testing.T) {
	for text, want := range map[string]bool{"": true, "    chat_sign_in: false\n": false, "    chat_sign_in: true\n": true} {
		dir := write(t, withSecrets(oneApp+text))
		c, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
		if err != nil || c.Apps[0].ChatSignIn != want {
			t.Errorf("%q: %v, %v, want %v", text, c.Apps, err, want)
		}
	}
	dir := write(t, withSecrets(oneApp))
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), []string{"TAKEBACK_APPS__MAIN__CHAT_SIGN_IN=false"})
	if err != nil || c.Apps[0].ChatSignIn {
		t.Errorf("the environment does not switch it off: %v", err)
	}
}
