package oidc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// claims is what a token says of a person.
type claims map[string]any

// addressShape is which addresses can be the name of a login.
var addressShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._+-]{0,40}@[a-z0-9][a-z0-9.-]*[a-z0-9]$`)

// address is the person's verified address; where only some domains may sign in, one
// is needed. What the provider does not vouch for is nobody's name.
func (o Options) address(said claims) (string, error) {
	address, _ := said["email"].(string)
	address = strings.ToLower(address)
	if !verified(said["email_verified"]) || !addressShape.MatchString(address) || len(address) > 64 {
		address = ""
	}
	if len(o.Domains) == 0 {
		return address, nil
	}
	_, domain, _ := strings.Cut(address, "@")
	if address == "" || !slices.ContainsFunc(o.Domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		return "", fmt.Errorf("%w: %d domains", ErrAddress, len(o.Domains))
	}
	return address, nil
}

// verified reads what some providers say as a text.
func verified(v any) bool { return v == true || v == "true" }

// role is the first that the person has; without one it grants nothing.
func (o Options) role(said claims) Role {
	values := said.values(o.Claim)
	for _, r := range o.Roles {
		if slices.Contains(values, r.Value) {
			return r
		}
	}
	return Role{}
}

// values are the texts of a claim: of one by that very name, which may hold dots as
// web addresses do, or else of what the dots lead to.
func (c claims) values(claim string) []string {
	if v, ok := c[claim]; ok {
		return texts(v)
	}
	head, rest, ok := strings.Cut(claim, ".")
	inner, isObject := c[head].(map[string]any)
	if !ok || !isObject {
		return nil
	}
	return claims(inner).values(rest)
}

func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// nameless makes the name of a login for whom the provider vouches with no address.
func nameless(issuer, subject string) string {
	sum := sha256.Sum256([]byte(issuer + "\x00" + subject))
	return "oidc-" + hex.EncodeToString(sum[:5])
}
