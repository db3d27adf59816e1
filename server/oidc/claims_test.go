package oidc

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func read(t *testing.T, text string) claims {
	t.Helper()
	var c claims
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRole(t *testing.T) {
	roles := []Role{{Value: "ops", Grant: models.GrantOperator}, {Value: "eyes", Grant: models.GrantViewer}}
	tests := []struct {
		claim, said string
		want        models.Grant
	}{
		{"groups", `{"groups": ["eyes", "ops"]}`, models.GrantOperator}, // the first of the roles, not of the claim
		{"groups", `{"groups": "eyes"}`, models.GrantViewer},
		{"groups", `{"groups": ["Ops", "operator"]}`, ""},
		{"groups", `{"groups": [1, null, {"ops": "ops"}]}`, ""},
		{"groups", `{"groups": {"ops": true}}`, ""},
		{"groups", `{}`, ""},
		{"realm_access.roles", `{"realm_access": {"roles": ["ops"]}}`, models.GrantOperator},
		{"realm_access.roles", `{"realm_access": "ops"}`, ""},
		{"https://example.com/roles", `{"https://example.com/roles": ["eyes"]}`, models.GrantViewer},
	}
	for _, tt := range tests {
		if got := (Options{Claim: tt.claim, Roles: roles}).role(read(t, tt.said)).Grant; got != tt.want {
			t.Errorf("role by %s in %s = %q, want %q", tt.claim, tt.said, got, tt.want)
		}
	}
}

func TestAddress(t *testing.T) {
	tests := []struct {
		said    string
		domains []string
		want    string
		err     error
	}{
		{`{"email": "Ann@Example.com", "email_verified": true}`, nil, "ann@example.com", nil},
		{`{"email": "ann@example.com", "email_verified": "true"}`, []string{"EXAMPLE.com"}, "ann@example.com", nil},
		{`{"email": "ann@example.com", "email_verified": false}`, nil, "", nil},
		{`{"email": "ann@example.com"}`, []string{"example.com"}, "", ErrAddress},
		{`{"email": "ann@sub.example.com", "email_verified": true}`, []string{"example.com"}, "", ErrAddress},
		{`{"email": "ann@evil.example@example.com", "email_verified": true}`, []string{"example.com"}, "", ErrAddress},
		{`{"email": "\u202eann@example.com", "email_verified": true}`, nil, "", nil},
		{`{"email": ["ann@example.com"], "email_verified": true}`, nil, "", nil},
	}
	for _, tt := range tests {
		got, err := Options{Domains: tt.domains}.address(read(t, tt.said))
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("address of %s in %v = %q, %v", tt.said, tt.domains, got, err)
		}
	}
}
