// Package oidc lets people sign in at an identity provider, by OpenID Connect: the
// authorization code flow with PKCE. It knows no pages; who calls it keeps an Attempt
// in the browser's session between Begin and Finish.
package oidc
