package console

// madeOfLogins lists the keys of pages about logins that are put together.
var madeOfLogins = map[string][]string{
	"setup.over.":       {"used", "expired"},
	"setup.over.words.": {"used", "expired"},
	"password.weak.":    {"short", "long", "common", "name"},
	"account.how.":      {"", "password", "token", "link", "chat", "oidc", "code", "recovery", "passkey"},
	"account.did.":      {"ended", "password", "totp_removed", "passkey_added", "passkey_removed"},
}
