package console

import "maps"

func init() { maps.Copy(matrix, accountMatrix) }

// accountMatrix are the rows of one's own account.
var accountMatrix = map[string]cells{
	"GET /account":               lists,
	"POST /account/password":     {form: []string{"old", "not this"}, rest: "422", but: map[string]string{"nobody": "403", "made up": "403"}},
	"POST /account/sessions/end": {rest: "303", but: map[string]string{"nobody": "403", "made up": "403"}},
	"POST /account/sessions/:id/end": {rest: "404 404 404 404", but: map[string]string{ // nobody has a session of that id
		"nobody": "403 403 403 403", "made up": "403 403 403 403",
	}},
}
