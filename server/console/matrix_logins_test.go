package console

import "maps"

func init() { maps.Copy(matrix, accountMatrix) }

// notProved are the cells of deeds that ask for the password again.
var notProved = cells{form: []string{"old", "not this"}, rest: "422", but: map[string]string{"nobody": "403", "made up": "403"}}

// accountMatrix are the rows of one's own account.
var accountMatrix = map[string]cells{
	"GET /account":           lists,
	"POST /account/password": notProved,
	"GET /account/totp": {rest: "200", but: map[string]string{ // 422: an account of a chat has none
		"nobody": "403", "made up": "403", "owner by chat": "422", "admin by chat": "422", "other by chat": "422",
	}},
	"GET /account/totp/qr": {rest: "200", but: map[string]string{ // the page before made a secret
		"nobody": "403", "made up": "403", "owner by chat": "404", "admin by chat": "404", "other by chat": "404",
	}},
	"POST /account/passkeys/begin": {rest: "200", but: map[string]string{ // 422: an account of a chat has none
		"nobody": "403", "made up": "403", "owner by chat": "422", "admin by chat": "422", "other by chat": "422",
	}},
	"POST /account/passkeys":            notProved,
	"POST /account/passkeys/:id/remove": {form: []string{"old", "not this"}, rest: "422 422 422 422", but: map[string]string{"nobody": "403 403 403 403", "made up": "403 403 403 403", "other by chat": "422 422 422 422"}},
	"POST /account/totp":                notProved,
	"POST /account/totp/codes":          notProved,
	"POST /account/totp/remove":         notProved,
	"POST /account/sessions/end":        {rest: "303", but: map[string]string{"nobody": "403", "made up": "403"}},
	"POST /account/sessions/:id/end": {rest: "404 404 404 404", but: map[string]string{ // nobody has a session of that id
		"nobody": "403 403 403 403", "made up": "403 403 403 403",
	}},
}
