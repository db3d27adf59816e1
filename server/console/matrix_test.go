package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// people are the logins of the matrix. Of those with an account the platform says
// what they are in the group; "lost" was an owner a second ago, "disabled" had a
// login a second ago.
var people = map[string]models.Caller{
	"operator": {Grant: models.GrantOperator},
	"limited":  {Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: sales.Group}}},
	"reader":   {Grant: models.GrantContentReader},
	"author":   {Grant: models.GrantRuleAuthor},
	"auditor":  {Grant: models.GrantAuditor},
	"owner":    {Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "ann"}},
	"member":   {Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "sam"}},
	"lost":     {Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "lou"}},
	"viewer":   {Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}},
	"other":    {Grant: models.GrantModerator, Account: models.Account{App: "other", Name: "ann"}, Groups: []models.Place{{App: "other", Ref: sales.Group}}},
	"nobody":   {},
	"made up":  {Grant: "root"},
	"disabled": {Grant: models.GrantOperator},
	"":         {}, // signed out

	"owner by chat": {}, "admin by chat": {}, "other by chat": {}, "lost by chat": {}, // see chatAccounts
}

// chatAccounts are the accounts of those who sign in by a code in the chat: the owner and
// an admin of the group, the owner of quite another one, and who was an owner a
// second ago and has no other group.
var chatAccounts = map[string]string{"owner by chat": "ann", "admin by chat": "ada", "other by chat": "zed", "lost by chat": "lou"}

// like says whose cells somebody gets for whom a row says nothing: whoever runs the
// group by chat may do there what a moderator with that account may. To the owner of
// another group nothing here is there.
func (c cells) like(name string) (string, bool) {
	switch name {
	case "owner by chat", "admin by chat":
		row, ok := c.but["owner"]
		return row, ok
	case "other by chat":
		if len(strings.Fields(c.rest)) > 1 {
			return "404 404 404 404", true
		}
		row, ok := c.but["owner"]
		return row, ok
	}
	return "", false
}

// elsewhere is a group of the same name in another app.
var elsewhere = models.Conversation{ID: "conv-other", App: "other", Kind: models.Group, Ref: sales.Ref, Group: sales.Group}

// cells says how a route answers each of the people: for a thing of the group
// "sales", one of another group, one of another app, and one that is not there.
// A route without an id has one cell. Whoever is not named gets the cells of rest.
type cells struct {
	form []string // what is posted
	rest string
	but  map[string]string
}

var (
	seen = cells{rest: "200 404 404 404", but: map[string]string{
		"operator": "200 200 200 404", "reader": "200 200 200 404", "auditor": "200 200 200 404",
		"author": "404 404 404 404", "member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 200 404",
		"nobody": "403 403 403 403", "made up": "403 403 403 403",
	}}
	lists = cells{rest: "200", but: map[string]string{"nobody": "403", "made up": "403"}}
	acts  = cells{form: []string{"note", "look", "minutes", "15"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "303 303 303 404", "limited": "303 404 404 404", "owner": "303 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 303 404",
	}}
	rulesFor = cells{rest: "200", but: map[string]string{ // whoever owns a group is not shown how to get past the rules
		"nobody": "403", "made up": "403", "owner by chat": "403", "admin by chat": "403", "other by chat": "403",
	}}
	// Who sees every conversation has no groups of their own.
	groupsOf = cells{rest: "200 404 404 404", but: map[string]string{
		"operator": "404 404 404 404", "reader": "404 404 404 404", "auditor": "404 404 404 404", "author": "404 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 200 404",
		"nobody": "403 403 403 403", "made up": "403 403 403 403", "owner by chat": "200 404 404 404", "admin by chat": "200 404 404 404",
	}}
	groupActs = cells{form: []string{"case", "CASE"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "404 404 404 404", "limited": "303 404 404 404", "owner": "303 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 303 404",
	}}
	// Whatever the place of the message of that id, it is nobody's login; what is done to one has tests of its own.
	manages = cells{form: []string{"grant", "viewer", "reason", "a law"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "404 404 404 404", "other by chat": "403 403 403 403",
	}}
	// Who may take back at all orders sweeps, within their scope; the sweep of another is
	// there for those who see everything.
	sweepers = cells{rest: "403", but: map[string]string{
		"operator": "200", "limited": "200", "owner": "200", "member": "200", "lost": "200", "other": "200",
	}}
	sweeps303 = map[string]string{"operator": "303", "limited": "303", "owner": "303", "member": "303", "lost": "303", "other": "303"}
	audits    = cells{rest: "403", but: map[string]string{"operator": "200", "auditor": "200"}}
)

// matrix has a row for every route: a route without one fails the test.
var matrix = map[string]cells{
	"GET /": {rest: "200", but: map[string]string{ // those of the chat are led to their groups
		"owner by chat": "303", "other by chat": "303", "admin by chat": "303", "nobody": "403", "made up": "403",
	}},
	"GET /stream":              lists,
	"GET /messages":            lists,
	"GET /messages/stream":     lists,
	"GET /messages/:id":        seen,
	"GET /messages/:id/stream": seen,
	"GET /messages/:id/recall": {rest: "403 403 403 403", but: map[string]string{
		"operator": "200 200 200 404", "limited": "200 404 404 404", "owner": "200 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 200 404",
	}},
	"POST /messages/:id/recall": {form: []string{"reason", "abuse"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "303 303 303 404", "limited": "303 404 404 404", "owner": "303 404 404 404",
		"member": "403 404 404 404", "lost": "403 404 404 404", "other": "404 404 303 404",
	}},
	"POST /messages/:id/reveal": {form: []string{"purpose", "customer asks"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "200 200 200 404", "reader": "200 200 200 404", "limited": "200 404 404 404", "owner": "200 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 200 404",
	}},
	"GET /recalls":        lists,
	"GET /recalls/stream": lists,
	"POST /recalls/export": {form: []string{"format", "csv"}, rest: "200", but: map[string]string{
		"reader": "403", "author": "403", "viewer": "403", "nobody": "403", "made up": "403",
		"owner by chat": "403", "other by chat": "403", "admin by chat": "403",
	}},
	"GET /recalls/:id":              seen,
	"GET /recalls/:id/stream":       seen,
	"GET /recalls/:id/strip/stream": seen,
	"POST /recalls/:id/cancel": {rest: "403 403 403 403", but: map[string]string{
		"operator": "303 303 303 404", "limited": "303 404 404 404", "owner": "303 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 303 404",
	}},
	"POST /recalls/:id/retry": {rest: "403 403 403 403", but: map[string]string{ // 409: it has not ended
		"operator": "409 409 409 404", "limited": "409 404 404 404", "owner": "409 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 409 404",
	}},
	"GET /queue":            lists,
	"GET /queue/stream":     lists,
	"GET /queue/:id":        seen,
	"GET /queue/:id/stream": seen,
	"POST /queue/:id/decide": {form: []string{"verdict", "allow"}, rest: "403 403 403 403", but: map[string]string{
		"operator": "303 303 303 404", "limited": "303 404 404 404", "owner": "303 404 404 404",
		"member": "404 404 404 404", "lost": "404 404 404 404", "other": "404 404 303 404",
	}},
	"POST /queue/:id/skip":     acts,
	"POST /queue/:id/unskip":   acts,
	"POST /queue/:id/park":     acts,
	"POST /queue/:id/escalate": acts,
	"POST /queue/:id/note":     acts,
	"GET /queue/bulk": {form: []string{}, rest: "403", but: map[string]string{ // 422: no case is named
		"operator": "422", "limited": "422", "owner": "422", "member": "422", "lost": "422", "other": "422",
	}},
	"POST /queue/bulk": {form: []string{"verdict", "allow"}, rest: "403", but: map[string]string{
		"operator": "422", "limited": "422", "owner": "422", "member": "422", "lost": "422", "other": "422",
	}},
	"GET /sweeps":                   sweepers,
	"POST /sweeps":                  {form: []string{"kind", "sender", "app", "main", "sender", "bob", "reason", "abuse"}, rest: "403", but: sweeps303},
	"GET /sweeps/:id":               sweepsOf("200"),
	"GET /sweeps/:id/stream":        sweepsOf("200"),
	"POST /sweeps/:id/run":          sweepsOf("303"),
	"POST /sweeps/:id/cancel":       sweepsOf("303"),
	"GET /groups":                   lists,
	"GET /groups/:id":               groupsOf,
	"GET /groups/:id/stream":        groupsOf,
	"POST /groups/:id/decide":       {form: []string{"case", "CASE", "verdict", "allow"}, rest: groupActs.rest, but: groupActs.but},
	"POST /groups/:id/later":        groupActs,
	"GET /conversations":            lists,
	"GET /conversations/:id":        seen,
	"GET /conversations/:id/stream": seen,
	"GET /detectors":                rulesFor,
	"GET /detectors/:id":            rulesFor,
	"GET /policy":                   rulesFor,
	"GET /policy/stream":            rulesFor,
	"GET /policy/diff":              rulesFor,
	"GET /policy/edit":              {rest: "403", but: map[string]string{"operator": "200", "author": "200"}},
	"POST /policy/check":            {form: []string{"policy", "policy: x\nrules: []\n"}, rest: "403", but: map[string]string{"operator": "200", "author": "200"}},
	"POST /policy/apply": {
		form: []string{"policy", "policy: x\nrules: []\n", "replaces", "0", "reason", "a test"}, rest: "403",
		but: map[string]string{"operator": "303", "author": "303"},
	},
	"POST /policy/rollback": {form: []string{"version", "1", "reason", "a test"}, rest: "403", but: map[string]string{"operator": "303", "author": "303"}},
	"GET /breakers":         audits,
	"GET /breakers/stream":  audits,
	"POST /breakers/:id/reset": { // 404: there is no breaker of that id
		form: []string{"reason", "a test"}, rest: "403", but: map[string]string{"operator": "404"},
	},
	"GET /try":                          rulesFor,
	"POST /try":                         {form: []string{"text", "hello"}, rest: rulesFor.rest, but: rulesFor.but},
	"GET /audit":                        audits,
	"POST /audit/verify":                audits,
	"GET /numbers":                      lists,
	"GET /settings":                     audits,
	"POST /audit/export":                {form: []string{"format", "csv"}, rest: "403", but: audits.but},
	"GET /holds":                        audits,
	"GET /holds/new":                    {rest: "403", but: map[string]string{"operator": "200"}},
	"POST /holds":                       {form: []string{"kind", "message", "thing", "none", "reason", "a law"}, rest: "403", but: map[string]string{"operator": "404"}},
	"POST /holds/:id/lift":              manages,
	"GET /hooks":                        audits,
	"POST /hooks/deliveries/:id/again":  manages,
	"GET /settings/people":              audits,
	"POST /settings/people":             {form: []string{"name", "wei", "grant", "viewer"}, rest: "403", but: map[string]string{"operator": "200"}},
	"POST /settings/people/:id/disable": manages,
	"POST /settings/people/:id/enable":  manages,
	"POST /settings/people/:id/end":     manages,
	"POST /settings/people/:id/grant":   manages,
	"POST /settings/tokens/:id/revoke":  manages,
	"POST /settings/stop":               {form: []string{"reason", "too much"}, rest: "403", but: map[string]string{"operator": "303"}},
	"POST /settings/start":              {form: []string{"reason", "all is well"}, rest: "403", but: map[string]string{"operator": "303"}},
}

// sweepsOf is how the sweep of a program is answered.
func sweepsOf(operator string) cells {
	row := operator + " " + operator + " " + operator + " 404"
	hidden := "404 404 404 404"
	return cells{rest: "403 403 403 403", but: map[string]string{
		"operator": row, "limited": hidden, "owner": hidden, "member": hidden, "lost": hidden, "other": hidden,
	}}
}

// things are the ids that a route may be asked for, one per place.
type things struct{ message, recall, open, group, conversation, sweep string }

func (w *world) things(c models.Conversation) things {
	m := w.posted(c, "alice", "card "+card)
	fresh := w.posted(c, "alice", "card "+card)
	r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}})
	return things{string(fresh.ID), string(r.ID), string(w.opened(fresh, models.High).ID), groupID(models.Place{App: c.App, Ref: c.Group}), string(c.ID), string(w.sweeps.ordered(c, "bob").ID)}
}

func (t things) in(path string) string {
	id := t.message
	switch {
	case strings.HasPrefix(path, "/recalls/"):
		id = t.recall
	case strings.HasPrefix(path, "/sweeps/"):
		id = t.sweep
	case strings.HasPrefix(path, "/queue/"):
		id = t.open
	case strings.HasPrefix(path, "/detectors/"):
		id = "credit_card"
	case strings.HasPrefix(path, "/conversations/"):
		id = t.conversation
	case strings.HasPrefix(path, "/groups/"):
		id = t.group
	}
	return strings.ReplaceAll(path, ":id", id)
}

// form names the case of the place where a form has to.
func (t things) form(pairs []string) []string {
	all := slices.Clone(pairs)
	for i, value := range all {
		if value == "CASE" {
			all[i] = t.open
		}
	}
	return all
}

// TestEveryRouteAnswersEverybodyAsDeclared walks every route as everybody for a
// thing of each place.
func TestEveryRouteAnswersEverybodyAsDeclared(t *testing.T) {
	ran := 0
	for name := range people {
		w := newWorld(t)
		b := w.walker(name)
		for _, r := range routes {
			row, ok := matrix[r.method+" "+r.path]
			if !ok {
				t.Errorf("%s %s is not declared in the matrix", r.method, r.path)
				continue
			}
			ran += b.walk(r, row, name)
		}
	}
	if len(matrix) != len(routes) || ran < len(routes)*len(people) {
		t.Errorf("%d cells of %d rows for %d routes", ran, len(matrix), len(routes))
	}
}

// walker is the browser of one of the people, from whom something may just have
// been taken.
func (w *world) walker(name string) *browser {
	w.t.Helper()
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleOwner, "sam": models.RoleMember, "lou": models.RoleOwner, "ada": models.RoleAdmin}
	w.roles["@TGS#theirs"] = map[string]models.Role{"zed": models.RoleOwner}
	if name == "" {
		return w.browser()
	}
	if account := chatAccounts[name]; account != "" {
		b := w.byChat(account)
		b.get("/messages")
		if name == "lost by chat" {
			w.lose("lou")
		}
		return b
	}
	login := strings.ReplaceAll(name, " ", "-")
	b := w.as(login, people[name])
	b.get("/messages") // what is shown to whom is believed for a while
	w.pass(time.Second)
	switch name {
	case "lost":
		w.lose("lou")
	case "disabled":
		gone := models.Moderator{ID: "id-" + login, Name: login, PasswordHash: passwordHash(), Caller: people[name], DisabledAt: w.now()}
		w.store.mu.Lock()
		w.store.moderators[gone.ID] = gone
		w.store.mu.Unlock()
	}
	return b
}

// lose makes an owner a member, of which an event tells.
func (w *world) lose(account string) {
	w.roles[sales.Group][account] = models.RoleMember
	w.door.Drop("main", sales.Group)
}

// walk asks a route for a thing of each place, new ones each time, since a deed
// changes what the next is told.
func (b *browser) walk(r route, row cells, name string) (ran int) {
	b.t.Helper()
	for i, want := range row.want(name) {
		at := things{"none", "none", "none", "none", "none", "none"}
		if i < 3 {
			at = b.things([]models.Conversation{sales, east, elsewhere}[i])
		}
		status, body := b.ask(r.method, at.in(r.path), at.form(row.form))
		if status != want {
			b.t.Errorf("%s %s as %q, place %d: %d, want %d", r.method, r.path, name, i, status, want)
		}
		if status >= 400 && (strings.Contains(body, "alice") || strings.Contains(body, card)) {
			b.t.Errorf("%s %s as %q tells of the message", r.method, r.path, name)
		}
		ran++
	}
	return ran
}

// ask sends a request; of a stream it takes no more than the status.
func (b *browser) ask(method, path string, form []string) (status int, body string) {
	b.t.Helper()
	req := b.request(method, path, values(form...))
	if !strings.HasSuffix(path, "/stream") {
		res, body := b.do(req)
		return res.StatusCode, body
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	_ = res.Body.Close()
	return res.StatusCode, ""
}

// want are the statuses of a row for one of the people. Those without a session
// are led to the sign-in, whatever they ask for; what they typed is given back to them.
func (c cells) want(name string) []int {
	row, ok := c.but[name]
	if !ok {
		row, ok = c.like(name)
	}
	if !ok {
		row = c.rest
	}
	var all []int
	for field := range strings.FieldsSeq(row) {
		status, _ := strconv.Atoi(field)
		if name == "" || name == "disabled" || name == "lost by chat" {
			status = http.StatusSeeOther
			if c.typed() {
				status = http.StatusUnauthorized
			}
		}
		all = append(all, status)
	}
	return all
}

func (c cells) typed() bool {
	for i := 0; i+1 < len(c.form); i += 2 {
		if isTyped(c.form[i], c.form[i+1]) {
			return true
		}
	}
	return false
}
