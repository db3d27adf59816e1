package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// OIDC is an identity provider. Without an issuer there is none.
type OIDC struct {
	// Issuer is the provider's address, as it names itself; https, or on this machine.
	Issuer string `koanf:"issuer" validate:"omitempty,http_url"`
	// Name stands on the button; default: the issuer's host.
	Name             string `koanf:"name" validate:"max=64"`
	ClientID         string `koanf:"client_id" validate:"required_with=Issuer"`
	ClientSecretFile string `koanf:"client_secret_file"`
	// ClientSecret may be left out for a public client.
	ClientSecret Secret   `koanf:"client_secret" secret:"client_secret_file"`
	Scopes       []string `koanf:"scopes" validate:"unique,dive,required"`
	// Claim of the ID token says who may do what; dots lead into objects.
	Claim string `koanf:"claim" validate:"required_with=Issuer"`
	// Roles say what a value of the claim comes to; the first that fits counts.
	Roles []OIDCRole `koanf:"roles" validate:"required_with=Issuer,dive"`
	// Domains are those of the verified addresses that may sign in; none: any.
	Domains []string `koanf:"domains" validate:"unique,dive,fqdn"`
}

// Label is the provider's name on the button.
func (o OIDC) Label() string {
	if u, err := url.Parse(o.Issuer); o.Name == "" && err == nil {
		return u.Host
	}
	return o.Name
}

// OIDCRole says what one value of the claim comes to.
type OIDCRole struct {
	Value string `koanf:"value" validate:"required"`
	Role  string `koanf:"role" validate:"required,oneof=operator moderator content_reader rule_author auditor viewer group_owner"`
	// Groups are the only ones that it is for, each APP:GROUP; none: no limit.
	Groups []string `koanf:"groups" validate:"unique,dive,required"`
}

// oidc refuses an issuer that can be listened to, and one without a way back.
func (l *loader) oidc(c *Config) {
	u, err := url.Parse(c.OIDC.Issuer)
	if err != nil || c.OIDC.Issuer == "" {
		return
	}
	if u.Scheme != "https" && !loopback(u.Hostname()) {
		l.fault("oidc.issuer", "must begin with https://")
	}
	if c.PublicURL == "" {
		l.fault("public_url", "is needed with oidc: the provider sends people back to it")
	}
	l.oidcGroups(c)
	if len(c.OIDC.Scopes) > 0 && !strings.Contains(" "+strings.Join(c.OIDC.Scopes, " ")+" ", " openid ") {
		l.fault("oidc.scopes", "must hold openid")
	}
}

// oidcGroups refuses a group that is of no app: nobody would ever see it.
func (l *loader) oidcGroups(c *Config) {
	for i, r := range c.OIDC.Roles {
		for k, g := range r.Groups {
			app, group, _ := strings.Cut(g, ":")
			if group == "" || !slices.ContainsFunc(c.Apps, func(a App) bool { return a.ID == app }) {
				l.fault(fmt.Sprintf("oidc.roles[%d].groups[%d]", i, k), "must be APP:GROUP, with the id of an app of this file, such as main:@TGS#2J4SZEAEL")
			}
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
